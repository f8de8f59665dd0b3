import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { bundle } from '../../../companion-server/bundle.ts';
import settings from '../../../package.json' with { type: 'json' };
import { measureFlatness } from './flatness.ts';
import type { HttpResult } from './http.ts';
import { measurePeers } from './peers.ts';
import { measurePlainQueue } from './plainQueue.ts';
import type { StepsResult } from './steps.ts';
import { type BenchWorld, buildWorld, openWorld } from './world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
/** The last two sizes are compared: nothing may grow from one to the other. */
const plan = values.quick
  ? { sizes: [2_000, 10_000], senders: 1_000, rounds: 3, count: 8, steps: 600, devices: 150, atOnce: 50 }
  : {
      sizes: [10_000, 100_000, 1_000_000],
      senders: 10_000,
      rounds: 5,
      count: 40,
      steps: 20_000,
      devices: 2_000,
      atOnce: 200,
    };
/** At the rate that is aimed at, so many wait for the writer at any moment. */
const BATCH = values.quick ? 100 : 500;
const JOBS = values.quick ? 5_000 : 50_000;

const say = (line: string) => process.stdout.write(`${line}\n`);
const round = (value: number, digits = 2) => Number(value.toFixed(digits));
const since = (from: number) => `${((performance.now() - from) / 1000).toFixed(0)} s`;

const folders: string[] = [];
for (const size of plan.sizes) {
  const from = performance.now();
  folders.push(await buildWorld(size, plan.senders));
  say(`${size.toLocaleString('en')} enrollments built in ${since(from)}`);
}

const worlds: BenchWorld[] = [];
for (const [at, size] of plan.sizes.entries()) {
  worlds.push(await openWorld(folders[at] ?? '', size, plan.senders));
}
const { lines, growth } = await measureFlatness(worlds, plan.rounds, plan.count);
for (const world of worlds) await world.close();
say('\noperation  enrollments      p50 ms      p99 ms  sqlite steps');
for (const { operation, size, p50, p99, work } of lines) {
  say(
    `${operation.padEnd(9)} ${String(size).padStart(12)} ${p50.toFixed(3).padStart(11)} ${p99.toFixed(3).padStart(11)} ${String(work).padStart(13)}`,
  );
}
say('sqlite steps stand for rows read: every row that a statement visits costs some, and nothing else does');
say(`\ngrowth from ${plan.sizes.at(-2)} to ${plan.sizes.at(-1)} enrollments: ${JSON.stringify(growth)}`);

/** What `npm start` gives to Node: the heap grows by 80 % between two collections, not to four times what is in use. */
function settingsOfStart(): string[] {
  const { start = '' } = settings.scripts;
  return start.split(' ').filter((word) => word.startsWith('--'));
}

/** In a process of its own, so that its memory is the engine's alone. */
async function measureThroughput(): Promise<{ steps: StepsResult; http: HttpResult }> {
  const options = {
    folder: folders.at(-1),
    size: plan.sizes.at(-1),
    senders: plan.senders,
    steps: plan.steps,
    batch: BATCH,
    devices: plan.devices,
    atOnce: plan.atOnce,
    devicesProgram: fileURLToPath(new URL('devices.ts', import.meta.url)),
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // As `npm start` runs the server: in one file, without a loader.
  const built = fileURLToPath(new URL('../../../dist/bench', import.meta.url));
  await bundle(fileURLToPath(new URL('throughput.ts', import.meta.url)), built);
  const child = fork(join(built, 'throughput.js'), args, { execArgv: settingsOfStart() });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the measurement of whole steps ended with ${code}`);
  });
  const [message] = await Promise.race([once(child, 'message'), failed]);
  failed.catch(() => {});
  return message;
}
const { steps, http } = await measureThroughput();
say(
  `\n${round(steps.perSecond, 0)} whole steps a second (wake, task, claim, commit, outcome; ${BATCH} at a time; ${round(steps.statementsPerStep)} statements and ${round(steps.cpuMs)} ms of processor each, ${round(steps.calmCpuMs)} where least disturbed); ${round(steps.rssMb, 0)} MB`,
);
say(
  `${round(http.perSecond, 0)} LinkedIn tasks a second over HTTP (three requests each, ${http.tasks} devices, p50 ${round(http.p50)} ms, p99 ${round(http.p99)} ms a request, ${round(http.cpuMs)} ms of the server's processor a task, ${round(http.calmCpuMs)} where least disturbed); ${round(http.rssMb, 0)} MB`,
);
for (const folder of folders) rmSync(folder, { recursive: true, force: true });

const plain = {
  oneByOne: await measurePlainQueue(Math.min(JOBS, 2_000), 1),
  inHundreds: await measurePlainQueue(JOBS, 100),
};
say(
  `a plain queue on the same database, no guarantees: ${round(plain.oneByOne, 0)} jobs a second one by one, ${round(plain.inHundreds, 0)} in hundreds`,
);
const peers = values.quick ? [] : await measurePeers(JOBS);
for (const peer of peers)
  say(
    'perSecond' in peer
      ? `${peer.name}: ${round(peer.perSecond, 0)} empty jobs a second`
      : `${peer.name}: not run, ${peer.reason}`,
  );
if (values.quick) say('graphile-worker, pg-boss and BullMQ are left out of the quick run');
say(JSON.stringify({ quick: values.quick, load: loadavg()[0], lines, growth, steps, http, plain, peers }));
process.exit(0);
