import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'drizzle-orm';
import { wake } from '../../../companion-server/engine/flow/wake.ts';
import { commitTask, nextWorkFor, recordOutcome } from '../../../companion-server/engine/index.ts';
import { admit } from '../../../companion-server/engine/wayIn/admit.ts';
import { deviceIdOf } from './population.ts';
import { sendersWithWork, sent } from './steps.ts';
import type { BenchWorld } from './world.ts';

export const operationNames = ['wake', 'claim', 'commit', 'outcome', 'admit'] as const;
export type OperationName = (typeof operationNames)[number];

export interface Sample {
  ms: number;
  /** Instructions of SQLite's machine: every row it visits costs some. */
  work: number;
}

export type Samples = Record<OperationName, Sample[]>;

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Each operation `count` times, one at a time, as a server with a single caller would run it. */
export async function measureOperations(world: BenchWorld, count: number): Promise<Samples> {
  const { ctx } = world;
  const samples: Samples = { wake: [], claim: [], commit: [], outcome: [], admit: [] };
  const measured = async <T>(name: OperationName, run: () => Promise<T>, share = 1): Promise<T> => {
    collectGarbage();
    const before = await workDone(world);
    const from = performance.now();
    const result = await run();
    const ms = performance.now() - from;
    samples[name].push({ ms: ms / share, work: ((await workDone(world)) - before) / share });
    return result;
  };
  for (let i = 0; i < count; i++) await measured('wake', () => wake(ctx, 1));
  for (const device of (await sendersWithWork(world, count)).map(deviceIdOf)) {
    const work = await measured('claim', () => nextWorkFor(ctx, device, { canAct: true }));
    if (work.type !== 'task') throw new Error(`no task for ${device}: ${JSON.stringify(work)}`);
    const fence = { taskId: work.step.taskId, fence: work.step.fence };
    const answer = await measured('commit', () =>
      commitTask(ctx, device, { ...fence, lastInboundAt: null, profile: null }),
    );
    if (!answer.ok) throw new Error(`refused: ${answer.code}`);
    await measured('outcome', () => recordOutcome(ctx, device, { ...fence, outcome: sent }));
  }
  for (let i = 0; i < Math.ceil(count / 20); i++) {
    const share = await willBeAdmitted(world);
    if (share > 0) await measured('admit', () => admit(ctx, 1), share);
  }
  return samples;
}

/**
 * The libSQL client does not tell how many rows a statement read. SQLite's own table of prepared statements counts the
 * instructions of each that was not freed yet; garbage is collected first, so that none is freed in between.
 */
async function workDone({ db }: BenchWorld): Promise<number> {
  const sum = sql`SELECT coalesce(sum(nstep), 0) AS work FROM sqlite_stmt WHERE sql NOT LIKE '%sqlite_stmt%'`;
  const written = await db.write((tx) => tx.get<{ work: number }>(sum));
  const read = await db.reader.get<{ work: number }>(sum);
  return Number(written.work) + Number(read.work);
}

/** How many contacts the next round of admission lets in: 20 at most. */
async function willBeAdmitted({ db }: BenchWorld): Promise<number> {
  const row = await db.reader.get<{ n: number }>(
    sql`SELECT count(*) AS n FROM (SELECT 1 FROM enrollment
      WHERE automation_id = (SELECT automation_id FROM admission ORDER BY next_at LIMIT 1)
      AND live = 0 AND ended_at IS NULL AND blocked_on IS NULL LIMIT 20)`,
  );
  return row.n;
}
