import { HOUR } from '#shared/kernel/clock.ts';
import {
  commitTask,
  nextWorkFor,
  type Outcome,
  recordOutcome,
} from '../../../companion-server/engine/index.ts';
import { wake } from '../../../companion-server/engine/wake.ts';
import { deviceIdOf, freeSenders } from './population.ts';
import type { BenchWorld } from './world.ts';

const WAKE_AT_ONCE = 200;

export const sent: Outcome = {
  result: 'done',
  verified: true,
  proof: 'The message stands in the thread',
  remoteId: null,
  noteDropped: false,
  profile: null,
};

export interface StepsResult {
  steps: number;
  seconds: number;
  perSecond: number;
  statementsPerStep: number;
  /** Share of the time, by stage. */
  stages: Record<'wake' | 'claim' | 'commit' | 'outcome', number>;
  rssMb: number;
  /** Processor time of a step, which counts even where others use the machine. */
  cpuMs: number;
}

/** Whole steps, from the delay that is over to the recorded result, `batch` of them under way at a time. */
export async function measureSteps(world: BenchWorld, wanted: number, batch: number): Promise<StepsResult> {
  const { ctx } = world;
  const stages = { wake: 0, claim: 0, commit: 0, outcome: 0 };
  let [steps, rssMb] = [0, 0];
  const before = world.statements();
  let outside = 0;
  const cpu = process.cpuUsage();
  async function timed<T>(stage: keyof typeof stages, work: () => Promise<T>): Promise<T> {
    const from = performance.now();
    const result = await work();
    stages[stage] += performance.now() - from;
    return result;
  }
  while (steps < wanted) {
    while (await timed('wake', () => wake(ctx, WAKE_AT_ONCE))) {}
    const done = steps;
    for (let from = 0; from < freeSenders.length; from += batch) {
      const devices = freeSenders.slice(from, from + batch).map(deviceIdOf);
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
        Promise.all(
          claims.map(({ device, fence }) => recordOutcome(ctx, device, { ...fence, outcome: sent })),
        ),
      );
      steps += claims.length;
      rssMb = Math.max(rssMb, process.memoryUsage().rss / 2 ** 20);
      if (steps >= wanted) break;
    }
    if (steps === done) throw new Error('no sender had anything to do');
    const atPass = world.statements();
    await world.pass(2 * HOUR);
    outside += world.statements() - atPass;
  }
  const used = process.cpuUsage(cpu);
  const total = stages.wake + stages.claim + stages.commit + stages.outcome;
  return {
    steps,
    seconds: total / 1000,
    perSecond: (steps / total) * 1000,
    statementsPerStep: (world.statements() - before - outside) / steps,
    stages: {
      wake: stages.wake / total,
      claim: stages.claim / total,
      commit: stages.commit / total,
      outcome: stages.outcome / total,
    },
    rssMb,
    cpuMs: (used.user + used.system) / 1000 / steps,
  };
}
