import { sql } from 'drizzle-orm';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { wake } from '../../../companion-server/engine/flow/wake.ts';
import {
  commitTask,
  nextWorkFor,
  type Outcome,
  recordOutcome,
} from '../../../companion-server/engine/index.ts';
import { deviceIdOf } from './population.ts';
import type { BenchWorld } from './world.ts';

export const sent: Outcome = {
  result: 'done',
  verified: true,
  proof: 'The message stands in the thread',
  remoteId: null,
  noteDropped: false,
  profile: null,
};

const stageNames = ['wake', 'claim', 'commit', 'outcome'] as const;
type StageName = (typeof stageNames)[number];

export interface StepsResult {
  steps: number;
  /** Contacts woken meanwhile: as many as steps, so that a whole step is what is measured. */
  woken: number;
  seconds: number;
  perSecond: number;
  statementsPerStep: number;
  /** Share of the time, by stage. */
  stages: Record<StageName, number>;
  rssMb: number;
  /** Processor time of a step, which counts even where others use the machine. */
  cpuMs: number;
  /** The same in the tenth of the rounds that was least disturbed by others. */
  calmCpuMs: number;
}

/** Whole steps, from the delay that is over to the recorded result, `batch` of them under way at a time. */
export async function measureSteps(world: BenchWorld, wanted: number, batch: number): Promise<StepsResult> {
  const { ctx } = world;
  const stages: Record<StageName, number> = { wake: 0, claim: 0, commit: 0, outcome: 0 };
  let [steps, rssMb, statements, cpuMs, roundMs] = [0, 0, 0, 0, 0];
  const rounds: number[] = [];
  async function timed<T>(stage: StageName, work: () => Promise<T>): Promise<T> {
    const [from, before, cpu] = [performance.now(), world.statements(), process.cpuUsage()];
    const result = await work();
    stages[stage] += performance.now() - from;
    statements += world.statements() - before;
    const used = process.cpuUsage(cpu);
    cpuMs += (used.user + used.system) / 1000;
    roundMs += (used.user + used.system) / 1000;
    return result;
  }
  const tasksBefore = await tasksIn(world);
  for (let idle = 0; steps < wanted; ) {
    await timed('wake', () => wake(ctx, batch));
    world.pass(20 * MINUTE);
    const devices = (await sendersWithWork(world, batch)).map(deviceIdOf);
    if (devices.length === 0) {
      if (++idle > 3) throw new Error('no sender had anything to do');
      // First the gaps between a sender's steps, then the delays of those who were written to.
      world.pass(idle === 1 ? 2 * HOUR : 3 * DAY);
      continue;
    }
    idle = 0;
    const works = await timed('claim', () =>
      Promise.all(devices.map((id) => nextWorkFor(ctx, id, { canAct: true }))),
    );
    const claims = works.flatMap((work, at) =>
      work.type === 'task'
        ? [{ device: devices[at] ?? '', fence: { taskId: work.step.taskId, fence: work.step.fence } }]
        : [],
    );
    const answers = await timed('commit', () =>
      Promise.all(
        claims.map(({ device, fence }) =>
          commitTask(ctx, device, { ...fence, lastInboundAt: null, profile: null }),
        ),
      ),
    );
    const refused = answers.find((answer) => !answer.ok);
    if (refused && !refused.ok) throw new Error(`a step was refused: ${refused.code} ${refused.detail}`);
    await timed('outcome', () =>
      Promise.all(claims.map(({ device, fence }) => recordOutcome(ctx, device, { ...fence, outcome: sent }))),
    );
    steps += claims.length;
    rounds.push(roundMs / claims.length);
    roundMs = 0;
    rssMb = Math.max(rssMb, process.memoryUsage().rss / 2 ** 20);
  }
  const total = stageNames.reduce((sum, name) => sum + stages[name], 0);
  const share = (name: StageName) => Number((stages[name] / total).toFixed(3));
  return {
    steps,
    woken: (await tasksIn(world)) - tasksBefore,
    seconds: total / 1000,
    perSecond: (steps / total) * 1000,
    statementsPerStep: statements / steps,
    stages: {
      wake: share('wake'),
      claim: share('claim'),
      commit: share('commit'),
      outcome: share('outcome'),
    },
    rssMb,
    cpuMs: cpuMs / steps,
    calmCpuMs: rounds.sort((a, b) => a - b)[Math.floor(rounds.length / 10)] ?? 0,
  };
}

/** Senders who have something to do and are past the gap or rest after their last step: who asks before is told to wait. */
export async function sendersWithWork({ db, ctx }: BenchWorld, count: number): Promise<number[]> {
  const now = ctx.clocks.schedule.now();
  const rows = await db.reader.all<{ sender: number }>(
    sql`SELECT CAST(substr(channel_id, -12) AS INTEGER) AS sender FROM lane JOIN channel ON channel.id = channel_id
      WHERE executor = 'extension' AND ready_count > 0 AND lane.hold_count = 0 AND lane.next_at <= ${now}
      AND coalesce(rest_until, 0) <= ${now} AND last_action_at < ${now - 20 * MINUTE} LIMIT ${count}`,
  );
  return rows.map(({ sender }) => sender);
}

async function tasksIn({ db }: BenchWorld): Promise<number> {
  return (await db.reader.get<{ n: number }>(sql`SELECT count(*) AS n FROM task`)).n;
}
