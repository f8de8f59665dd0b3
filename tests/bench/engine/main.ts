import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { wake } from '../../../companion-server/engine/wake.ts';
import { measureHttp } from './http.ts';
import {
  measureOperations,
  type OperationName,
  operationNames,
  type Sample,
  type Samples,
} from './operations.ts';
import { measurePlainQueue } from './plainQueue.ts';
import { measureSteps } from './steps.ts';
import { type BenchWorld, openWorld } from './world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
/** The last two are compared: nothing may grow from one to the other. */
const plan = values.quick
  ? { sizes: [2_000, 10_000], rounds: 3, count: 10, steps: 200, devices: 300 }
  : { sizes: [10_000, 100_000, 1_000_000], rounds: 5, count: 40, steps: 10_000, devices: 2_000 };
const BATCH = 100;

const say = (line: string) => process.stdout.write(`${line}\n`);
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const at = (numbers: readonly number[], share: number) =>
  sorted(numbers)[Math.floor(numbers.length * share)] ?? Number.NaN;
const round = (value: number, digits = 2) => Number(value.toFixed(digits));

interface Line {
  size: number;
  operation: OperationName;
  p50: number;
  p99: number;
  work: number;
}

function lineOf(size: number, operation: OperationName, samples: readonly Sample[]): Line {
  const times = samples.map(({ ms }) => ms);
  return {
    size,
    operation,
    p50: round(at(times, 0.5), 3),
    p99: round(at(times, 0.99), 3),
    work: round(
      at(
        samples.map(({ work }) => work),
        0.5,
      ),
      0,
    ),
  };
}

async function flatness(worlds: readonly BenchWorld[]): Promise<{ lines: Line[]; growth: object }> {
  const rounds: Samples[][] = worlds.map(() => []);
  for (const world of worlds) await measureOperations(world, 5);
  // Interleaved, so that what else the machine does meets all sizes alike.
  for (let r = 0; r < plan.rounds; r++) {
    for (const [index, world] of worlds.entries())
      rounds[index]?.push(await measureOperations(world, plan.count));
  }
  const all = (index: number, name: OperationName) =>
    (rounds[index] ?? []).flatMap((samples) => samples[name]);
  const lines = operationNames.flatMap((name) =>
    worlds.map(({ size }, index) => lineOf(size, name, all(index, name))),
  );
  const [small, large] = [worlds.length - 2, worlds.length - 1];
  const growth = Object.fromEntries(
    operationNames.map((name) => {
      const medians = (index: number) =>
        at(
          (rounds[index] ?? []).map((samples) =>
            at(
              samples[name].map(({ ms }) => ms),
              0.5,
            ),
          ),
          0.5,
        );
      const work = (index: number) =>
        at(
          all(index, name).map((sample) => sample.work),
          0.5,
        );
      return [
        name,
        { time: round(medians(large) / medians(small)), work: round(work(large) / work(small), 3) },
      ];
    }),
  );
  return { lines, growth };
}

const worlds: BenchWorld[] = [];
for (const size of plan.sizes) {
  const from = performance.now();
  worlds.push(await openWorld(size));
  say(
    `${size.toLocaleString('en')} enrollments built in ${((performance.now() - from) / 1000).toFixed(0)} s`,
  );
}
const { lines, growth } = await flatness(worlds);
say('\noperation  enrollments      p50 ms      p99 ms  sqlite steps');
for (const { operation, size, p50, p99, work } of lines) {
  say(
    `${operation.padEnd(9)} ${String(size).padStart(12)} ${p50.toFixed(3).padStart(11)} ${p99.toFixed(3).padStart(11)} ${String(work).padStart(13)}`,
  );
}
say(`\ngrowth from ${plan.sizes.at(-2)} to ${plan.sizes.at(-1)} enrollments: ${JSON.stringify(growth)}`);

const largest = worlds.at(-1);
if (!largest) throw new Error('no world');
await measureSteps(largest, BATCH, BATCH);
const steps = await measureSteps(largest, plan.steps, BATCH);
say(
  `\n${round(steps.perSecond, 0)} whole steps a second (wake, task, claim, commit, outcome; ${BATCH} at a time; ${round(steps.statementsPerStep)} statements and ${round(steps.cpuMs)} ms of processor each); ${round(steps.rssMb, 0)} MB`,
);
while (await wake(largest.ctx, 200));
const http = await measureHttp(largest, plan.devices, 200);
say(
  `${round(http.perSecond, 0)} LinkedIn tasks a second over HTTP (three requests each, ${http.tasks} devices, p50 ${round(http.p50)} ms, p99 ${round(http.p99)} ms a request, ${round(http.cpuMs)} ms of the server's processor a task); ${round(http.rssMb, 0)} MB`,
);
const plain = {
  oneByOne: await measurePlainQueue(2_000, 1),
  inHundreds: await measurePlainQueue(50_000, 100),
};
say(
  `a plain queue on the same database: ${round(plain.oneByOne, 0)} jobs a second one by one, ${round(plain.inHundreds, 0)} in hundreds`,
);
say('graphile-worker, pg-boss and BullMQ are no dependencies of this project and do not run here');
for (const world of worlds) await world.close();
say(JSON.stringify({ quick: values.quick, load: loadavg()[0], lines, growth, steps, http, plain }));
process.exit(0);
