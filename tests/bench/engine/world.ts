import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { systemNewId } from '#shared/kernel/ids.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import { type Database, openDatabase } from '../../../companion-server/db/index.ts';
import type { EngineContext } from '../../../companion-server/engine/index.ts';
import { START } from './population.ts';

const populating = fileURLToPath(new URL('./populate.ts', import.meta.url));

/** One populated database with an engine on it, at a moment that stands still unless it is moved. */
export interface BenchWorld {
  size: number;
  senders: number;
  folder: string;
  db: Database;
  ctx: EngineContext;
  /** Moves schedule time ahead. Lease time stands still, so that no device seems to have been silent. */
  pass(ms: number): void;
  /** Statements run since the start. */
  statements(): number;
  close(): Promise<void>;
}

/** A folder with a populated database. */
export async function buildWorld(size: number, senders: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  // In a process of its own: its memory is not the engine's.
  const args = ['--import', 'tsx', populating, urlIn(folder), String(size), String(senders)];
  await promisify(execFile)(process.execPath, args);
  return folder;
}

const urlIn = (folder: string) => pathToFileURL(join(folder, 'bench.db')).href;

export async function openWorld(folder: string, size: number, senders: number): Promise<BenchWorld> {
  let [now, statements] = [START, 0];
  const db = await openDatabase({
    url: urlIn(folder),
    onStatement: () => {
      statements += 1;
    },
  });
  const silent = () => {};
  const ctx: EngineContext = {
    db,
    clocks: { lease: { now: () => START }, schedule: { now: () => now } },
    rng: seededRng(1),
    newId: systemNewId,
    log: { info: silent, warn: silent, error: silent },
    keyedHash: (text) => text,
  };
  return {
    size,
    senders,
    folder,
    db,
    ctx,
    pass(ms) {
      now += ms;
    },
    statements: () => statements,
    close: () => db.close(),
  };
}
