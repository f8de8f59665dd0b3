import { createTransport, type SendMailOptions } from 'nodemailer';
import { MINUTE, systemTimers, uninterrupted } from '#shared/kernel/clock.ts';
import { createChanges } from '../../../companion-server/services/changes.ts';
import { startMailWorkers } from '../../../companion-server/services/mail/worker.ts';
import { type Rate, rateOf } from './rate.ts';
import { addressOf, countTasks, type EmailWorld, PASSWORD, type Sink } from './world.ts';

/** nodemailer alone, pooled: one account, as many connections as we have mailboxes at work. */
export async function measurePlain(sink: Sink, messages: number, connections: number): Promise<Rate> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: sink.port,
    ignoreTLS: true,
    auth: { user: addressOf('s1'), pass: PASSWORD },
    pool: true,
    maxConnections: connections,
    maxMessages: Number.POSITIVE_INFINITY,
  });
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < messages; n = next++) await transport.sendMail(messageTo(n));
  };
  const rate = await rateOf(messages, async () => {
    await Promise.all(Array.from({ length: connections * 2 }, worker));
  });
  transport.close();
  return rate;
}

const LINES = 'this is a line of an outreach message that is meant to be read by a person. '.repeat(12);

/** The message that our side sends, with its two bodies and its ways out, written with the library alone. */
function messageTo(n: number): SendMailOptions {
  const unsubscribe = `https://rapport.test/u/${'token'.repeat(20)}${n}`;
  const postal = 'Team Ltd, Main Street 1, 12345 Town';
  return {
    from: { name: 'Rep s1', address: 's1@team.test' },
    to: { name: `Person${n} Test`, address: `p${n}@firm${n}.test` },
    subject: `A question, Person${n}`,
    text: `Hello Person${n},\n\n${LINES}\n\nBest regards\nAnna\n\n${postal}\nUnsubscribe: ${unsubscribe}\n`,
    html: `<!doctype html>
<html>
<body>
<p>Hello Person${n},</p>
<p>${LINES}</p>
<p>Best regards<br>
Anna</p>
<p style="color:#6b6b6b;font-size:12px">${postal}<br>
<a href="${unsubscribe}">Unsubscribe</a></p>
</body>
</html>
`,
    list: { unsubscribe: [[unsubscribe, 'mailto:s1@team.test?subject=unsubscribe']] },
    headers: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
  };
}

/** The server's own workers on a database full of due emails: claim, render, build, send, record. */
export async function measureOurs(world: EmailWorld, sink: Sink): Promise<Rate> {
  const { services, stage } = world;
  const stop = new AbortController();
  const before = await sink.count();
  const ticked = createChanges(systemTimers);
  // Schedule time runs ahead, so that the gaps between the messages of a mailbox do not limit it.
  const ahead = setInterval(() => {
    stage.time.offset += 5 * MINUTE;
    ticked.notify();
  }, 10);
  const allTaken = async () => {
    while ((await sink.count()) - before < world.messages) await systemTimers.sleep(20, uninterrupted);
    while ((await countTasks(stage)).done !== world.messages) await systemTimers.sleep(20, uninterrupted);
  };
  world.statements.clear();
  const rate = await rateOf(world.messages, async () => {
    const workers = startMailWorkers({
      services,
      ctx: stage.ctx,
      ticked,
      wakeEngine: () => {},
      signal: stop.signal,
      onlySends: true,
    });
    await allTaken();
    stop.abort();
    await workers.done;
  });
  clearInterval(ahead);
  const states = await countTasks(stage);
  if (states.done !== world.messages) throw new Error(`not all were sent: ${JSON.stringify(states)}`);
  const statements = [...world.statements.values()].reduce((sum, times) => sum + times, 0);
  return { ...rate, statements: statements / world.messages };
}
