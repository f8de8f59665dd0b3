import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureOurs, measurePlain, type Rate } from './outbound.ts';
import { openEmailWorld, startSink } from './world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const plan = values.quick
  ? { mailboxes: 50, messages: 1_000, rounds: 1, plain: 2_000 }
  : { mailboxes: 100, messages: 5_000, rounds: 3, plain: 10_000 };

const say = (line: string) => process.stdout.write(`${line}\n`);
const best = (rates: readonly Rate[]) => rates.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));

const sink = await startSink();
await measurePlain(sink, 500, 10);
const plain: Rate[] = [];
const ours: Rate[] = [];
for (let round = 0; round < plan.rounds; round++) {
  // Side by side, so that what else the machine does meets both.
  plain.push(await measurePlain(sink, plan.plain, 20));
  const world = await openEmailWorld(plan.mailboxes, plan.messages, sink.port);
  ours.push(await measureOurs(world, sink));
  await world.close();
}
sink.stop();
const line = (name: string, { messages, perSecond, cpuMs }: Rate) =>
  `${name.padEnd(44)} ${String(messages).padStart(9)} ${perSecond.toFixed(0).padStart(11)} ${cpuMs.toFixed(3).padStart(13)}`;
say(`\n${'outbound'.padEnd(44)}  messages    a second  cpu ms each`);
say(line('nodemailer, pooled, nothing recorded', best(plain)));
say(line('whole path: claim, render, build, send, record', best(ours)));
const ratio = best(ours).perSecond / best(plain).perSecond;
const cpuRatio = best(plain).cpuMs / best(ours).cpuMs;
say(
  `ratio ${(ratio * 100).toFixed(0)} % by time, ${(cpuRatio * 100).toFixed(0)} % by processor time; ${best(ours).statements?.toFixed(1)} database statements a message`,
);
say(
  JSON.stringify({
    quick: values.quick,
    load: loadavg()[0],
    plain: best(plain),
    ours: best(ours),
    ratio,
    cpuRatio,
  }),
);
process.exit(0);
