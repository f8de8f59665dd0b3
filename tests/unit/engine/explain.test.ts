import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { nextOpen } from '#shared/schedule/window.ts';
import { finalEnrollmentStatuses, holdReason, taskState } from '#shared/statuses/engine.ts';
import { linkedinErrorCode } from '#shared/statuses/linkedin.ts';
import { limitName, reasonSentence } from '#shared/statuses/reasons.ts';
import { admissionWaits, branchWaits, stepWaits, type WaitsFor } from '#shared/statuses/waits.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  explainBranches,
  explainChannel,
  explainEnrollment,
  explainTask,
  lookAhead,
  recordSession,
  setHold,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { DEVICE, enrollmentOf, inUnit, nextOfKind, nextStep, pass, perform, settle } from './support.ts';

let stage: Stage;
let channels: { linkedin: string; email: string };

beforeEach(async () => {
  stage = await openStage();
  channels = await addSender(stage, 's1');
  for (let n = 1; n <= 5; n++) await addContact(stage, n, { bound: true });
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  await settle(stage);
});
afterEach(() => stage.close());

const now = () => stage.ctx.clocks.schedule.now();
const why = async (contactId = 'c001', real: number | null = null) =>
  explainEnrollment(stage.db.reader, await enrollmentOf(stage, contactId), now(), { real });
const setEnrollment = (values: Partial<typeof schema.enrollment.$inferInsert>) =>
  stage.db.write((tx) =>
    tx.update(schema.enrollment).set(values).where(eq(schema.enrollment.contactId, 'c001')),
  );

/** Nothing may be left without words: what it is, what it waits for, who must act. */
function complete(answer: Awaited<ReturnType<typeof why>>) {
  expect(answer.sentence).toMatch(/^[A-Z0-9"].*\.$/);
  expect(answer.sentence).not.toMatch(/[a-z]_[a-z]|\{step\}|undefined|null/);
  return answer;
}

describe('why and when', () => {
  it.each(Object.keys(branchWaits) as WaitsFor[])('a branch that waits for %s', async (waitsFor) => {
    const { id } = await enrollmentOf(stage, 'c001');
    await stage.db.write(async (tx) => {
      await tx.delete(schema.task).where(eq(schema.task.enrollmentId, id));
      await tx
        .update(schema.cursor)
        .set({ state: 'waiting', waitsFor, wakeAt: now() + HOUR })
        .where(eq(schema.cursor.enrollmentId, id));
    });
    const answer = complete(await why());
    expect(answer).toMatchObject({ waitsFor: branchWaits[waitsFor].waitsFor, expectedAt: now() + HOUR });
  });

  it.each(Object.keys(admissionWaits))('on the way in: %s', async (reason) => {
    await stage.db.write((tx) => tx.delete(schema.task).where(eq(schema.task.contactId, 'c001')));
    const status =
      reason === 'active_limit' || reason === 'coworkers_limit'
        ? reason
        : reason === 'enrichment'
          ? ('waiting_enrichment' as const)
          : ('ready' as const);
    await setEnrollment({ live: 0, status, reason: status === 'ready' ? reason : null });
    const answer = complete(await why());
    expect(answer.waitsFor).toBe(admissionWaits[reason as keyof typeof admissionWaits].waitsFor);
  });

  it.each(taskState.options)('a step that is %s', async (state) => {
    const [row] = await stage.db.reader.select().from(schema.task);
    if (!row) throw new Error('no task');
    const answer = complete(await explainTask(stage.db.reader, { ...row, state }, now()));
    expect(answer.waitsFor).toBeTruthy();
  });

  it.each(holdReason.options)('held by %s', async (reason) => {
    const { id } = await enrollmentOf(stage, 'c001');
    const scope = {
      missing_data: { scope: 'enrollment', scopeId: id } as const,
      no_usable_sender: { scope: 'automation', scopeId: 'a1' } as const,
    };
    const on = {
      scope: 'channel',
      scopeId: channels.linkedin,
      ...Object.entries(scope).find(([key]) => key === reason)?.[1],
    } as const;
    if (reason === 'no_usable_sender') await setEnrollment({ live: 0, status: 'ready', reason });
    await inUnit(stage, (unit) => setHold(unit, { workspaceId: WORKSPACE, ...on, reason, by: 'test' }));
    const answer = complete(await why());
    expect(answer).toMatchObject({ limit: reason });
    expect(answer.waitsFor).toBeTruthy();
  });

  it.each(finalEnrollmentStatuses)('ended as %s', async (status) => {
    await setEnrollment({ status, reason: 'linkedin_error' });
    expect(complete(await why())).toMatchObject({ whoMustAct: 'nobody', expectedAt: null });
  });

  it.each(linkedinErrorCode.options)('the reason %s has a sentence', (code) => {
    expect(reasonSentence(code)).toMatch(/ .*\.$/);
    expect(limitName(code)).not.toBe('');
  });

  it('an unsettled step waits for a person', () => {
    expect(stepWaits.unknown.who).toBe('rep');
  });

  it('names an offline browser', async () => {
    const answer = complete(await why('c001', stage.ctx.clocks.lease.now() + HOUR));
    expect(answer).toMatchObject({ waitsFor: stepWaits.offline.waitsFor, whoMustAct: 'rep' });
  });
});

describe('who must act', () => {
  const holdAutomation = () =>
    inUnit(stage, (unit) =>
      setHold(unit, {
        workspaceId: WORKSPACE,
        scope: 'automation',
        scopeId: 'a1',
        reason: 'manual',
        by: 'test',
      }),
    );
  const linkedinRow = async () => {
    const rows = await stage.db.reader.select().from(schema.channel);
    return must(
      rows.find(({ id }) => id === channels.linkedin),
      'channel',
    );
  };

  it('in a paused automation its steps wait for a person; the account goes on with another one', async () => {
    const next = async () => explainChannel(stage.db.reader, await linkedinRow(), now());
    await holdAutomation();
    const [row] = await stage.db.reader.select().from(schema.task);
    const step = await explainTask(stage.db.reader, must(row, 'task'), now());
    expect(step).toMatchObject({ whoMustAct: 'manager', expectedAt: null, limit: 'manual' });
    expect(await next()).toMatchObject({ automationName: 'Automation a1', at: null, limit: 'manual' });
    await stage.db.write((tx) => tx.update(schema.workspace).set({ manyAutomations: true }));
    await addAutomation(stage, 'a2', outreachGraph(['s1'], { email: false }));
    await settle(stage);
    expect(await next()).toMatchObject({ automationName: 'Automation a2', at: now() });
  });

  it('the rep, where they agreed to an older text of the consent only', async () => {
    await stage.db.write((tx) => tx.update(schema.sender).set({ consentVersion: CONSENT_VERSION - 1 }));
    expect(await why()).toMatchObject({ waitsFor: stepWaits.consent.waitsFor, whoMustAct: 'rep' });
  });

  it('the rep, where the account is lost that a passed deadline waits to be read', async () => {
    await perform(stage, await nextOfKind(stage, 'connect'));
    await recordSession(stage.ctx, DEVICE, { state: 'inactive', reason: 'logged_out', challenge: null });
    pass(stage, 10 * HOUR);
    await settle(stage);
    const [cursor] = await stage.db.reader
      .select()
      .from(schema.cursor)
      .where(eq(schema.cursor.nodeId, 'accepted'));
    expect(cursor?.waitsFor).toBe('fresh_read');
    const waiting = await stage.db.reader
      .select()
      .from(schema.enrollment)
      .where(eq(schema.enrollment.id, cursor?.enrollmentId ?? ''));
    const answer = await explainEnrollment(stage.db.reader, must(waiting[0], 'enrollment'), now());
    expect(complete(answer)).toMatchObject({ whoMustAct: 'rep', limit: 'linkedin_account_disconnected' });
  });
});

describe('several branches', () => {
  const branchesOf = async () => {
    const row = await enrollmentOf(stage, 'c001');
    return await explainBranches(stage.db.reader, row, now());
  };
  const addBranch = async (values: Partial<typeof schema.cursor.$inferInsert>) => {
    const { id: enrollmentId } = await enrollmentOf(stage, 'c001');
    const own = { id: 'zz', enrollmentId, workspaceId: WORKSPACE, automationId: 'a1', visit: 1 };
    await stage.db.write((tx) =>
      tx.insert(schema.cursor).values({ ...own, nodeId: 'pause', state: 'waiting', ...values }),
    );
  };

  it('each says why it stands; a single one is spoken of by the enrollment itself', async () => {
    expect(await branchesOf()).toEqual([]);
    await addBranch({ waitsFor: 'time', wakeAt: now() + HOUR });
    const [invite, delay] = await branchesOf();
    expect(invite).toMatchObject({ nodeId: 'invite', ending: null });
    expect(invite?.sentence).toContain('The invitation');
    expect(delay).toMatchObject({ nodeId: 'pause', ending: null, expectedAt: now() + HOUR });
  });

  it('under a hold of the automation wait for it, each of them', async () => {
    await addBranch({ waitsFor: 'time', wakeAt: now() + HOUR });
    const on = { workspaceId: WORKSPACE, scope: 'automation', scopeId: 'a1' } as const;
    await inUnit(stage, (unit) => setHold(unit, { ...on, reason: 'manual', by: 'test' }));
    const manual = { whoMustAct: 'manager', expectedAt: null, limit: 'manual' };
    expect(await branchesOf()).toMatchObject([manual, manual]);
  });

  it('with data that one of them lacks: that one says so, and no other', async () => {
    const { id } = await enrollmentOf(stage, 'c001');
    await addBranch({ waitsFor: 'time', wakeAt: now() + HOUR });
    const parked = { state: 'scheduled', reason: 'missing_data', blockedOn: `enrollment:${id}` } as const;
    await stage.db.write((tx) => tx.update(schema.task).set(parked).where(eq(schema.task.enrollmentId, id)));
    const on = { workspaceId: WORKSPACE, scope: 'enrollment', scopeId: id } as const;
    await inUnit(stage, (unit) => setHold(unit, { ...on, reason: 'missing_data', by: 'test' }));
    expect(await branchesOf()).toMatchObject([
      { limit: 'missing_data', whoMustAct: 'manager' },
      { limit: null, expectedAt: now() + HOUR },
    ]);
  });

  it('a failed one keeps its reason while another goes on', async () => {
    await addBranch({ state: 'ended', ending: 'failed', reason: 'no_email', nodeId: 'hello' });
    const [, broken] = await branchesOf();
    expect(broken).toMatchObject({
      nodeId: 'hello',
      ending: 'failed',
      sentence: 'Failed. The contact has no email address.',
      whoMustAct: 'nobody',
    });
  });

  it('what a Join waits for is told by the branches that are under way', async () => {
    const { id } = await enrollmentOf(stage, 'c001');
    await stage.db.write(async (tx) => {
      await tx.delete(schema.task).where(eq(schema.task.enrollmentId, id));
      const joined = { state: 'waiting', waitsFor: 'join', wakeAt: null } as const;
      await tx.update(schema.cursor).set(joined).where(eq(schema.cursor.enrollmentId, id));
    });
    await addBranch({ waitsFor: 'time', wakeAt: now() + HOUR });
    expect(await why()).toMatchObject({ expectedAt: now() + HOUR, waitsFor: branchWaits.time.waitsFor });
  });
});

describe('the expected time', () => {
  it('is the next slot after a hold that ends by itself, never in the night when it lifts', async () => {
    const until = now() + 24 * HOUR + 10 * HOUR;
    await inUnit(stage, (unit) =>
      setHold(unit, {
        workspaceId: WORKSPACE,
        scope: 'kind',
        scopeId: channels.linkedin,
        kind: 'connect',
        reason: 'weekly_invite_limit',
        until,
        by: 'test',
      }),
    );
    const settings = senderSettings.parse({ window: { zone: 'UTC' } });
    await stage.db.write((tx) => tx.update(schema.sender).set({ settings }));
    const answer = await why();
    // Tuesday 20:00 is past the working hours.
    expect(answer.limit).toBe('weekly_invite_limit');
    expect(answer.expectedAt).toBeGreaterThanOrEqual(nextOpen(settings.window, until));
    expect(answer.expectedAt).toBeLessThan(nextOpen(settings.window, until) + HOUR);
  });

  it("is when the automation's own daily limit lets the contact go, those before it first", async () => {
    await stage.db.write((tx) => tx.update(schema.automation).set({ dailyLimits: { invite: 2 } }));
    const doneAt: number[] = [];
    for (let n = 1; n <= 2; n++) {
      await perform(stage, await nextOfKind(stage, 'connect'));
      doneAt.push(now());
    }
    expect(await nextStep(stage)).toBeNull();
    const answers = [];
    for (let n = 3; n <= 5; n++) answers.push(await why(`c00${n}`));
    expect(answers.map(({ limit }) => limit)).toEqual(Array(3).fill('automation_limit'));
    const due = [(doneAt[0] ?? 0) + DAY, (doneAt[1] ?? 0) + DAY, (doneAt[0] ?? 0) + 2 * DAY];
    answers.forEach(({ expectedAt }, i) => {
      expect(expectedAt).toBeGreaterThanOrEqual(due[i] ?? 0);
      expect(expectedAt).toBeLessThan((due[i] ?? 0) + HOUR);
    });
  });

  it('counts the daily limit before a step was refused by it', async () => {
    await stage.db.write((tx) => tx.update(schema.automation).set({ dailyLimits: { invite: 1 } }));
    const firstAt = now();
    await perform(stage, await nextOfKind(stage, 'connect'));
    const last = await why('c005');
    expect(last.limit).toBe('automation_limit');
    expect(last.expectedAt).toBeGreaterThanOrEqual(firstAt + 4 * DAY);
    expect(last.expectedAt).toBeLessThan(firstAt + 5 * DAY);
  });

  it('is not before what the person lets through: spacing, a lock, their return, their hours', async () => {
    const setContact = (values: Partial<typeof schema.contact.$inferInsert>) =>
      stage.db.write((tx) => tx.update(schema.contact).set(values).where(eq(schema.contact.id, 'c001')));
    await setContact({ lastOutreachAt: now() - HOUR });
    expect(await why()).toMatchObject({ limit: 'spacing', expectedAt: now() + 3 * HOUR });
    await stage.db.write((tx) =>
      tx.insert(schema.relation).values({
        ...{ workspaceId: WORKSPACE, contactId: 'c001', senderId: 's1', since: 1 },
        ...{ status: 'invitation_withdrawn', lockedUntil: now() + 5 * DAY },
      }),
    );
    expect(await why()).toMatchObject({ limit: 'cannot_resend_yet', expectedAt: now() + 5 * DAY });
    await stage.db.write((tx) =>
      tx.insert(schema.event).values({
        ...{ id: 'away', workspaceId: WORKSPACE, contactId: 'c001', type: 'auto_reply_received' },
        ...{ at: now(), dedupeKey: 'away', data: { until: now() + 9 * DAY } },
      }),
    );
    expect(await why()).toMatchObject({ limit: 'auto_reply', expectedAt: now() + 9 * DAY });
    await stage.db.write(async (tx) => {
      await tx.delete(schema.event);
      await tx.delete(schema.relation);
    });
    const window = { zone: 'UTC', days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00', contactZone: true };
    const settings = senderSettings.parse({ ...eagerSettings, window });
    await stage.db.write((tx) => tx.update(schema.sender).set({ settings }));
    // In New York it is five o'clock in the morning: 09:00 there is 14:00 UTC.
    await setContact({ lastOutreachAt: null, zone: 'America/New_York' });
    expect(await why()).toMatchObject({ limit: 'contact_hours', expectedAt: now() + 4 * HOUR });
  });

  it('is not before the next free note where the step waits for one', async () => {
    const graph = outreachGraph(['s1'], { email: false });
    const nodes = graph.nodes.map((node) =>
      node.type === 'connect' ? { ...node, config: { ...node.config, whenNoNote: 'wait' as const } } : node,
    );
    await addContact(stage, 6, { bound: true });
    await addAutomation(stage, 'a2', { ...graph, nodes });
    await settle(stage);
    const used = { account: 'linkedin:771', kind: 'note' } as const;
    const at = now() - DAY;
    await stage.db.write((tx) =>
      tx.insert(schema.usage).values([1, 2, 3, 4, 5].map((n) => ({ ...used, at: at + n, taskId: `t${n}` }))),
    );
    const answer = await why('c006');
    expect(answer).toMatchObject({ limit: 'note_quota_reached' });
    expect(answer.expectedAt).toBeGreaterThanOrEqual(at + 30 * DAY);
    expect((await why()).limit).not.toBe('note_quota_reached');
  });

  it('follows the place in the queue, by the pace itself', async () => {
    await perform(stage, await nextOfKind(stage, 'connect'));
    const ahead = lookAhead(stage.db.reader, now());
    const times: number[] = [];
    for (let n = 1; n <= 5; n++) {
      const row = await enrollmentOf(stage, `c00${n}`);
      const answer = await explainEnrollment(stage.db.reader, row, now(), { ahead });
      if (answer.sentence.startsWith('The invitation')) times.push(answer.expectedAt ?? 0);
    }
    expect(times).toHaveLength(4);
    const sorted = [...times].sort((a, b) => a - b);
    expect(new Set(times).size).toBe(4);
    expect(times).toEqual(sorted);
    expect(times[0]).toBeGreaterThanOrEqual(now());
  });
});
