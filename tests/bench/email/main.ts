import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measureInbound } from './inbound.ts';
import { measureOurs, measurePlain } from './outbound.ts';
import { best, type Rate } from './rate.ts';
import { openEmailWorld, startSink } from './world.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const plan = values.quick
  ? { rounds: 1, mailboxes: 100, messages: 2_000, plain: 2_000, inbound: 400 }
  : { rounds: 3, mailboxes: 100, messages: 5_000, plain: 10_000, inbound: 2_000 };

interface Compared {
  plain: Rate[];
  ours: Rate[];
}
const outbound: Compared = { plain: [], ours: [] };
const inbound: Compared = { plain: [], ours: [] };

const sink = await startSink();
await measurePlain(sink, 500, 10);
for (let round = 0; round < plan.rounds; round++) {
  // Side by side, so that what else the machine does meets both.
  outbound.plain.push(await measurePlain(sink, plan.plain, 20));
  const world = await openEmailWorld(plan.mailboxes, plan.messages, { smtp: sink.port, imap: sink.port });
  outbound.ours.push(await measureOurs(world, sink));
  await world.close();
  const read = await measureInbound(plan.inbound);
  inbound.plain.push(read.plain);
  inbound.ours.push(read.ours);
}
sink.stop();

const say = (text: string) => process.stdout.write(`${text}\n`);
const line = (name: string, { messages, perSecond, cpuMs }: Rate) =>
  say(
    `${name.padEnd(50)} ${String(messages).padStart(8)} ${perSecond.toFixed(0).padStart(9)} ${cpuMs.toFixed(3).padStart(12)}`,
  );

/** Each side at its best, and how much of the plain one ours reaches. */
function told(compared: Compared) {
  const [plain, ours] = [best(compared.plain), best(compared.ours)];
  return { plain, ours, ratio: ours.perSecond / plain.perSecond, cpuRatio: plain.cpuMs / ours.cpuMs };
}

function show(title: string, names: [plain: string, ours: string], { plain, ours, ratio, cpuRatio }: Told) {
  say(`\n${title.padEnd(50)} messages  a second  cpu ms each`);
  line(names[0], plain);
  line(names[1], ours);
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  say(
    `${percent(ratio)} by time, ${percent(cpuRatio)} by processor time; ${ours.statements?.toFixed(2)} database statements a message`,
  );
}
type Told = ReturnType<typeof told>;

const result = { quick: values.quick, load: loadavg()[0], outbound: told(outbound), inbound: told(inbound) };
show(
  'outbound',
  ['nodemailer, pooled, the same message', 'whole path: claim, render, build, send, record'],
  result.outbound,
);
show(
  'inbound, half of it replies of contacts',
  ['imapflow and postal-mime', 'whole path: read, match, classify, record'],
  result.inbound,
);
say(JSON.stringify(result));
process.exit(0);
