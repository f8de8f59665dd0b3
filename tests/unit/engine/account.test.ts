import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { SessionReport } from '#shared/protocol/linkedin.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  claimEmail,
  claimEmails,
  commitTask,
  contactsAddedToList,
  explainEnrollment,
  type InboundEmail,
  isIdle,
  lead,
  nextWorkFor,
  pauseChannel,
  recordInboundEmail,
  recordObservations,
  recordSession,
  resumeChannel,
  usageOf,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  memberIdOf,
  openStage,
  outreachGraph,
  type Stage,
} from '../../simulation/setup.ts';
import {
  DEVICE,
  done,
  enrollmentOf,
  failed,
  inUnit,
  nextEmail,
  nextOfKind,
  nextStep,
  observe,
  pass,
  perform,
  report,
  settle,
  taskRow,
} from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const signedIn = (memberId = memberIdOf('s1')): SessionReport => ({
  state: 'logged_in',
  member: { memberId, profileId: 'ACoAAme', slug: 'me', name: 'Me', premium: false },
});

async function channelRow(id: string) {
  const [row] = await stage.db.reader.select().from(schema.channel).where(eq(schema.channel.id, id));
  if (!row) throw new Error('no channel');
  return row;
}

async function openHoldReasons(): Promise<string[]> {
  const rows = await stage.db.reader.select().from(schema.hold);
  return rows.filter((row) => row.liftedAt === null).map((row) => row.reason);
}

describe('the LinkedIn session', () => {
  it.each([
    ['logged_out', 'linkedin_account_disconnected'],
    ['session_expired', 'linkedin_account_disconnected'],
    ['challenge', 'linkedin_account_disconnected'],
    ['restricted', 'account_restricted'],
  ] as const)('%s holds the channel with %s', async (reason, hold) => {
    const { linkedin } = await addSender(stage, 's1');
    await recordSession(stage.ctx, DEVICE, { state: 'inactive', reason, challenge: null });
    expect(await channelRow(linkedin)).toMatchObject({ status: 'inactive', reason, holdCount: 1 });
    expect(await openHoldReasons()).toEqual([hold]);
  });

  it('resumes after reading what was missed, and leaves a manual pause alone', async () => {
    const { linkedin } = await addSender(stage, 's1');
    await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await settle(stage);
    await inUnit(stage, (unit) => pauseChannel(unit, linkedin, 'rep'));
    await recordSession(stage.ctx, DEVICE, { state: 'inactive', reason: 'logged_out', challenge: null });
    pass(stage, 2 * DAY);
    expect(await nextStep(stage)).toBeNull();
    await recordSession(stage.ctx, DEVICE, signedIn());
    expect(await openHoldReasons()).toEqual(['manual', 'linkedin_account_disconnected']);
    const work = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(work.type).toBe('watch');
    await observe(stage, { acceptances: [], inbound: [] });
    expect(await openHoldReasons()).toEqual(['manual']);
    await inUnit(stage, (unit) => resumeChannel(unit, linkedin, 'rep'));
    expect(await nextOfKind(stage, 'connect')).toBeTruthy();
  });

  it('does not believe a report that a later one overtook', async () => {
    await addSender(stage, 's1');
    const somebodyElse = signedIn('99');
    await recordSession(stage.ctx, DEVICE, signedIn(), 2);
    await recordSession(stage.ctx, DEVICE, somebodyElse, 1);
    expect(await openHoldReasons()).toEqual([]);
    await recordSession(stage.ctx, DEVICE, somebodyElse, 3);
    expect(await openHoldReasons()).toEqual(['linkedin_account_disconnected']);
  });

  it('asks at once who signed in where the page does not say', async () => {
    await addSender(stage, 's1');
    await recordSession(stage.ctx, DEVICE, { state: 'inactive', reason: 'logged_out', challenge: null });
    expect(await nextWorkFor(stage.ctx, DEVICE, { canAct: true })).toMatchObject({ type: 'wait' });
    await recordSession(stage.ctx, DEVICE, { state: 'logged_in', member: null });
    const work = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(work).toMatchObject({ type: 'watch', kinds: ['session'] });
  });

  it('counts as checked only what names who is signed in', async () => {
    const { linkedin } = await addSender(stage, 's1');
    await recordSession(stage.ctx, DEVICE, signedIn());
    const { lastCheckedAt } = await channelRow(linkedin);
    pass(stage, 6 * MINUTE);
    await recordSession(stage.ctx, DEVICE, { state: 'logged_in', member: null });
    expect(await channelRow(linkedin)).toMatchObject({ status: 'active', lastCheckedAt });
    const work = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(work).toMatchObject({ kinds: expect.arrayContaining(['session']) });
    expect(work).toMatchObject({ expectedMemberId: memberIdOf('s1') });
  });

  it.each([
    { memberId: '999', refused: 'wrong_account' },
    { memberId: null, refused: 'member_unproven' },
  ])('stores nothing that was read as $memberId', async ({ memberId, refused }) => {
    const { linkedin } = await addSender(stage, 's1');
    await addContact(stage, 1, { bound: true });
    const before = await channelRow(linkedin);
    const [contact] = await stage.db.reader.select().from(schema.contact);
    const fromProfileId = contact?.linkedinProfileId ?? '';
    const at = stage.ctx.clocks.schedule.now();
    const message = { messageId: 'm', conversationId: 'c', fromProfileId, deliveredAt: at, text: 'Private' };
    const accepted = { profileId: fromProfileId, memberId: null, slug: null, connectedAt: at };
    const seen = { memberId, inbound: [message], acceptances: [accepted] };
    for (const more of [true, false]) {
      expect(await recordObservations(stage.ctx, DEVICE, { ...seen, more })).toEqual({
        ok: false,
        error: refused,
      });
    }
    expect(await stage.db.reader.select().from(schema.inboundMessage)).toEqual([]);
    expect(await stage.db.reader.select().from(schema.relation)).toEqual([]);
    const { inboxReadAt, acceptancesReadAt, inboxSince, status } = before;
    expect(await channelRow(linkedin)).toMatchObject({
      inboxReadAt,
      acceptancesReadAt,
      inboxSince,
      status,
      watchRetryAt: at + 5 * MINUTE,
    });
  });

  it('takes another member for a wrong account', async () => {
    const { linkedin } = await addSender(stage, 's1');
    await recordSession(stage.ctx, DEVICE, signedIn('999'));
    expect(await channelRow(linkedin)).toMatchObject({ status: 'inactive', reason: 'wrong_account' });
  });

  it('binds the member at the first login, and to one profile only', async () => {
    const first = await addSender(stage, 's1', { connected: false });
    const second = await addSender(stage, 's2', { connected: false });
    await recordSession(stage.ctx, DEVICE, signedIn());
    await recordSession(stage.ctx, 's2-d1', signedIn());
    expect(await channelRow(first.linkedin)).toMatchObject({ status: 'active', address: memberIdOf('s1') });
    expect(await channelRow(second.linkedin)).toMatchObject({ status: 'inactive', address: null });
  });

  it('is not lost because a second browser, which does not run it, is signed out', async () => {
    const { linkedin } = await addSender(stage, 's1', { devices: ['s1-d1', 's1-d2'] });
    await nextWorkFor(stage.ctx, 's1-d1', { canAct: true });
    const out: SessionReport = { state: 'inactive', reason: 'logged_out', challenge: null };
    await recordSession(stage.ctx, 's1-d2', out);
    expect(await channelRow(linkedin)).toMatchObject({ status: 'active' });
    await recordSession(stage.ctx, 's1-d1', out);
    expect(await channelRow(linkedin)).toMatchObject({ status: 'inactive', reason: 'logged_out' });
  });

  it('lets one device run the account at a time', async () => {
    await addSender(stage, 's1', { devices: ['s1-d1', 's1-d2'] });
    await nextWorkFor(stage.ctx, 's1-d1', { canAct: true });
    expect(await nextWorkFor(stage.ctx, 's1-d2', { canAct: true })).toMatchObject({ reason: 'other_device' });
    stage.time.real += 91 * SECOND;
    const work = await nextWorkFor(stage.ctx, 's1-d2', { canAct: true });
    expect(work).not.toMatchObject({ reason: 'other_device' });
  });
});

describe('caps, guards and limits', () => {
  it('stops at the daily cap and goes on when the window has moved', async () => {
    const settings = senderSettings.parse({ ...eagerSettings, caps: { invite: { daily: 2, weekly: 100 } } });
    const { linkedin } = await addSender(stage, 's1', { settings });
    for (let n = 1; n <= 3; n++) await addContact(stage, n, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    for (let i = 0; i < 2; i++) {
      pass(stage, 12 * HOUR - i * 11 * HOUR);
      await perform(stage, await nextOfKind(stage, 'connect'));
    }
    pass(stage, HOUR);
    expect(await nextStep(stage)).toBeNull();
    const now = stage.ctx.clocks.schedule.now();
    const usage = await usageOf(stage.db.reader, await channelRow(linkedin), settings, now);
    expect(usage.find((row) => row.kind === 'invite')).toMatchObject({ usedDay: 2, capDay: 2 });
    pass(stage, DAY);
    expect(await nextOfKind(stage, 'connect')).toBeTruthy();
  });

  it('stops the account after five failures in a row', async () => {
    await addSender(stage, 's1');
    for (let n = 1; n <= 6; n++) await addContact(stage, n, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    for (let i = 0; i < 5; i++) await report(stage, await nextOfKind(stage, 'connect'), failed('timeout'));
    expect(await openHoldReasons()).toEqual(['high_failure_rate']);
  });

  it('admits up to the active limit and lets the next in when one ends', async () => {
    await addSender(stage, 's1');
    for (let n = 1; n <= 2; n++) await addContact(stage, n, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false, active: 1 }));
    const step = await nextOfKind(stage, 'connect');
    expect((await enrollmentOf(stage, 'c002')).status).toBe('active_limit');
    await report(stage, step, failed('profile_not_found'));
    await settle(stage);
    expect((await enrollmentOf(stage, 'c002')).status).toBe('in_progress');
  });

  it('admits so many of one company, reads unknown profiles first, and takes later list members in', async () => {
    await addSender(stage, 's1');
    await addContact(stage, 1, { bound: true, companyId: 'firm' });
    await addContact(stage, 2, { bound: true, companyId: 'firm' });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false, coworkers: 1 }));
    await settle(stage);
    expect((await enrollmentOf(stage, 'c002')).status).toBe('coworkers_limit');
    const third = await addContact(stage, 3);
    await inUnit(stage, (unit) => contactsAddedToList(unit, 'l1', [third.contactId]));
    await settle(stage);
    expect((await enrollmentOf(stage, third.contactId)).status).toBe('waiting_enrichment');
  });

  it('says when nothing is due and what is next', async () => {
    await addSender(stage, 's1');
    await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    expect((await isIdle(stage.ctx)).idle).toBe(false);
    const step = await nextOfKind(stage, 'connect');
    expect((await isIdle(stage.ctx)).idle).toBe(false);
    await perform(stage, step);
    await settle(stage);
    const row = await enrollmentOf(stage, 'c001');
    const why = await explainEnrollment(stage.db.reader, row, stage.ctx.clocks.schedule.now());
    expect(why).toMatchObject({ waitsFor: 'acceptance', whoMustAct: 'contact' });
    expect(why.expectedAt).not.toBeNull();
  });

  it('counts the next page of a running import as work, when it may be read', async () => {
    await addSender(stage, 's1');
    await recordSession(stage.ctx, DEVICE, signedIn());
    expect((await isIdle(stage.ctx)).nextWorkAt).toBeNull();
    const now = stage.ctx.clocks.schedule.now();
    const row = {
      id: 'i1',
      workspaceId: 'w1',
      senderId: 's1',
      kind: 'people_search',
      url: 'https://www.linkedin.com/search/results/people/?keywords=ceo',
      atMost: 100,
    } as const;
    await stage.db.write((tx) =>
      tx.insert(schema.listImport).values({ ...row, state: 'running', nextAt: now + 3 * MINUTE }),
    );
    expect(await isIdle(stage.ctx)).toMatchObject({ idle: true, nextWorkAt: now + 3 * MINUTE });
    stage.time.real += 4 * MINUTE;
    await recordSession(stage.ctx, DEVICE, signedIn());
    expect((await isIdle(stage.ctx)).idle).toBe(false);
    await stage.db.write((tx) => tx.update(schema.listImport).set({ state: 'stopped' }));
    expect((await isIdle(stage.ctx)).nextWorkAt).toBeNull();
  });

  it('has one leader, and another when that one is silent', async () => {
    expect(await lead(stage.ctx, 'a')).toBe(true);
    expect(await lead(stage.ctx, 'b')).toBe(false);
    stage.time.real += 61 * SECOND;
    expect(await lead(stage.ctx, 'b')).toBe(true);
  });
});

describe('email', () => {
  let email: string;
  beforeEach(async () => {
    ({ email } = await addSender(stage, 's1'));
    await addContact(stage, 1, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { linkedin: false }));
  });

  async function sent() {
    const job = await nextEmail(stage);
    if (!job) throw new Error('no email');
    const { taskId, fence } = job;
    const answer = await commitTask(stage.ctx, 'mailer', {
      taskId,
      fence,
      lastInboundAt: null,
      profile: null,
    });
    expect(answer.ok).toBe(true);
    await report(stage, job, { result: 'sent', response: '250 ok' }, 'mailer');
    return job;
  }

  const inbound = (kind: InboundEmail['kind'], ownMessageId: string): InboundEmail => ({
    dedupeKey: 'k1',
    ownMessageId,
    contactAddress: 'p1@firm1.test',
    receivedAt: stage.ctx.clocks.schedule.now(),
    subject: 'Re',
    text: 'text',
    kind,
  });

  it('goes out in one thread, with an id fixed before sending', async () => {
    const first = await sent();
    expect(first).toMatchObject({ to: 'p1@firm1.test', subject: 'Hello Person1' });
    pass(stage, 5 * HOUR);
    const second = await sent();
    expect(second).toMatchObject({ references: [first.messageId], subject: 'Hello Person1' });
    expect((await enrollmentOf(stage, 'c001')).status).toBe('finished');
  });

  it('needs a mailbox read within five minutes', async () => {
    await settle(stage);
    pass(stage, 6 * MINUTE);
    expect(await claimEmail(stage.ctx, 'mailer')).toEqual({ type: 'sync', channelId: email });
  });

  it('does not count as read while more lies unread there', async () => {
    await settle(stage);
    pass(stage, 6 * MINUTE);
    await inUnit(stage, (unit) => recordInboundEmail(unit, email, [], false));
    expect(await claimEmail(stage.ctx, 'mailer')).toEqual({ type: 'sync', channelId: email });
  });

  it('is not claimed from a mailbox somebody works with', async () => {
    await settle(stage);
    const ask = { isBusy: (id: string) => id === email, room: () => 5 };
    expect(await claimEmails(stage.ctx, 'mailer', ask)).toEqual([]);
  });

  it('waits with follow-ups that were not planned yet until an absent contact is back', async () => {
    const job = await sent();
    pass(stage, MINUTE);
    const returnAt = stage.ctx.clocks.schedule.now() + 3 * DAY;
    await inUnit(stage, (unit) =>
      recordInboundEmail(unit, email, [inbound({ kind: 'auto_reply', returnAt }, job.messageId)]),
    );
    pass(stage, 5 * HOUR);
    expect(await nextEmail(stage)).toBeNull();
    pass(stage, 3 * DAY);
    expect(await nextEmail(stage)).not.toBeNull();
  });

  it.each([
    [{ kind: 'reply' }, 'paused'],
    [{ kind: 'auto_reply', returnAt: null }, 'in_progress'],
    [{ kind: 'bounce', severity: 'hard', status: '5.1.1', diagnostic: null }, 'bounced'],
    [{ kind: 'bounce', severity: 'soft', status: '4.2.2', diagnostic: null }, 'in_progress'],
    [{ kind: 'unsubscribe' }, 'unsubscribed'],
    [{ kind: 'complaint' }, 'unsubscribed'],
    [{ kind: 'notice' }, 'in_progress'],
  ] as [InboundEmail['kind'], string][])('%o makes the contact %s', async (kind, status) => {
    const job = await sent();
    pass(stage, MINUTE);
    await inUnit(stage, (unit) => recordInboundEmail(unit, email, [inbound(kind, job.messageId)]));
    expect((await enrollmentOf(stage, 'c001')).status).toBe(status);
  });

  it.each([
    [{ result: 'not_sent', verdict: 'fail', code: 'sending_error', detail: '550' }, 'failed'],
    [{ result: 'not_sent', verdict: 'retry', code: 'sending_error', detail: '451' }, 'scheduled'],
    [{ result: 'unsure', detail: 'lost' }, 'unknown'],
  ] as const)('%o leaves the task %s', async (outcome, state) => {
    const job = await nextEmail(stage);
    if (!job) throw new Error('no email');
    const { taskId, fence } = job;
    await commitTask(stage.ctx, 'mailer', { taskId, fence, lastInboundAt: null, profile: null });
    await report(stage, job, outcome, 'mailer');
    expect((await taskRow(stage, taskId)).state).toBe(state);
  });

  it('takes no result from somebody who did not claim it', async () => {
    const job = await nextEmail(stage);
    if (!job) throw new Error('no email');
    expect(await report(stage, job, done, 'stranger')).toMatchObject({ state: 'claimed' });
  });
});
