import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import type { SentInvitationsSeen } from '#shared/contract/deviceWork.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  binContact,
  explainEnrollment,
  nextWorkFor,
  removeSenderFromNode,
  replanWithdrawals,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  graphOfSteps,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  accept,
  commit,
  DEVICE,
  enrollmentOf,
  failed,
  inUnit,
  nextOfKind,
  nextStep,
  observe,
  pass,
  perform,
  report,
  settle,
  taskRow,
} from './support.ts';

type Steps = Parameters<typeof graphOfSteps>[0];

let stage: Stage;
let anna: Person;

beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  anna = await addContact(stage, 1, { bound: true });
});
afterEach(() => stage.close());

const now = () => stage.ctx.clocks.schedule.now();
const key = (n: number) => n.toString(16).padStart(32, '0');

async function startSteps(steps: Steps, edges: readonly string[]): Promise<void> {
  const graph = graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      ...steps,
    },
    ['seg>who', ...edges],
  );
  await addAutomation(stage, 'a1', graph);
}

const startOutreach = () => addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));

/** Invites Anna, whose enrollment ends by the timeout of its wait. */
async function inviteAndEnd(): Promise<void> {
  await startOutreach();
  await perform(stage, await nextOfKind(stage, 'connect'));
  pass(stage, 7 * HOUR);
  await nextStep(stage);
  await settle(stage);
  expect((await enrollmentOf(stage, anna.contactId)).status).toBe('finished');
}

async function pairRow(contactId = anna.contactId) {
  const [row] = await stage.db.reader
    .select()
    .from(schema.relation)
    .where(and(eq(schema.relation.contactId, contactId), eq(schema.relation.senderId, 's1')));
  if (!row) throw new Error('no relation');
  return row;
}

const nobody: SentInvitationsSeen = { toContacts: [], toOthers: [], gone: [], complete: true };

/** The device reads the sent list and then the acceptances. */
function readSent(change: Partial<SentInvitationsSeen> = {}): Promise<number> {
  return observe(stage, { acceptances: [], sentInvitations: { ...nobody, ...change } });
}

const pendingAnna = () => ({ profileId: anna.profileId, key: key(1), sentAt: now() });

async function invitesUsed(): Promise<number> {
  return (await stage.db.reader.select().from(schema.usage).where(eq(schema.usage.kind, 'invite'))).length;
}

describe('an invitation whose fate is unknown', () => {
  async function unknownInvitation(): Promise<string> {
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, { result: 'unsure', detail: 'Signed out while it was read back.' });
    return step.taskId;
  }

  describe('because a click that only prepares may send at once', () => {
    /** Claimed, clicked two minutes later, and reported after two more. */
    async function sentWhilePreparing(): Promise<string> {
      await startOutreach();
      const step = await nextOfKind(stage, 'connect');
      passReally(4 * MINUTE);
      await report(stage, step, failed('timeout', { effect: 'maybe_effect' }));
      return step.taskId;
    }
    const passReally = (ms: number) => {
      stage.time.real += ms;
    };

    it('counts in the caps and keeps the distance to the next message', async () => {
      const id = await sentWhilePreparing();
      expect(await taskRow(stage, id)).toMatchObject({ state: 'unknown' });
      expect(await invitesUsed()).toBe(1);
      const [row] = await stage.db.reader
        .select()
        .from(schema.contact)
        .where(eq(schema.contact.id, anna.contactId));
      expect(row?.lastOutreachAt).toBe(now());
    });

    it('happened where the list shows it at the moment of that click, and counts once', async () => {
      const id = await sentWhilePreparing();
      const sentAt = now() - 3 * MINUTE;
      pass(stage, HOUR);
      await readSent({ toContacts: [{ ...pendingAnna(), sentAt }] });
      expect(await taskRow(stage, id)).toMatchObject({ state: 'done', verified: true });
      expect(await pairRow()).toMatchObject({ status: 'invite_sent', byRapport: true });
      expect(await invitesUsed()).toBe(1);
    });

    it('happened where the person accepted it', async () => {
      const id = await sentWhilePreparing();
      pass(stage, HOUR);
      await accept(stage, anna);
      expect(await taskRow(stage, id)).toMatchObject({ state: 'done', verified: true });
    });
  });

  it('happened where the list shows it at the moment of the click: once settled, the contact goes on', async () => {
    const id = await unknownInvitation();
    pass(stage, HOUR);
    await readSent({ toContacts: [{ ...pendingAnna(), sentAt: now() - HOUR + MINUTE }] });
    expect(await taskRow(stage, id)).toMatchObject({ state: 'done', verified: true });
    expect(await pairRow()).toMatchObject({ status: 'invite_sent', byRapport: true });
    expect(await invitesUsed()).toBe(1);
    await settle(stage);
    expect((await enrollmentOf(stage, anna.contactId)).status).toBe('in_progress');
    expect(await nextStep(stage)).toBeNull();
  });

  it('happened where the person accepted it', async () => {
    const id = await unknownInvitation();
    pass(stage, HOUR);
    await accept(stage, anna);
    expect(await taskRow(stage, id)).toMatchObject({ state: 'done', verified: true });
    expect((await pairRow()).status).toBe('connected');
  });

  it('stays for a person where the list shows one of another moment', async () => {
    const id = await unknownInvitation();
    await readSent({ toContacts: [{ ...pendingAnna(), sentAt: now() - DAY }] });
    expect(await taskRow(stage, id)).toMatchObject({ state: 'unknown' });
  });
});

describe('withdrawing what is pending too long', () => {
  it('after 20 days, although the enrollment ended; then the lock, and Not connected when it ends', async () => {
    await inviteAndEnd();
    pass(stage, 19 * DAY);
    await readSent({ toContacts: [pendingAnna()] });
    expect(await nextStep(stage)).toBeNull();
    pass(stage, DAY);
    await readSent({ toContacts: [pendingAnna()] });
    const step = await nextOfKind(stage, 'withdraw');
    expect(step.target.profileId).toBe(anna.profileId);
    await perform(stage, step);
    const withdrawnAt = now();
    expect(await pairRow()).toMatchObject({
      status: 'invitation_withdrawn',
      lockedUntil: withdrawnAt + 21 * DAY,
      withdrawAt: null,
    });
    pass(stage, 21 * DAY - MINUTE);
    await settle(stage);
    expect((await pairRow()).status).toBe('invitation_withdrawn');
    pass(stage, MINUTE);
    await settle(stage);
    expect(await pairRow()).toMatchObject({ status: 'not_connected', lockedUntil: null });
  });

  it('once per invitation, and only after a whole list was read', async () => {
    await inviteAndEnd();
    pass(stage, 25 * DAY);
    await readSent({ complete: false });
    expect(await nextStep(stage)).toBeNull();
    await readSent({ toContacts: [pendingAnna()] });
    await readSent({ toContacts: [pendingAnna()] });
    const tasks = await stage.db.reader.select().from(schema.task).where(eq(schema.task.kind, 'withdraw'));
    expect(tasks).toHaveLength(1);
  });

  it('again after a failure, three times in all', async () => {
    await inviteAndEnd();
    pass(stage, 20 * DAY);
    for (let tries = 0; tries < 3; tries++) {
      await readSent({ toContacts: [pendingAnna()] });
      const step = await nextOfKind(stage, 'withdraw');
      expect((await commit(stage, step)).ok).toBe(true);
      await report(stage, step, failed('profile_not_found'));
      pass(stage, 8 * DAY);
    }
    await readSent({ toContacts: [pendingAnna()] });
    expect(await nextStep(stage)).toBeNull();
    const tasks = await stage.db.reader.select().from(schema.task).where(eq(schema.task.kind, 'withdraw'));
    expect(tasks.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed']);
    expect((await pairRow()).status).toBe('invite_sent');
  });

  it('not what was accepted meanwhile: the withdrawal is closed', async () => {
    await inviteAndEnd();
    pass(stage, 20 * DAY);
    await readSent({ toContacts: [pendingAnna()] });
    await accept(stage, anna);
    const [task] = await stage.db.reader.select().from(schema.task).where(eq(schema.task.kind, 'withdraw'));
    expect(task).toMatchObject({ state: 'closed', reason: 'already_connected' });
    expect(await nextStep(stage)).toBeNull();
  });

  it('by the setting of the sender, changed while it is pending, or never', async () => {
    await inviteAndEnd();
    const set = async (withdrawAfterDays: number | null) => {
      const settings = senderSettings.parse({ ...eagerSettings, withdrawAfterDays });
      await stage.db.write((tx) => tx.update(schema.sender).set({ settings }));
      await inUnit(stage, (unit) => replanWithdrawals(unit, 's1'));
    };
    const { inviteSentAt } = await pairRow();
    await set(30);
    expect((await pairRow()).withdrawAt).toBe((inviteSentAt ?? 0) + 30 * DAY);
    await set(null);
    expect((await pairRow()).withdrawAt).toBeNull();
  });

  it('of a contact in the recycle bin too, and not of one that was erased', async () => {
    await inviteAndEnd();
    pass(stage, 20 * DAY);
    await readSent({ toContacts: [pendingAnna()] });
    await inUnit(stage, (unit) => binContact(unit, anna.contactId, { by: 'test', reason: 'person' }));
    expect(await nextStep(stage)).toBeNull();
    expect((await pairRow()).withdrawAt).not.toBeNull();
    await stage.db.write((tx) => tx.update(schema.contact).set({ erasedAt: now() }));
    await readSent({ toContacts: [pendingAnna()] });
    expect(await nextStep(stage)).toBeNull();
    await stage.db.write((tx) => tx.update(schema.contact).set({ erasedAt: null }));
    await stage.db.write((tx) => tx.update(schema.relation).set({ withdrawAt: now() }));
    await readSent({ toContacts: [pendingAnna()] });
    await perform(stage, await nextOfKind(stage, 'withdraw'));
    expect((await pairRow()).status).toBe('invitation_withdrawn');
  });

  it('although the sender is just being removed from the automation', async () => {
    await inviteAndEnd();
    pass(stage, 20 * DAY);
    await readSent({ toContacts: [pendingAnna()] });
    const step = await nextOfKind(stage, 'withdraw');
    const node = { workspaceId: WORKSPACE, automationId: 'a1', nodeId: 'who' };
    await inUnit(stage, (unit) => removeSenderFromNode(unit, node, 's1', 'cancel'));
    expect((await commit(stage, step)).ok).toBe(true);
  });

  it('an archived automation and a reply do not keep an old invitation', async () => {
    await inviteAndEnd();
    pass(stage, 20 * DAY);
    await stage.db.write((tx) => tx.update(schema.automation).set({ status: 'archived' }));
    await stage.db.write((tx) => tx.update(schema.contact).set({ repliedAt: 1 }));
    await readSent({ toContacts: [pendingAnna()] });
    await perform(stage, await nextOfKind(stage, 'withdraw'));
    expect((await pairRow()).status).toBe('invitation_withdrawn');
  });
});

describe('a withdrawal', () => {
  const edges = ['who>ask', 'ask>wait', 'wait.happened>good', 'wait.timeout>again', 'ask>gone'];
  const steps: Steps = {
    ask: ['connect', { note: null, whenNoNote: null }],
    wait: ['wait_until', { event: 'accepted', timeoutMs: 30 * DAY }],
    gone: ['withdraw', {}],
    again: ['connect', { note: null, whenNoNote: null }],
    good: ['end', { outcome: 'positive' }],
  };

  it('ends the wait by its timeout exit; the next invitation waits for the lock and says until when', async () => {
    await startSteps(steps, edges);
    await perform(stage, await nextOfKind(stage, 'connect'));
    await perform(stage, await nextOfKind(stage, 'withdraw'));
    const locked = now() + 21 * DAY;
    await settle(stage);
    expect(await nextStep(stage)).toBeNull();
    const row = await enrollmentOf(stage, anna.contactId);
    const why = await explainEnrollment(stage.db.reader, row, now());
    expect(why).toMatchObject({ limit: 'cannot_resend_yet', expectedAt: locked, whoMustAct: 'nobody' });
    pass(stage, 21 * DAY);
    await perform(stage, await nextOfKind(stage, 'connect'));
    expect((await pairRow()).status).toBe('invite_sent');
  });

  it('that finds nothing pending goes by what LinkedIn says of the person', async () => {
    await startSteps(steps, edges);
    await perform(stage, await nextOfKind(stage, 'connect'));
    const step = await nextOfKind(stage, 'withdraw');
    const profile = {
      memberId: anna.memberId,
      profileId: anna.profileId,
      slug: anna.slug,
      name: 'Person1',
      headline: null,
      company: null,
      location: null,
      relation: 'not_connected',
    } as const;
    await report(stage, step, { result: 'closed', reason: 'nothing_to_withdraw', profile });
    expect(await taskRow(stage, step.taskId)).toMatchObject({
      state: 'closed',
      reason: 'nothing_to_withdraw',
    });
    expect((await pairRow()).status).toBe('not_connected');
  });

  it('LinkedIn’s refusal to invite again sets the lock with LinkedIn’s own date', async () => {
    await startOutreach();
    const step = await nextOfKind(stage, 'connect');
    const until = now() + 9 * DAY;
    await report(stage, step, failed('cannot_resend_yet', { until }));
    expect(await pairRow()).toMatchObject({ status: 'invitation_withdrawn', lockedUntil: until });
    expect(await taskRow(stage, step.taskId)).toMatchObject({ state: 'scheduled', notBefore: until });
  });
});

describe('the list of sent invitations', () => {
  it('is asked for every six hours, together with the acceptances', async () => {
    await startOutreach();
    await settle(stage);
    const first = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(first).toMatchObject({
      type: 'watch',
      kinds: expect.arrayContaining(['sent_invitations', 'acceptances']),
    });
    await readSent();
    pass(stage, 6 * HOUR - MINUTE);
    const early = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(early.type === 'watch' && early.kinds.includes('sent_invitations')).toBe(false);
    pass(stage, MINUTE);
    const again = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(again).toMatchObject({ kinds: expect.arrayContaining(['sent_invitations']) });
  });

  it('shows invitations by hand: the relation, and once in the caps; those to strangers count nameless', async () => {
    await startOutreach();
    await settle(stage);
    const byHand = {
      toContacts: [{ profileId: anna.profileId, key: key(1), sentAt: now() - HOUR }],
      toOthers: [{ key: key(2), sentAt: now() - 2 * HOUR }],
    };
    await readSent(byHand);
    await readSent(byHand);
    expect(await pairRow()).toMatchObject({ status: 'invite_sent', byRapport: false, withdrawAt: null });
    expect(await invitesUsed()).toBe(2);
    const events = await stage.db.reader
      .select()
      .from(schema.event)
      .where(eq(schema.event.type, 'invite_sent'));
    expect(events).toHaveLength(1);
  });

  it('does not count our own invitations a second time', async () => {
    await startOutreach();
    await perform(stage, await nextOfKind(stage, 'connect'));
    const sentAt = now() + 30_000;
    await readSent({
      toContacts: [{ profileId: anna.profileId, key: key(1), sentAt }],
      toOthers: [{ key: key(2), sentAt }],
    });
    expect(await invitesUsed()).toBe(1);
    expect(await pairRow()).toMatchObject({ byRapport: true });
  });

  it('does not take a click of ours whose result is awaited for one by hand', async () => {
    await startOutreach();
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await readSent({ toContacts: [pendingAnna()] });
    expect(await invitesUsed()).toBe(1);
    const rows = await stage.db.reader
      .select()
      .from(schema.event)
      .where(eq(schema.event.type, 'invite_sent'));
    expect(rows).toEqual([]);
  });

  it('gone without an acceptance: Not connected, but never by an incomplete or an early reading', async () => {
    await inviteAndEnd();
    const gone = [anna.profileId];
    await readSent({ complete: false, gone });
    expect((await pairRow()).status).toBe('invite_sent');
    await observe(stage, { sentInvitations: { ...nobody, gone } });
    expect((await pairRow()).status).toBe('invite_sent');
    const readAgoMs = now() - ((await pairRow()).inviteSentAt ?? 0) - 5 * MINUTE;
    await observe(stage, { acceptances: [], sentInvitations: { ...nobody, gone }, readAgoMs });
    expect((await pairRow()).status).toBe('invite_sent');
    await readSent({ gone });
    expect(await pairRow()).toMatchObject({ status: 'not_connected', withdrawAt: null });
    const events = await stage.db.reader
      .select()
      .from(schema.event)
      .where(eq(schema.event.type, 'invite_gone'));
    expect(events).toHaveLength(1);
  });

  it('who accepted between list and acceptances is Connected, not gone', async () => {
    await inviteAndEnd();
    const { profileId, slug } = anna;
    await observe(stage, {
      acceptances: [{ profileId, memberId: null, slug, connectedAt: now() }],
      sentInvitations: { ...nobody, gone: [profileId] },
    });
    expect((await pairRow()).status).toBe('connected');
  });
});

describe('acceptances', () => {
  it('that come after the timeout exit are recorded, and the authored flow stays as it was', async () => {
    await inviteAndEnd();
    await accept(stage, anna);
    expect((await pairRow()).status).toBe('connected');
    const events = await stage.db.reader.select().from(schema.event).where(eq(schema.event.type, 'accepted'));
    expect(events).toHaveLength(1);
    expect(await nextStep(stage)).toBeNull();
  });

  it('by a link that changed hands do not count for who is bound to another id', async () => {
    await inviteAndEnd();
    await observe(stage, {
      acceptances: [{ profileId: 'ACoAAsomebody', memberId: null, slug: anna.slug, connectedAt: now() }],
    });
    expect((await pairRow()).status).toBe('invite_sent');
  });
});

describe('a connection that was removed', () => {
  async function refusedMessage(): Promise<void> {
    await startOutreach();
    await perform(stage, await nextOfKind(stage, 'connect'));
    await accept(stage, anna);
    await settle(stage);
    pass(stage, 5 * HOUR);
    await report(stage, await nextOfKind(stage, 'message'), failed('not_connected'));
  }

  it('is Not connected once LinkedIn says so before a message', async () => {
    await refusedMessage();
    expect((await pairRow()).status).toBe('not_connected');
    expect(await enrollmentOf(stage, anna.contactId)).toMatchObject({
      status: 'failed',
      reason: 'not_connected',
    });
  });
});

describe('when something was read', () => {
  async function channelRow() {
    const [row] = await stage.db.reader
      .select()
      .from(schema.channel)
      .where(eq(schema.channel.kind, 'linkedin'));
    if (!row) throw new Error('no channel');
    return row;
  }

  it('is the moment the reading began; a part of a longer list does not count as read', async () => {
    pass(stage, HOUR);
    const before = await channelRow();
    await observe(stage, { acceptances: [], inbound: [], more: true });
    expect(await channelRow()).toMatchObject({
      acceptancesReadAt: before.acceptancesReadAt,
      inboxReadAt: before.inboxReadAt,
    });
    await observe(stage, { acceptances: [], inbound: [], readAgoMs: 2 * MINUTE });
    const readAt = now() - 2 * MINUTE;
    expect(await channelRow()).toMatchObject({ acceptancesReadAt: readAt, inboxReadAt: readAt });
  });

  it('the next inbox begins a while before the last whole one, also where no contact wrote', async () => {
    pass(stage, 3 * DAY);
    const message = { messageId: 'm', conversationId: 'c', fromProfileId: 'ACoAAstranger', text: '-' };
    await observe(stage, {
      acceptances: [],
      inbound: [{ ...message, deliveredAt: now() }],
      readAgoMs: MINUTE,
    });
    const since = now() - MINUTE - 2 * HOUR;
    expect((await channelRow()).inboxSince).toBe(since);
    await startOutreach();
    await settle(stage);
    pass(stage, 11 * MINUTE);
    expect(await nextWorkFor(stage.ctx, DEVICE, { canAct: true })).toMatchObject({ inboxSince: since });
    // One that failed, or did not read it, moves nothing.
    await observe(stage, { acceptances: [] });
    expect((await channelRow()).inboxSince).toBe(since);
  });

  it('the thread of a contact bound late is read once from where replies count', async () => {
    const bert = await addContact(stage, 2);
    await startOutreach();
    await settle(stage);
    const enrolledAt = now();
    pass(stage, 5 * HOUR);
    await observe(stage, { acceptances: [], inbound: [], sentInvitations: nobody });
    await settle(stage);
    let step = await nextStep(stage);
    while (step && step.kind !== 'visit') {
      await report(stage, step, failed('profile_not_found'));
      step = await nextStep(stage);
    }
    if (!step) throw new Error('no visit');
    const profile = {
      memberId: bert.memberId,
      profileId: bert.profileId,
      slug: bert.slug,
      name: 'Person2',
      headline: null,
      company: null,
      location: null,
      relation: 'not_connected',
    } as const;
    await report(stage, step, { result: 'closed', reason: 'visited', profile });
    pass(stage, 11 * MINUTE);
    const work = await nextWorkFor(stage.ctx, DEVICE, { canAct: true });
    expect(work).toMatchObject({
      type: 'watch',
      threads: { since: enrolledAt, profileIds: [bert.profileId] },
    });
    const message = {
      messageId: 'm1',
      conversationId: 'c',
      fromProfileId: bert.profileId,
      deliveredAt: enrolledAt + HOUR,
      text: 'Hello',
    };
    await observe(stage, { acceptances: [], inbound: [message], threadsOf: [bert.profileId] });
    expect((await enrollmentOf(stage, bert.contactId)).reason).toBe('replied');
    pass(stage, 11 * MINUTE);
    expect(await nextWorkFor(stage.ctx, DEVICE, { canAct: true })).toMatchObject({ threads: null });
  });
});
