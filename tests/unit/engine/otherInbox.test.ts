import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { reasonSentence } from '#shared/statuses/reasons.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { claimEmail, unreadInboxes } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
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

it('says nothing of a channel that the automation does not use', async () => {
  await addContact(stage, 2, { bound: true });
  await addAutomation(stage, 'a2', outreachGraph(['s1'], { linkedin: false }));
  await settle(stage);
  const rows = await stage.db.reader.select().from(schema.enrollment);
  const second = rows.find((row) => row.automationId === 'a2' && row.contactId === 'c002');
  expect(second && (await unreadInboxes(stage.db.reader, second, now()))).toEqual([]);
});
