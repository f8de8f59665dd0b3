import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { DAY, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import { openDatabase } from '../../companion-server/db/index.ts';
import { newFolder } from '../support/openTestDatabase.ts';
import { Books } from './books.ts';
import type { Bug } from './bugs.ts';
import { Chance } from './chance.ts';
import { drawFaults, type Faults } from './faults.ts';
import { type Reached, reachedBy } from './reached.ts';
import { drawScenario, type Tilt } from './scenario.ts';
import { START } from './setup.ts';
import { Simulation } from './simulation.ts';
import { commitAtOnce, prepareOnce } from './statements.ts';
import { templateDatabase } from './template.ts';
import { VirtualTime } from './virtualTime.ts';

prepareOnce();
commitAtOnce();
const KEPT_EVENTS = 40;

export interface RunResult {
  seed: number;
  faults: Faults;
  violation: string | null;
  /** The latest things that happened, oldest first. */
  last: string[];
  /** Of everything that happened, each job, draw and statement in its order: the same whenever the same seed runs. */
  fingerprint: string;
  effects: number;
  jobs: number;
  /** Schedule time that passed. */
  days: number;
  /** Empty unless asked for. */
  reached: Reached;
}

export interface RunOptions {
  bug?: Bug | null;
  /** Prints what happens; or each job, draw and statement, too. */
  trace?: boolean | 'all';
  /** Given instead of drawn. */
  tilt?: Tilt;
  faults?: Partial<Faults>;
  /** Costs a look through the whole world at its end. */
  tellsReached?: boolean;
  /** Turns of the event loop by which real work and rest take longer. */
  idleTurns?: () => number;
}

/** One seed: a world, a mix of faults, and everything checked until it is over. */
export async function run(
  seed: number,
  { bug = null, trace = false, idleTurns, tilt, ...given }: RunOptions = {},
): Promise<RunResult> {
  const { note, detail, last, fingerprint } = notes(() => time.clock, trace);
  const time = new VirtualTime(START, idleTurns, detail);
  const restoreDeadlines = virtualDeadlines(time);
  const faults = { ...drawFaults(seededRng(seed * 7919)), ...bug?.faults, ...given.faults };
  const draw = seededRng(seed);
  const chance = new Chance(() => {
    detail('draw');
    return draw();
  });
  const result: RunResult = {
    seed,
    faults,
    violation: null,
    last,
    fingerprint: '',
    effects: 0,
    jobs: 0,
    days: 0,
    reached: new Map(),
  };
  const { cookie, ownerId, copyTo } = await templateDatabase();
  const dir = newFolder('simulation');
  const url = `file:${join(dir, 'server.db')}`;
  copyTo(join(dir, 'server.db'));
  let simulation: Simulation | null = null;
  const onStatement = (text: string) => {
    detail(text);
    simulation?.statement();
  };
  const db = await openDatabase({ url, onStatement });
  const books = new Books(url);
  try {
    let ids = 0;
    const newId = () => `id${String(++ids).padStart(8, '0')}`;
    const silent = () => undefined;
    const clocks = { lease: { now: () => time.clock.real }, schedule: { now: () => time.now() } };
    const log = { info: silent, warn: silent, error: silent };
    const ctx = { db, clocks, rng: chance.rng, newId, log, keyedHash: (text: string) => text };
    const stage = {
      ctx,
      db,
      rng: chance.rng,
      time: time.clock,
      schemaText: '',
      close: async () => undefined,
    };
    const drawImport = seededRng(seed * 104_729);
    const scenario = await drawScenario(stage, chance, ownerId, tilt ?? bug?.tilt, drawImport);
    for (const statement of bug?.sql ?? []) await db.write((tx) => tx.run(sql.raw(statement)));
    simulation = new Simulation({
      time,
      chance,
      faults,
      scenario,
      db,
      books,
      newId,
      cookie,
      bug,
      trace: note,
    });
    result.jobs = await simulation.play();
    result.effects = simulation.ledger.effects.length;
  } catch (error) {
    note(`threw ${error instanceof Error ? error.stack : String(error)}`);
    result.violation = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } finally {
    const ended = simulation;
    simulation = null;
    restoreDeadlines();
    await ended?.close();
    if (given.tellsReached) result.reached = await reachedBy(books);
    books.close();
    await db.close();
    rmSync(dir, { recursive: true, force: true });
  }
  result.days = (time.now() - START) / DAY;
  result.fingerprint = fingerprint();
  return result;
}

/** A deadline in real time would come sooner on a busy machine. */
function virtualDeadlines(time: VirtualTime): () => void {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = (ms) => time.timeout(ms);
  return () => {
    AbortSignal.timeout = timeout;
  };
}

function notes(clock: () => { real: number; offset: number }, trace: boolean | 'all') {
  const last: string[] = [];
  const hash = createHash('sha256');
  const print = (line: string) => process.stdout.write(`${line}\n`);
  return {
    last,
    fingerprint: () => hash.digest('hex').slice(0, 16),
    note(text: string): void {
      const { real, offset } = clock();
      const at = new Date(real + offset).toISOString().slice(5, 19).replace('T', ' ');
      const line = `${at} (${((real - START) / SECOND).toFixed(1)} s +${(offset / MINUTE).toFixed(0)} min) ${text}`;
      if (!text.startsWith('threw')) hash.update(line);
      last.push(line);
      if (last.length > KEPT_EVENTS) last.shift();
      if (trace) print(line);
    },
    /** Too much to be kept or read, and what shows first where two runs part. */
    detail(text: string): void {
      hash.update(text);
      if (trace === 'all') print(`  ${text}`);
    },
  };
}
