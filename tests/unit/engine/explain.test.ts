import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
  explainEnrollment,
  explainTask,
  lookAhead,
  setHold,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { enrollmentOf, inUnit, nextOfKind, nextStep, perform, settle } from './support.ts';

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
    const on = { scope: 'channel', scopeId: channels.linkedin, ...Object.entries(scope).find(([key]) => key === reason)?.[1] } as const;
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
