import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { SECOND, type Timers } from '#shared/kernel/clock.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import { noRemoteRules, type RemoteRules, remoteRules } from '#shared/protocol/remoteRules.ts';
import type { RulesInForce } from '../../engine/index.ts';
import type { Log } from '../../observability/log.ts';

/** In the data folder; absent: no rules. */
export const RULES_FILE = 'linkedin-rules.json';
const LOOK_EVERY_MS = 10 * SECOND;
const AT_MOST_BYTES = 256 * 1024;

export interface RemoteRulesFile {
  current(): RulesInForce;
  /** Reads the file again; a bad one is refused whole, and the rules of before stay. Every problem, one a line. */
  reload(): Promise<Result<{ changed: boolean }, string>>;
}

/** The operator's file with the kill switch and the selector catalogue's update. Nothing is in force until `reload`. */
export function createRemoteRules(dataDir: string): RemoteRulesFile {
  const file = path.join(dataDir, RULES_FILE);
  let current = inForce(noRemoteRules);
  let latest: { text: string | null; answer: Result<RemoteRules, string> } | null = null;
  return {
    current: () => current,
    async reload() {
      const text = await readOrNull(file);
      const changed = latest === null || latest.text !== text;
      if (latest === null || changed) latest = { text, answer: parseRules(text) };
      if (!latest.answer.ok) return err(`${file}: ${latest.answer.error}`);
      if (changed) current = inForce(latest.answer.value);
      return ok({ changed });
    },
  };
}

/** Looks every 10 s (real time) whether the file changed. Resolves when the signal aborts. */
export async function watchRemoteRules(
  rules: RemoteRulesFile,
  { log, sleep, signal }: { log: Log; sleep: Timers['sleep']; signal: AbortSignal },
): Promise<void> {
  let told: string | null = null;
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    if (signal.aborted) return;
    const answer = await rules
      .reload()
      .catch((error: unknown) => err(error instanceof Error ? error.message : String(error)));
    const problem = answer.ok ? null : answer.error;
    if (answer.ok && answer.value.changed) {
      const { killSwitch, catalogue } = rules.current();
      log.info(
        { killSwitch: killSwitch.length, catalogue: catalogue?.version ?? null },
        'new LinkedIn rules',
      );
    }
    if (problem !== null && problem !== told) {
      log.error({ problem }, 'the LinkedIn rules were not taken; those of before stay in force');
    }
    told = problem;
  }
}

function parseRules(text: string | null): Result<RemoteRules, string> {
  if (text === null) return ok(noRemoteRules);
  if (text.length > AT_MOST_BYTES) return err(`is longer than ${AT_MOST_BYTES} bytes`);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return err(`is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = remoteRules.safeParse(data);
  return parsed.success ? ok(parsed.data) : err(z.prettifyError(parsed.error));
}

function inForce(rules: RemoteRules): RulesInForce {
  const { catalogue } = rules;
  const hash = () => createHash('sha256').update(JSON.stringify(catalogue)).digest('hex').slice(0, 32);
  return { ...rules, catalogueId: catalogue === null ? null : hash() };
}

async function readOrNull(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
