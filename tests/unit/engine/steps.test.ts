import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { LinkedinErrorCode } from '#shared/statuses/linkedin.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  contactsAddedToList,
  decideEnrollment,
  pauseAutomation,
  pauseChannel,
  reap,
  resumeAutomation,
  resumeChannel,
  settleTask,
  stopEverything,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  openStage,
  outreachGraph,
  type Person,
  START,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  accept,
  commit,
  done,
  enrollmentOf,
  failed,
  inUnit,
  nextOfKind,
  nextStep,
  nextWork,
  pass,
  perform,
  reply,
  report,
  settle,
  taskRow,
} from './support.ts';

let stage: Stage;
let anna: Person;
let channels: { linkedin: string; email: string };

beforeEach(async () => {
  stage = await openStage();
  channels = await addSender(stage, 's1');
  anna = await addContact(stage, 1, { bound: true });
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
});
afterEach(() => stage.close());

describe('claim, commit, outcome', () => {
  it('leads a contact through invite, acceptance and messages', async () => {
    const invite = await nextOfKind(stage, 'connect');
    expect(invite.text).toBe('Hi Person1');
    await perform(stage, invite);
    pass(stage, 5 * HOUR);
    await accept(stage, anna);
    const hello = await nextOfKind(stage, 'message');
    expect(hello.text).toBe('Thanks Person1');
    await perform(stage, hello);
    pass(stage, 5 * HOUR);
    await perform(stage, await nextOfKind(stage, 'message'));
    expect((await enrollmentOf(stage, anna.contactId)).status).toBe('finished');
  });

  it('answers a repeated commit with the same yes and ignores a repeated outcome', async () => {
    const step = await nextOfKind(stage, 'connect');
    expect(await commit(stage, step)).toMatchObject({ ok: true });
    expect(await commit(stage, step)).toMatchObject({ ok: true });
    expect(await report(stage, step, done)).toEqual({ acknowledged: true, state: 'done' });
    expect(await report(stage, step, { result: 'unsure', detail: '' })).toMatchObject({ state: 'done' });
    const used = await stage.db.reader.select({ kind: schema.usage.kind }).from(schema.usage);
    expect(used.map(({ kind }) => kind).toSorted()).toEqual(['invite', 'note', 'page_load']);
  });

  it('refuses a commit with an old fence', async () => {
    const step = await nextOfKind(stage, 'connect');
    stage.time.real += 61 * SECOND;
    await reap(stage.ctx, 10);
    expect(await commit(stage, step)).toMatchObject({ ok: false, code: 'lease_lost' });
    const again = await nextOfKind(stage, 'connect');
    expect(again).toMatchObject({ taskId: step.taskId, fence: step.fence + 1 });
    expect(await commit(stage, step)).toMatchObject({ ok: false });
  });

  it('makes a committed task without a result unknown, and never ready by itself', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    stage.time.real += 91 * SECOND;
    await settle(stage);
    expect((await taskRow(stage, step.taskId)).state).toBe('unknown');
    pass(stage, 100 * HOUR);
    expect(await nextStep(stage)).toBeNull();
  });

  it('lets others go first when a task died unreported several times', async () => {
    for (let i = 0; i < 4; i++) {
      await nextOfKind(stage, 'connect');
      stage.time.real += 61 * SECOND;
    }
    await settle(stage);
    const [row] = await stage.db.reader.select().from(schema.task).where(eq(schema.task.kind, 'connect'));
    expect(row).toMatchObject({ state: 'scheduled', reason: 'given_back' });
  });

  it('takes a late result for an unknown task, and the proof that nothing was armed', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    stage.time.real += 91 * SECOND;
    await settle(stage);
    await report(stage, step, { result: 'not_started', failure: null });
    const again = await nextOfKind(stage, 'connect');
    await commit(stage, again);
    stage.time.real += 91 * SECOND;
    await settle(stage);
    expect(await report(stage, again, done)).toMatchObject({ state: 'done' });
  });

  it.each([
    [true, 'done'],
    [false, 'ready'],
  ])('lets a person settle an unknown task: happened %s gives %s', async (happened, state) => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, { result: 'unsure', detail: 'not seen' });
    await inUnit(stage, (unit) => settleTask(unit, step.taskId, happened, 'rep'));
    expect((await taskRow(stage, step.taskId)).state).toBe(state);
  });

  it.each([
    { result: 'unsure', detail: 'The page was closed after a click that may send.' } as const,
    failed('timeout', { effect: 'maybe_effect' }),
  ])(
    'never repeats what may have been sent while preparing, told after the lease ran out: $result',
    async (doubt) => {
      const step = await nextOfKind(stage, 'connect');
      stage.time.real += 61 * SECOND;
      await reap(stage.ctx, 10);
      expect((await taskRow(stage, step.taskId)).state).toBe('ready');
      expect(await report(stage, step, doubt)).toMatchObject({ state: 'unknown' });
      const used = await stage.db.reader.select().from(schema.usage).where(eq(schema.usage.kind, 'invite'));
      expect(used).toHaveLength(1);
      await settle(stage);
      expect(await nextStep(stage)).toBeNull();
      // The same report once more, after a person decided.
      await inUnit(stage, (unit) => settleTask(unit, step.taskId, false, 'rep'));
      expect(await report(stage, step, doubt)).toMatchObject({ state: 'ready' });
    },
  );

  it('tells the device which claims a person saw come to nothing', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, { result: 'unsure', detail: 'not seen' });
    await inUnit(stage, (unit) => settleTask(unit, step.taskId, false, 'rep'));
    pass(stage, 10 * MINUTE);
    const work = await nextWork(stage);
    expect(work).toMatchObject({ type: 'task', clearedFence: step.fence, step: { taskId: step.taskId } });
  });

  it('believes late evidence of a step that a person gave up, also when it was claimed anew', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, { result: 'unsure', detail: 'not seen' });
    await inUnit(stage, (unit) => settleTask(unit, step.taskId, false, 'rep'));
    pass(stage, 10 * MINUTE);
    const again = await nextOfKind(stage, 'connect');
    expect(again.fence).toBeGreaterThan(step.fence);
    await report(stage, step, done);
    const row = await taskRow(stage, step.taskId);
    expect(row.state).toBe('done');
    expect(row.committedAt).not.toBeNull();
    expect(await commit(stage, again)).toMatchObject({ ok: false, code: 'lease_lost' });
  });

  it('believes late evidence of a step that was canceled meanwhile', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, { result: 'unsure', detail: 'not seen' });
    const { id } = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'pause', 'rep'));
    await inUnit(stage, (unit) => settleTask(unit, step.taskId, false, 'rep'));
    expect((await taskRow(stage, step.taskId)).state).toBe('canceled');
    await report(stage, step, done);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'resume', 'rep'));
    expect((await taskRow(stage, step.taskId)).state).toBe('done');
  });

  it('keeps an acceptance that was seen before the result of the invite', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await accept(stage, anna);
    await report(stage, step, done);
    const [relation] = await stage.db.reader
      .select()
      .from(schema.relation)
      .where(eq(schema.relation.contactId, anna.contactId));
    expect(relation?.status).toBe('connected');
  });

  it('gives the cap back when nothing happened after a yes', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, { result: 'not_started', failure: null });
    const used = await stage.db.reader.select().from(schema.usage).where(eq(schema.usage.kind, 'invite'));
    expect(used).toHaveLength(0);
  });
});

describe('a step that a person skipped while it was under way', () => {
  async function skip(): Promise<void> {
    const { id } = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'pause', 'rep'));
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'skip', 'rep'));
  }

  it('does not go out when it is settled as not happened', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, { result: 'unsure', detail: 'not seen' });
    await skip();
    await inUnit(stage, (unit) => settleTask(unit, step.taskId, false, 'rep'));
    expect(await taskRow(stage, step.taskId)).toMatchObject({ state: 'canceled', reason: 'passed_by' });
    pass(stage, HOUR);
    expect(await nextStep(stage)).toBeNull();
  });

  it('is not tried again when it failed before its effect', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await skip();
    await report(stage, step, failed('timeout'));
    expect(await taskRow(stage, step.taskId)).toMatchObject({ state: 'canceled', reason: 'passed_by' });
    const [used] = await stage.db.reader.select().from(schema.usage).where(eq(schema.usage.kind, 'invite'));
    expect(used).toBeUndefined();
  });

  it('does not go out when the browser gave it back', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await skip();
    await report(stage, step, { result: 'not_started', failure: null });
    pass(stage, HOUR);
    expect(await nextStep(stage)).toBeNull();
    expect(await taskRow(stage, step.taskId)).toMatchObject({ state: 'canceled', reason: 'passed_by' });
  });

  it('counts when it proves to have happened', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await skip();
    await report(stage, step, done);
    expect((await taskRow(stage, step.taskId)).state).toBe('done');
  });
});

describe('working hours where the contact is', () => {
  it('keep a step until both are at work, and let the next contact go meanwhile', async () => {
    await addContact(stage, 2, { bound: true });
    await inUnit(stage, (unit) => contactsAddedToList(unit, 'l1', ['c002']));
    const window = { zone: 'UTC', contactZone: true };
    await stage.db.write(async (tx) => {
      await tx.update(schema.sender).set({ settings: { ...eagerSettings, window } });
      const newYork = { zone: 'America/New_York' };
      await tx.update(schema.contact).set(newYork).where(eq(schema.contact.id, anna.contactId));
    });
    const next = await nextOfKind(stage, 'connect');
    expect(next.target.slug).toBe('person-2');
    const rows = await stage.db.reader.select().from(schema.task);
    expect(rows.find(({ contactId }) => contactId === anna.contactId)).toMatchObject({
      ...{ state: 'scheduled', reason: 'contact_hours' },
      // 09:00 in New York.
      notBefore: START + 4 * HOUR,
    });
  });
});

describe('gates at the commit', () => {
  const cases: [string, string, (step: { taskId: string }) => Promise<unknown>][] = [
    [
      'stoplist',
      'stoplisted',
      () =>
        stage.db.write((tx) =>
          tx.insert(schema.suppression).values({
            id: 'x',
            workspaceId: WORKSPACE,
            kind: 'domain',
            value: 'firm1.test',
            reason: 'asked',
            by: 'rep',
            at: 1,
          }),
        ),
    ],
    [
      'replied',
      'replied_meanwhile',
      () => stage.db.write((tx) => tx.update(schema.contact).set({ repliedAt: 1 })),
    ],
    ['workspace hold', 'manual', () => inUnit(stage, (unit) => stopEverything(unit, WORKSPACE, 'rep'))],
    ['automation hold', 'manual', () => inUnit(stage, (unit) => pauseAutomation(unit, 'a1', 'rep'))],
    ['channel hold', 'manual', () => inUnit(stage, (unit) => pauseChannel(unit, channels.linkedin, 'rep'))],
    [
      'spacing',
      'spacing',
      () =>
        stage.db.write((tx) =>
          tx.update(schema.contact).set({ lastOutreachAt: stage.ctx.clocks.schedule.now() - HOUR }),
        ),
    ],
    [
      'changed text',
      'text_changed',
      () => stage.db.write((tx) => tx.update(schema.contact).set({ firstName: 'Other' })),
    ],
    [
      'missing data',
      'missing_data',
      () => stage.db.write((tx) => tx.update(schema.contact).set({ firstName: '' })),
    ],
    [
      'paused contact',
      'lease_lost',
      async () => {
        const { id } = await enrollmentOf(stage, anna.contactId);
        await inUnit(stage, (unit) => decideEnrollment(unit, id, 'pause', 'rep'));
      },
    ],
  ];
  it.each(cases)('%s refuses with %s and frees the channel', async (_name, code, arrange) => {
    const step = await nextOfKind(stage, 'connect');
    await arrange(step);
    expect(await commit(stage, step)).toMatchObject({ ok: false, code });
    const [channel] = await stage.db.reader
      .select()
      .from(schema.channel)
      .where(eq(schema.channel.id, channels.linkedin));
    expect(channel?.inflight).toBe(0);
    const used = await stage.db.reader.select().from(schema.usage).where(eq(schema.usage.kind, 'invite'));
    expect(used).toHaveLength(0);
  });

  it('pauses the contact when the thread shows a newer message', async () => {
    const step = await nextOfKind(stage, 'connect');
    pass(stage, MINUTE);
    const now = stage.ctx.clocks.schedule.now();
    expect(await commit(stage, step, now)).toMatchObject({ ok: false, code: 'replied_meanwhile' });
    expect(await enrollmentOf(stage, anna.contactId)).toMatchObject({ status: 'paused', reason: 'replied' });
  });

  it('takes up a parked task when the automation goes on', async () => {
    const step = await nextOfKind(stage, 'connect');
    await inUnit(stage, (unit) => pauseAutomation(unit, 'a1', 'rep'));
    await commit(stage, step);
    expect(await nextStep(stage)).toBeNull();
    await inUnit(stage, (unit) => resumeAutomation(unit, 'a1', 'rep'));
    expect((await nextOfKind(stage, 'connect')).taskId).toBe(step.taskId);
  });
});

describe('failures before the effect', () => {
  /** What becomes of the task, of the contact, and the hold that is set: one line per code of the specification. */
  const policies: Record<LinkedinErrorCode, [task: string, contact: string, hold: string | null]> = {
    already_connected: ['closed', 'in_progress', null],
    already_invited: ['closed', 'in_progress', null],
    cannot_resend_yet: ['scheduled', 'in_progress', null],
    replied_meanwhile: ['canceled', 'paused', null],
    stoplisted: ['canceled', 'canceled', null],
    timeout: ['scheduled', 'in_progress', null],
    linkedin_error: ['scheduled', 'in_progress', null],
    tab_closed: ['scheduled', 'in_progress', null],
    weekly_invite_limit: ['ready', 'in_progress', 'kind weekly_invite_limit'],
    invites_restricted: ['ready', 'in_progress', 'kind weekly_invite_limit'],
    too_many_requests: ['ready', 'in_progress', 'kind too_many_requests'],
    inmail_no_credits: ['ready', 'in_progress', 'kind no_inmail_credits'],
    challenge: ['ready', 'in_progress', 'channel linkedin_account_disconnected'],
    wrong_account: ['ready', 'in_progress', 'channel linkedin_account_disconnected'],
    logged_out: ['ready', 'in_progress', 'channel linkedin_account_disconnected'],
    restricted: ['ready', 'in_progress', 'channel account_restricted'],
    layout_unknown: ['ready', 'in_progress', 'kind layout_unknown'],
    needs_visible_tab: ['scheduled', 'in_progress', null],
    note_quota_reached: ['ready', 'in_progress', null],
    note_too_long: ['scheduled', 'in_progress', 'enrollment missing_data'],
    wrong_person: ['canceled', 'paused', null],
    email_required: ['failed', 'failed', null],
    not_connected: ['failed', 'failed', null],
    profile_not_found: ['failed', 'failed', null],
    profile_unavailable: ['failed', 'failed', null],
    cannot_be_invited: ['failed', 'failed', null],
    inmail_not_allowed: ['failed', 'failed', null],
    content_rejected: ['failed', 'failed', null],
  };
  it.each(Object.entries(policies))('%s: %j', async (code, [state, status, held]) => {
    const step = await nextOfKind(stage, 'connect');
    await report(stage, step, failed(code as LinkedinErrorCode));
    expect((await taskRow(stage, step.taskId)).state).toBe(state);
    expect((await enrollmentOf(stage, anna.contactId)).status).toBe(status);
    const holds = await stage.db.reader.select().from(schema.hold);
    expect(holds.map(({ scope, reason }) => `${scope} ${reason}`)).toEqual(held === null ? [] : [held]);
  });

  it('holds the kind for longer each time, or until the date LinkedIn shows', async () => {
    const step = await nextOfKind(stage, 'connect');
    const now = stage.ctx.clocks.schedule.now();
    await report(stage, step, failed('weekly_invite_limit'));
    const [hold] = await stage.db.reader.select().from(schema.hold);
    expect(hold).toMatchObject({ scope: 'kind', kind: 'connect', until: now + 5 * HOUR });
    pass(stage, 5 * HOUR + MINUTE);
    const again = await nextOfKind(stage, 'connect');
    const later = stage.ctx.clocks.schedule.now();
    await report(stage, again, failed('weekly_invite_limit'));
    const holds = await stage.db.reader.select().from(schema.hold);
    expect(holds.find((row) => row.liftedAt === null)?.until).toBe(later + 24 * HOUR);
  });

  it.each([-3, 400])('does not believe a date %s days off by the browser’s clock', async (days) => {
    const step = await nextOfKind(stage, 'connect');
    const until = stage.ctx.clocks.schedule.now() + days * 24 * HOUR;
    await report(stage, step, failed('too_many_requests', { until }));
    const [hold] = await stage.db.reader.select().from(schema.hold).where(eq(schema.hold.scope, 'kind'));
    expect(hold?.until).toBe(stage.ctx.clocks.schedule.now() + 5 * HOUR);
  });

  it('goes on after an unknown page when a person says so', async () => {
    const step = await nextOfKind(stage, 'connect');
    await report(stage, step, failed('layout_unknown'));
    pass(stage, HOUR);
    expect(await nextStep(stage)).toBeNull();
    await inUnit(stage, (unit) => resumeChannel(unit, channels.linkedin, 'rep'));
    expect((await nextOfKind(stage, 'connect')).taskId).toBe(step.taskId);
  });

  it('retries after 15 minutes, 1 hour, 4 hours and then fails the branch', async () => {
    for (let i = 0; i < 4; i++) {
      await report(stage, await nextOfKind(stage, 'connect'), failed('timeout'));
      pass(stage, 5 * HOUR);
    }
    expect(await enrollmentOf(stage, anna.contactId)).toMatchObject({ status: 'failed', reason: 'timeout' });
  });

  it('makes it unknown when LinkedIn may have seen the action', async () => {
    const step = await nextOfKind(stage, 'connect');
    await commit(stage, step);
    await report(stage, step, failed('timeout', { effect: 'maybe_effect' }));
    expect((await taskRow(stage, step.taskId)).state).toBe('unknown');
  });
});

describe('replies', () => {
  it('pause the contact everywhere at once and let a person decide', async () => {
    await perform(stage, await nextOfKind(stage, 'connect'));
    await accept(stage, anna);
    await reply(stage, anna);
    pass(stage, 10 * HOUR);
    expect(await enrollmentOf(stage, anna.contactId)).toMatchObject({ status: 'paused', reason: 'replied' });
    expect(await nextStep(stage)).toBeNull();
    const { id } = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'resume', 'rep'));
    expect(await nextOfKind(stage, 'message')).toBeTruthy();
  });

  it('count once', async () => {
    await perform(stage, await nextOfKind(stage, 'connect'));
    await reply(stage, anna);
    await reply(stage, anna);
    const events = await stage.db.reader
      .select()
      .from(schema.event)
      .where(eq(schema.event.type, 'reply_received'));
    expect(events).toHaveLength(1);
  });
});
