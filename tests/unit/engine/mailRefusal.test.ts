import { eq, isNull } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { type MailVerdict, mailVerdict } from '#shared/statuses/mailRefusal.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { bouncesOf } from '../../../companion-server/engine/holds/guards.ts';
import { commitTask, type EmailJob, resumeChannel } from '../../../companion-server/engine/index.ts';
import { channelById } from '../../../companion-server/engine/rows.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
} from '../../simulation/setup.ts';
import { enrollmentOf, inUnit, nextEmail, pass, report, taskRow } from './support.ts';

let stage: Stage;
let email: string;
beforeEach(async () => {
  stage = await openStage();
  email = (await addSender(stage, 's1')).email;
  await addContact(stage, 1);
  await addContact(stage, 2);
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { linkedin: false }));
});
afterEach(() => stage.close());

async function refused(verdict: MailVerdict): Promise<EmailJob> {
  const job = await nextEmail(stage);
  if (!job) throw new Error('no email');
  const { taskId, fence } = job;
  await commitTask(stage.ctx, 'mailer', { taskId, fence, lastInboundAt: null, profile: null });
  const outcome = {
    result: 'not_sent',
    verdict,
    code: 'sending_error',
    detail: "the server's words",
  } as const;
  await report(stage, job, outcome, 'mailer');
  return job;
}

const openHolds = async () =>
  (await stage.db.reader.select().from(schema.hold).where(isNull(schema.hold.liftedAt))).map(
    ({ scope, kind, reason, until }) => ({ scope, kind, reason, until }),
  );
const now = () => stage.ctx.clocks.schedule.now();
/** The step of the other contact goes on meanwhile. */
const goesOn = async (job: EmailJob) => {
  const other = await nextEmail(stage);
  return other !== null && other.contactId !== job.contactId;
};

it('a quota slows the whole mailbox, longer each time, and all goes on by itself', async () => {
  const job = await refused('slow_mailbox');
  expect(await openHolds()).toEqual([
    { scope: 'kind', kind: 'send_email', reason: 'mail_throttled', until: now() + 15 * MINUTE },
  ]);
  expect(await taskRow(stage, job.taskId)).toMatchObject({ state: 'ready', committedAt: null });
  pass(stage, 15 * MINUTE);
  await refused('slow_mailbox');
  expect(await openHolds()).toMatchObject([{ until: now() + HOUR }]);
  pass(stage, HOUR);
  expect(await nextEmail(stage)).not.toBeNull();
});

it("a recipient's domain that asks to slow down keeps only its own waiting", async () => {
  const job = await refused('slow_domain');
  expect(await openHolds()).toMatchObject([{ kind: `to:${job.to.split('@')[1]}`, reason: 'mail_throttled' }]);
  expect(await goesOn(job)).toBe(true);
});

it('goes on to that domain when the time is over', async () => {
  const job = await refused('slow_domain');
  pass(stage, 2 * HOUR);
  const seen = new Set<string>();
  for (let i = 0; i < 2; i++) {
    const next = await nextEmail(stage);
    if (next) {
      seen.add(next.contactId);
      const { taskId, fence } = next;
      await commitTask(stage.ctx, 'mailer', { taskId, fence, lastInboundAt: null, profile: null });
      await report(stage, next, { result: 'sent', response: '250' }, 'mailer');
    }
  }
  expect(seen).toContain(job.contactId);
});

it('a refused mailbox sends nothing more until a person looked', async () => {
  await refused('hold_mailbox');
  expect(await openHolds()).toMatchObject([{ scope: 'channel', reason: 'mail_refused', until: null }]);
  pass(stage, 3 * DAY);
  expect(await nextEmail(stage)).toBeNull();
  await inUnit(stage, (unit) => resumeChannel(unit, email, 'rep'));
  expect(await nextEmail(stage)).not.toBeNull();
});

it('an unknown recipient is bounced at once, and the guard counts it', async () => {
  const job = await refused('bounced');
  expect(await enrollmentOf(stage, job.contactId)).toMatchObject({ status: 'bounced' });
  expect(await taskRow(stage, job.taskId)).toMatchObject({ state: 'failed', reason: 'bounced' });
  const row = await inUnit(stage, async (unit) => channelById(unit.tx, email));
  expect(await bouncesOf(stage.db.reader, row, now())).toEqual({ sent: 1, bounced: 1 });
  const [contact] = await stage.db.reader
    .select({ gone: schema.contact.undeliverableEmail })
    .from(schema.contact)
    .where(eq(schema.contact.id, job.contactId));
  expect(contact?.gone).toBe(job.to);
  expect(await goesOn(job)).toBe(true);
});

it('a message that cannot be delivered fails its branch alone', async () => {
  const job = await refused(mailVerdict({ at: 'data', reply: 552, enhanced: '5.3.4' }));
  expect(await enrollmentOf(stage, job.contactId)).toMatchObject({ status: 'failed' });
  expect(await openHolds()).toEqual([]);
});
