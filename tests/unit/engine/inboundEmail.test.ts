import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  commitTask,
  confirmAnswer,
  confirmBounce,
  confirmUnsubscribe,
  decideEnrollment,
  dismissSuggestion,
  explainEnrollment,
  type InboundEmail,
  recordInboundEmail,
} from '../../../companion-server/engine/index.ts';
import { viewContact } from '../../../companion-server/services/contact/view.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { enrollmentOf, inUnit, nextEmail, pass, report, settle } from './support.ts';

const FIRST = 'c001';
const ADDRESS = 'p1@firm1.test';
let stage: Stage;
let email: string;
beforeEach(async () => {
  stage = await openStage();
  ({ email } = await addSender(stage, 's1'));
  await addContact(stage, 1, { bound: true });
});
afterEach(() => stage.close());

async function start(id = 'a1') {
  await addAutomation(stage, id, outreachGraph(['s1'], { linkedin: false }));
  await settle(stage);
}

const commitMail = ({ taskId, fence }: { taskId: string; fence: number }) =>
  commitTask(stage.ctx, 'mailer', { taskId, fence, lastInboundAt: null, profile: null });

/** Our Message-ID of the next email, sent. */
async function sendNext(): Promise<string> {
  const work = await nextEmail(stage);
  if (!work) throw new Error('no email');
  await commitMail(work);
  await report(stage, work, { result: 'sent', response: '250 ok' }, 'mailer');
  const [row] = await stage.db.reader.select().from(schema.task).where(eq(schema.task.id, work.taskId));
  return row?.messageId ?? '';
}

let number = 0;
function inMail(kind: InboundEmail['kind'], change: Partial<InboundEmail> = {}): Promise<number> {
  number += 1;
  pass(stage, 1000);
  const message: InboundEmail = {
    dedupeKey: `mail:<m${number}@people.test>`,
    ownMessageId: null,
    contactAddress: ADDRESS,
    receivedAt: stage.ctx.clocks.schedule.now(),
    subject: 'Re: A question',
    text: 'Words.',
    kind,
    ...change,
  };
  return inUnit(stage, (unit) => recordInboundEmail(unit, email, [message]));
}

const bounce = (severity: 'hard' | 'soft' | 'policy', unsure = false) =>
  ({ kind: 'bounce', severity, unsure, status: '5.0.0', diagnostic: `550 <${ADDRESS}> no` }) as const;

const contactNow = async () => must((await stage.db.reader.select().from(schema.contact))[0], 'the contact');
const messages = () => stage.db.reader.select().from(schema.inboundMessage);
const threads = () => stage.db.reader.select().from(schema.thread);
const suppressions = () => stage.db.reader.select().from(schema.suppression);
const statusOf = async (contactId = FIRST) => (await enrollmentOf(stage, contactId)).status;

describe('a bounce', () => {
  it('that is hard ends the branch, and no other automation writes to that address again', async () => {
    await start();
    await inMail(bounce('hard'), { ownMessageId: await sendNext() });
    expect(await statusOf()).toBe('bounced');
    await start('a2');
    pass(stage, DAY);
    expect(await nextEmail(stage)).toBeNull();
    const rows = await stage.db.reader.select().from(schema.enrollment);
    expect(rows.map(({ status }) => status)).toEqual(['bounced', 'bounced']);
    expect(await suppressions()).toEqual([]);
  });

  it('that is hard is forgotten when a person enrolls them again: they are written to', async () => {
    await start();
    await inMail(bounce('hard'), { ownMessageId: await sendNext() });
    const { id } = await enrollmentOf(stage, FIRST);
    expect(await inUnit(stage, (unit) => decideEnrollment(unit, id, 'enroll_again', 'anna'))).toBe(true);
    await settle(stage);
    pass(stage, DAY);
    expect(await nextEmail(stage)).toMatchObject({ to: ADDRESS });
  });

  it('that is hard is forgotten when they write from that address', async () => {
    await start();
    const ownMessageId = await sendNext();
    await inMail(bounce('hard'), { ownMessageId });
    expect(await contactNow()).toMatchObject({ email: ADDRESS, undeliverableEmail: ADDRESS });
    await inMail({ kind: 'reply' }, { ownMessageId, dedupeKey: 'it-works' });
    expect(await contactNow()).toMatchObject({ email: ADDRESS, undeliverableEmail: null });
  });

  it('that is hard is shown beside the contact while that is their address', async () => {
    await start();
    await inMail(bounce('hard'), { ownMessageId: await sendNext() });
    const contact = await contactNow();
    expect(viewContact(contact, false).addressGone).toBe(true);
    expect(viewContact({ ...contact, email: 'new@people.test' }, false).addressGone).toBe(false);
    expect(viewContact({ ...contact, email: null, undeliverableEmail: null }, false).addressGone).toBe(false);
  });

  it('for reasons of policy is about the mailbox: the person stays where they are', async () => {
    await start();
    const ownMessageId = await sendNext();
    await inMail(bounce('policy'), { ownMessageId });
    expect(await statusOf()).toBe('in_progress');
    const [contact] = await stage.db.reader.select().from(schema.contact);
    expect(contact?.undeliverableEmail).toBeNull();
    expect(await messages()).toMatchObject([{ kind: 'bounce', suggests: null }]);
    pass(stage, 3 * DAY);
    expect(await nextEmail(stage)).not.toBeNull();
  });

  it('that names nothing but their address, which anybody can write, only asks whether it is gone', async () => {
    await start();
    await sendNext();
    await inMail(bounce('hard'));
    await inMail(bounce('policy'));
    expect(await statusOf()).toBe('in_progress');
    expect(await contactNow()).toMatchObject({ undeliverableEmail: null });
    const [first] = await messages();
    expect(first).toMatchObject({ kind: 'bounce', suggests: 'bounce' });
    expect(await inUnit(stage, (unit) => confirmBounce(unit, first?.id ?? ''))).toBe(true);
    expect(await statusOf()).toBe('bounced');
    expect(await contactNow()).toMatchObject({ undeliverableEmail: ADDRESS });
  });

  it('in prose changes nothing before a person said that the address is gone', async () => {
    await start();
    await inMail(bounce('soft', true), { ownMessageId: await sendNext() });
    expect(await statusOf()).toBe('in_progress');
    const [row] = await messages();
    expect(row).toMatchObject({ kind: 'bounce', suggests: 'bounce' });
    expect(await inUnit(stage, (unit) => confirmBounce(unit, row?.id ?? ''))).toBe(true);
    expect(await statusOf()).toBe('bounced');
    expect(await inUnit(stage, (unit) => confirmBounce(unit, row?.id ?? ''))).toBe(false);
  });

  it('keeps no address in the activity log', async () => {
    await start();
    await inMail(bounce('hard'), { ownMessageId: await sendNext() });
    const rows = await stage.db.reader.select().from(schema.event).where(eq(schema.event.type, 'bounced'));
    expect(rows[0]?.data).toMatchObject({ severity: 'hard', detail: '550 <(address)> no' });
  });

  it('that names another contact leaves the one alone to whom our email went', async () => {
    await addContact(stage, 2, { bound: true });
    await start();
    const ownMessageId = await sendNext();
    const [task] = await stage.db.reader
      .select()
      .from(schema.task)
      .where(eq(schema.task.messageId, ownMessageId));
    const other = task?.contactId === FIRST ? 2 : 1;
    await inMail(bounce('hard'), { ownMessageId, contactAddress: `p${other}@firm${other}.test` });
    expect(await statusOf(task?.contactId)).toBe('in_progress');
  });
});

describe('a reply', () => {
  it('that asks to be left alone stops everything, and a person confirms the rest', async () => {
    await start();
    await inMail({ kind: 'reply', suggests: 'unsubscribe' }, { ownMessageId: await sendNext() });
    expect(await statusOf()).toBe('paused');
    expect(await suppressions()).toEqual([]);
    const [row] = await messages();
    expect(row).toMatchObject({ kind: 'reply', suggests: 'unsubscribe' });
    expect(await inUnit(stage, (unit) => confirmUnsubscribe(unit, row?.id ?? ''))).toBe(true);
    expect(await statusOf()).toBe('unsubscribed');
    expect(await suppressions()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'email', value: ADDRESS, via: 'words', inboundId: row?.id }),
      ]),
    );
    expect(await inUnit(stage, (unit) => confirmUnsubscribe(unit, row?.id ?? ''))).toBe(false);
  });

  it('whose suggestion is put aside stays a reply', async () => {
    await start();
    await inMail({ kind: 'reply', suggests: 'unsubscribe' }, { ownMessageId: await sendNext() });
    const [row] = await messages();
    expect(await inUnit(stage, (unit) => dismissSuggestion(unit, row?.id ?? ''))).toBe(true);
    expect(await messages()).toMatchObject([{ kind: 'reply', suggests: null }]);
    expect(await statusOf()).toBe('paused');
  });

  it('moves its conversation up and marks it unread; one found late does not', async () => {
    const at = stage.ctx.clocks.schedule.now() + HOUR;
    await inMail({ kind: 'reply' }, { text: 'Second.', receivedAt: at });
    await inMail({ kind: 'reply' }, { text: 'First.', receivedAt: at - HOUR });
    expect(await threads()).toMatchObject([
      { contactId: FIRST, lastText: 'Second.', unread: true, lastAt: at },
    ]);
    await inMail(
      { kind: 'by_hand', messageId: '<hand@team.test>' },
      { text: 'Mine.', receivedAt: at + HOUR },
    );
    expect(await threads()).toMatchObject([{ lastText: 'Mine.', lastKind: 'by_hand', unread: false }]);
    expect(await stage.db.reader.select().from(schema.handMessage)).toMatchObject([
      { state: 'sent', by: null },
    ]);
  });
});

describe('another contact in the thread', () => {
  const colleague = { contactAddress: 'p2@firm2.test' };
  beforeEach(() => addContact(stage, 2, { bound: true }));

  it('who answers there gets nothing more either', async () => {
    await start();
    const ownMessageId = await sendNext();
    await inMail({ kind: 'reply' }, { ownMessageId, ...colleague });
    for (const id of [FIRST, 'c002'])
      expect(await enrollmentOf(stage, id)).toMatchObject({ status: 'paused', reason: 'replied' });
    expect((await messages()).map(({ contactId }) => contactId).sort()).toEqual([FIRST, 'c002']);
    pass(stage, 30 * DAY);
    expect(await nextEmail(stage)).toBeNull();
  });

  it('who is away there is waited for', async () => {
    await start();
    const ownMessageId = await sendNext();
    const returnAt = stage.ctx.clocks.schedule.now() + 60 * DAY;
    await inMail({ kind: 'auto_reply', returnAt }, { ownMessageId, ...colleague });
    pass(stage, 30 * DAY);
    expect(await nextEmail(stage)).toBeNull();
  });

  it('who opts out there is left alone', async () => {
    await start();
    await inMail({ kind: 'unsubscribe' }, { ownMessageId: await sendNext(), ...colleague });
    expect([await statusOf(), await statusOf('c002')]).toEqual(['unsubscribed', 'unsubscribed']);
  });
});

describe('opting out', () => {
  it('by a complaint that names no email of ours waits for a person, and nothing goes out', async () => {
    await start();
    await sendNext();
    await inMail({ kind: 'complaint' });
    expect(await suppressions()).toEqual([]);
    expect(await statusOf()).toBe('paused');
    const [row] = await messages();
    expect(row).toMatchObject({ kind: 'complaint', suggests: 'unsubscribe' });
    expect(await inUnit(stage, (unit) => confirmUnsubscribe(unit, row?.id ?? ''))).toBe(true);
    expect(await statusOf()).toBe('unsubscribed');
    expect((await suppressions()).every(({ via }) => via === 'complaint')).toBe(true);
  });

  it.each([
    [{ kind: 'unsubscribe' }, 'mailto'],
    [{ kind: 'complaint' }, 'complaint'],
  ] as const)('by %j stoplists every identifier at once, with the message as evidence', async (kind, via) => {
    await start();
    await inMail(kind, { ownMessageId: await sendNext() });
    expect(await statusOf()).toBe('unsubscribed');
    const [row] = await messages();
    const found = await suppressions();
    expect(found.map((one) => one.kind)).toContain('linkedin_slug');
    expect(found.every((one) => one.via === via && one.inboundId === row?.id)).toBe(true);
    pass(stage, 3 * DAY);
    expect(await nextEmail(stage)).toBeNull();
  });
});

describe('the stoplist', () => {
  /** As if a colleague had added it this very moment, with no time to end anything. */
  const suppress = () =>
    inUnit(stage, (unit) =>
      unit.tx.insert(schema.suppression).values({
        ...{ id: unit.newId(), workspaceId: WORKSPACE, kind: 'domain', value: 'firm1.test' },
        ...{ reason: 'asked', by: 'm', at: unit.now },
      }),
    );

  it('is asked when a contact enters', async () => {
    await suppress();
    await start();
    expect(await enrollmentOf(stage, FIRST)).toMatchObject({ status: 'canceled', reason: 'stoplisted' });
  });

  it('is asked when a step is planned to go', async () => {
    await start();
    await suppress();
    expect(await nextEmail(stage)).toBeNull();
    expect(await enrollmentOf(stage, FIRST)).toMatchObject({ status: 'canceled', reason: 'stoplisted' });
  });

  it('is asked right before the effect', async () => {
    await start();
    const work = await nextEmail(stage);
    if (!work) throw new Error('no email');
    await suppress();
    expect(await commitMail(work)).toMatchObject({ ok: false, code: 'stoplisted' });
    expect(await enrollmentOf(stage, FIRST)).toMatchObject({ status: 'canceled', reason: 'stoplisted' });
  });
});

describe('a message that may be an answer', () => {
  const why = async () => {
    const now = stage.ctx.clocks.schedule.now();
    return await explainEnrollment(stage.db.reader, await enrollmentOf(stage, FIRST), now);
  };
  const asked = async () => {
    await inMail({ kind: 'maybe_reply' });
    return must((await messages())[0], 'the message').id;
  };

  it('keeps everything back until a person said no, and says so', async () => {
    await start();
    await sendNext();
    const id = await asked();
    pass(stage, 5 * HOUR);
    expect(await nextEmail(stage)).toBeNull();
    const answer = await why();
    expect(answer).toMatchObject({ whoMustAct: 'rep', waitsFor: 'a decision about that message' });
    expect(answer.sentence).toContain('may be their answer');
    expect(await inUnit(stage, (unit) => dismissSuggestion(unit, id))).toBe(true);
    expect(await nextEmail(stage)).toMatchObject({ type: 'task' });
  });

  it('stops the step that is being prepared', async () => {
    await start();
    await sendNext();
    pass(stage, 5 * HOUR);
    const work = must(await nextEmail(stage), 'the follow-up');
    await asked();
    expect(await commitMail(work)).toMatchObject({ ok: false, code: 'maybe_reply' });
  });

  it('that nobody decides about holds nobody for ever', async () => {
    await start();
    await sendNext();
    await asked();
    pass(stage, 7 * DAY + HOUR);
    expect(await nextEmail(stage)).toMatchObject({ type: 'task' });
  });

  it('is their reply with the yes, also when the message is never found again', async () => {
    await start();
    await sendNext();
    await inMail({ kind: 'maybe_reply' }, { dedupeKey: 'letter', text: '', mail: fromElsewhere('letter') });
    const [asked] = await messages();
    pass(stage, 5 * HOUR);
    expect(await nextEmail(stage)).toBeNull();
    expect(await inUnit(stage, (unit) => confirmAnswer(unit, asked?.id ?? ''))).toBe(true);
    expect(await enrollmentOf(stage, FIRST)).toMatchObject({ status: 'paused', reason: 'replied' });
    expect(await messages()).toMatchObject([{ kind: 'reply', suggests: null, text: '' }]);
    expect(await contactNow()).toMatchObject({ repliedAt: asked?.at });
    pass(stage, 30 * DAY);
    expect(await nextEmail(stage)).toBeNull();
  });

  it('gets its words when it is read again, and pauses nobody a second time', async () => {
    await start();
    await sendNext();
    await inMail({ kind: 'maybe_reply' }, { dedupeKey: 'letter', text: '', mail: fromElsewhere('letter') });
    const [asked] = await messages();
    await inUnit(stage, (unit) => confirmAnswer(unit, asked?.id ?? ''));
    const { id } = await enrollmentOf(stage, FIRST);
    expect(await inUnit(stage, (unit) => decideEnrollment(unit, id, 'resume', 'anna'))).toBe(true);
    const words = { ...fromElsewhere('letter'), whole: 'Please stop.\n> A question' };
    await inMail(
      { kind: 'reply', suggests: 'unsubscribe' },
      { dedupeKey: 'letter', text: 'Please stop.', mail: words },
    );
    expect(await messages()).toMatchObject([
      { kind: 'reply', text: 'Please stop.', suggests: 'unsubscribe', mail: { whole: words.whole } },
    ]);
    expect(await threads()).toMatchObject([{ lastText: 'Please stop.', unread: true }]);
    expect(await statusOf()).toBe('in_progress');
  });
});

const fromElsewhere = (name: string) => ({
  ...{
    messageId: `<${name}@elsewhere.test>`,
    references: [],
    fromName: 'Boris',
    html: null,
    attachments: [],
  },
  ...{ fromAddress: 'home@elsewhere.test', whole: '', uid: 1, evidence: { folder: 'INBOX' } },
});
