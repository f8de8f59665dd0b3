import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { must } from '#shared/kernel/assert.ts';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { reasonSentence } from '#shared/statuses/reasons.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { explainCursor } from '../../../companion-server/engine/explain/explain.ts';
import { claimEmail, unreadInboxes } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  outreachGraph,
  type Stage,
} from '../../simulation/setup.ts';
import { enrollmentOf, observe, pass, readMail, settle } from './support.ts';

/** Where the other channel cannot be read the step goes on, the contact says so, and a switch makes it wait. */

let stage: Stage;
let channels: { linkedin: string; email: string };
const now = () => stage.ctx.clocks.schedule.now();

beforeEach(async () => {
  stage = await openStage();
  channels = await addSender(stage, 's1');
  await addContact(stage, 1, { bound: true });
  await addAutomation(stage, 'a1', outreachGraph(['s1']));
  await settle(stage);
  await stage.db.write((tx) =>
    tx
      .update(schema.channel)
      .set({ inboxReadAt: now() - 3 * HOUR })
      .where(eq(schema.channel.id, channels.linkedin)),
  );
});
afterEach(() => stage.close());

const unread = async () => unreadInboxes(stage.db.reader, await enrollmentOf(stage, 'c001'), now());
const waitForInboxes = () =>
  stage.db.write((tx) => tx.update(schema.automation).set({ waitForInboxes: true }));
const emailTask = async () =>
  (await stage.db.reader.select().from(schema.task)).find(({ kind }) => kind === 'send_email');

/** Reads the mailbox where that is asked for first. */
async function claim() {
  const work = await claimEmail(stage.ctx, 'mailer');
  if (work?.type !== 'sync') return work;
  await readMail(stage, work.channelId);
  return await claimEmail(stage.ctx, 'mailer');
}

it('goes on, and tells when replies were last read', async () => {
  await readMail(stage, channels.email);
  expect(await unread()).toEqual([{ channel: 'linkedin', readAt: now() - 3 * HOUR }]);
  expect((await claim())?.type).toBe('task');
});

it('waits with a reason where the automation asks for it, until the other inbox was read', async () => {
  await waitForInboxes();
  expect((await claim())?.type).not.toBe('task');
  expect(await emailTask()).toMatchObject({ state: 'scheduled', reason: 'other_inbox_unread' });
  expect(reasonSentence('other_inbox_unread')).toContain('other channel');
  await observe(stage, { acceptances: [], inbound: [] });
  pass(stage, 16 * MINUTE);
  await settle(stage);
  expect((await claim())?.type).toBe('task');
  expect(await unread()).toEqual([]);
});

/** Where the branch stands that waits for a reply, after its time was over and LinkedIn was read. */
async function waitedWithMailbox(off: Partial<typeof schema.channel.$inferSelect>) {
  await stage.db.write(async (tx) => {
    await tx
      .update(schema.channel)
      .set({ smtpStatus: 'not_set_up', imapStatus: 'not_set_up', ...off })
      .where(eq(schema.channel.id, channels.email));
    await tx.delete(schema.listMember);
  });
  await addContact(stage, 3, { bound: true });
  const mail = { subject: 'S', text: 'T', thread: 'new', attachments: [] } as const;
  const graph = graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      answer: ['wait_until', { event: 'replied', timeoutMs: HOUR }],
      thanks: ['end', { outcome: 'positive' }],
      none: ['end', { outcome: 'negative' }],
      look: ['visit', {}],
      mail: ['send_email', { ...mail, attachments: [] }],
    },
    ['seg>who', 'who>answer', 'answer.happened>thanks', 'answer.timeout>none', 'who>look', 'who>mail'],
  );
  await addAutomation(stage, 'a3', graph);
  await settle(stage);
  pass(stage, 2 * HOUR);
  await settle(stage);
  await observe(stage, { acceptances: [], inbound: [] });
  await settle(stage);
  const branches = await stage.db.reader
    .select()
    .from(schema.cursor)
    .where(eq(schema.cursor.automationId, 'a3'));
  return branches.find(({ nodeId }) => nodeId === 'none' || nodeId === 'answer');
}

it('a mailbox that was never set up keeps nobody waiting for a reply on LinkedIn', async () => {
  expect(await waitedWithMailbox({ inboxReadAt: null })).toMatchObject({
    nodeId: 'none',
    ending: 'finished',
  });
});

it('a mailbox that was taken off may hold the reply: the wait goes on until it is connected and read', async () => {
  const branch = await waitedWithMailbox({ inboxReadAt: now() });
  expect(branch).toMatchObject({ nodeId: 'answer', waitsFor: 'fresh_read' });
  const [row] = await stage.db.reader
    .select()
    .from(schema.enrollment)
    .where(eq(schema.enrollment.automationId, 'a3'));
  const why = await explainCursor(stage.db.reader, must(row, 'the enrollment'), branch, null);
  expect(why.whoMustAct).not.toBe('nobody');
});

it('says nothing of a channel that the automation does not use', async () => {
  await addContact(stage, 2, { bound: true });
  await addAutomation(stage, 'a2', outreachGraph(['s1'], { linkedin: false }));
  await settle(stage);
  const rows = await stage.db.reader.select().from(schema.enrollment);
  const second = rows.find((row) => row.automationId === 'a2' && row.contactId === 'c002');
  expect(second && (await unreadInboxes(stage.db.reader, second, now()))).toEqual([]);
});
