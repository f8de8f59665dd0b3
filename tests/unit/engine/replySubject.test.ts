import { afterEach, beforeEach, expect, it } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { commitTask, skipTask } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
} from '../../simulation/setup.ts';
import { inUnit, nextEmail, pass, report } from './support.ts';

/** Which subject a step has that replies in the thread of the email before. */

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  await addContact(stage, 1, { bound: true });
});
afterEach(() => stage.close());

async function start(change: Record<string, Partial<Record<'thread' | 'subject' | 'text', string>>>) {
  const graph = outreachGraph(['s1'], { linkedin: false });
  for (const node of graph.nodes) Object.assign(node.config, change[node.id]);
  await addAutomation(stage, 'a1', graph);
}

async function sendNext() {
  const job = await nextEmail(stage);
  if (job?.type !== 'task') return null;
  const { taskId, fence, subject, references } = job;
  const answer = await commitTask(stage.ctx, 'mailer', { taskId, fence, lastInboundAt: null, profile: null });
  expect(answer.ok).toBe(true);
  await report(stage, job, { result: 'sent', response: '250 ok' }, 'mailer');
  return { subject, replies: references.length > 0 };
}

it('is its own where no email came before, and that of the thread afterwards', async () => {
  await start({
    mail: { thread: 'reply', subject: 'A question, {{ firstName }}' },
    mail2: { subject: 'Unused' },
  });
  expect(await sendNext()).toEqual({ subject: expect.stringMatching(/^A question, \w+/), replies: false });
  pass(stage, 5 * HOUR);
  expect(await sendNext()).toEqual({ subject: expect.stringMatching(/^A question, \w+/), replies: true });
});

it('is that of the email it follows where that one was skipped', async () => {
  await start({ mail: { text: '{{ nickname }}' }, mail2: { thread: 'reply', subject: '' } });
  expect(await sendNext()).toBeNull();
  const [lacking] = await stage.db.reader.select().from(schema.task);
  expect(await inUnit(stage, (unit) => skipTask(unit, must(lacking, 'step without data').id, 'u1'))).toBe(
    true,
  );
  pass(stage, 5 * HOUR);
  expect(await sendNext()).toEqual({ subject: expect.stringMatching(/^Hello \w+/), replies: false });
});

it('is missing data where none is written and no email came before', async () => {
  await start({ mail: { thread: 'reply', subject: '' } });
  expect(await sendNext()).toBeNull();
  const tasks = await stage.db.reader.select().from(schema.task);
  expect(tasks).toMatchObject([
    { kind: 'send_email', reason: 'missing_data', detail: expect.stringContaining('no subject is written') },
  ]);
});
