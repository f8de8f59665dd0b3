import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY, HOUR, SECOND } from '#shared/kernel/clock.ts';
import type { LinkedinErrorCode } from '#shared/statuses/linkedin.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { checkBounces } from '../../../companion-server/engine/holds/guards.ts';
import {
  acceptanceOf,
  bouncesOf,
  commitTask,
  endPause,
  type Outcome,
  pauseChannel,
  reap,
  resumeChannel,
  stopEverything,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { DEVICE, inUnit, nextEmail, nextOfKind, nextStep, pass, perform, report } from './support.ts';

let stage: Stage;
let linkedin: string;
let email: string;
beforeEach(async () => {
  stage = await openStage();
  ({ linkedin, email } = await addSender(stage, 's1'));
});
afterEach(() => stage.close());

const now = () => stage.ctx.clocks.schedule.now();

async function channelRow(id: string) {
  const [row] = await stage.db.reader.select().from(schema.channel).where(eq(schema.channel.id, id));
  if (!row) throw new Error('no channel');
  return row;
}

async function openHolds() {
  const rows = await stage.db.reader.select().from(schema.hold);
  return rows.filter((row) => row.liftedAt === null);
}

/** Invites sent so many days ago, of which the first `accepted` were accepted. */
async function invitesOf(count: number, accepted: number, daysAgo: number): Promise<void> {
  const inviteSentAt = now() - daysAgo * DAY;
  await stage.db.write(async (tx) => {
    for (let i = 0; i < count; i++) {
      await tx.insert(schema.relation).values({
        contactId: `old${daysAgo}-${i}`,
        senderId: 's1',
        workspaceId: WORKSPACE,
        status: i < accepted ? 'connected' : 'invite_sent',
        since: inviteSentAt,
        inviteSentAt,
        connectedAt: i < accepted ? inviteSentAt + HOUR : null,
      });
    }
  });
}

describe('acceptance', () => {
  const figures = async () => acceptanceOf(stage.db.reader, await channelRow(linkedin), now());

  it('counts what was accepted, and what is 10 days old; not what is still open', async () => {
    await invitesOf(4, 1, 11);
    await invitesOf(6, 2, 3);
    expect(await figures()).toEqual({ decided: 6, accepted: 3 });
  });

  it('stops the account below 20 % of 30, with the evidence, until a person looked', async () => {
    for (let i = 1; i <= 3; i++) await addContact(stage, i, { bound: true });
    await invitesOf(30, 5, 11);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await perform(stage, await nextOfKind(stage, 'connect'));
    expect(await openHolds()).toMatchObject([
      { reason: 'low_acceptance', scopeId: linkedin, detail: expect.stringContaining('5 of the last 30') },
    ]);
    expect(await nextStep(stage)).toBeNull();
    await inUnit(stage, (unit) => resumeChannel(unit, linkedin, 'manager'));
    expect(await figures()).toEqual({ decided: 0, accepted: 0 });
    await perform(stage, await nextOfKind(stage, 'connect'));
    expect(await openHolds()).toEqual([]);
  });

  it('goes on holding when the rep ends a pause in the browser', async () => {
    for (let i = 1; i <= 3; i++) await addContact(stage, i, { bound: true });
    await invitesOf(30, 5, 11);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await perform(stage, await nextOfKind(stage, 'connect'));
    await inUnit(stage, (unit) => pauseChannel(unit, linkedin, 'rep'));
    await inUnit(stage, (unit) => endPause(unit, linkedin, 'rep'));
    expect(await openHolds()).toMatchObject([{ reason: 'low_acceptance' }]);
    expect((await figures()).decided).toBeGreaterThanOrEqual(30);
  });

  it('lets 20 % go on, and fewer than 30', async () => {
    for (let i = 1; i <= 2; i++) await addContact(stage, i, { bound: true });
    await invitesOf(29, 0, 11);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await perform(stage, await nextOfKind(stage, 'connect'));
    expect(await openHolds()).toEqual([]);
  });

  it('a pause that a person ends does not clear the figures', async () => {
    await invitesOf(12, 1, 11);
    await inUnit(stage, (unit) => pauseChannel(unit, linkedin, 'rep'));
    await inUnit(stage, (unit) => resumeChannel(unit, linkedin, 'rep'));
    expect(await figures()).toEqual({ decided: 12, accepted: 1 });
  });
});

describe('pages that fail', () => {
  const brokenOff = (until: number | null = null, code: LinkedinErrorCode = 'timeout'): Outcome => ({
    result: 'not_started',
    failure: { code, effect: 'before_effect', detail: code, until },
  });

  beforeEach(async () => {
    for (let n = 1; n <= 7; n++) await addContact(stage, n, { bound: true });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  });

  it('stop the account at the fifth in a row, also where they broke off before anything was prepared', async () => {
    for (let n = 1; n <= 5; n++) {
      expect(await openHolds()).toEqual([]);
      await report(stage, await nextOfKind(stage, 'connect'), brokenOff());
    }
    expect(await openHolds()).toMatchObject([{ scope: 'channel', reason: 'high_failure_rate' }]);
    expect(await nextStep(stage)).toBeNull();
  });

  it('cost the gap, as one that was read', async () => {
    await report(stage, await nextOfKind(stage, 'connect'), brokenOff());
    expect((await channelRow(linkedin)).lastActionAt).toBe(now());
  });

  it('may have been opened by a browser that gives the step back without a word, or never comes back: the gap counts', async () => {
    await report(stage, await nextOfKind(stage, 'connect'), { result: 'not_started', failure: null });
    const first = await channelRow(linkedin);
    // Nothing failed that LinkedIn could be blamed for.
    expect(first).toMatchObject({ outcomes: '', lastActionAt: now() });
    await nextOfKind(stage, 'connect');
    expect((await channelRow(linkedin)).lastActionAt).toBe(first.lastActionAt);
    stage.time.real += 61 * SECOND;
    await reap(stage.ctx, 10);
    expect((await channelRow(linkedin)).lastActionAt).toBe(now());
  });

  it('are none where the browser itself refused before it opened one', async () => {
    const step = await nextOfKind(stage, 'connect');
    await report(stage, step, brokenOff(now() + DAY, 'too_many_requests'));
    expect(await channelRow(linkedin)).toMatchObject({ outcomes: '', lastActionAt: null });
    // LinkedIn refused nothing: no hold, and the next real one begins at its shortest.
    expect(await openHolds()).toEqual([]);
    const lanes = await stage.db.reader.select().from(schema.lane).where(eq(schema.lane.channelId, linkedin));
    const own = lanes.find(({ kind }) => kind === 'connect');
    expect(own).toMatchObject({ holdTimes: 0, nextAt: now() + DAY, nextLimit: 'browser_ceiling' });
    expect(await nextStep(stage)).toBeNull();
    pass(stage, DAY);
    expect(await nextStep(stage)).toMatchObject({ kind: 'connect' });
  });

  it('a page that was prepared in vain costs the gap too', async () => {
    const step = await nextOfKind(stage, 'connect');
    await inUnit(stage, (unit) => stopEverything(unit, WORKSPACE, 'rep'));
    const { taskId, fence } = step;
    const request = { taskId, fence, lastInboundAt: null, profile: null };
    expect(await commitTask(stage.ctx, DEVICE, request)).toMatchObject({ ok: false, code: 'manual' });
    expect((await channelRow(linkedin)).lastActionAt).toBe(now());
  });
});

describe('bounces', () => {
  /** Emails sent a day ago, of which the first `bounced` came back. */
  async function emails(sent: number, bounced: number, severity = 'hard'): Promise<void> {
    await stage.db.write(async (tx) => {
      for (let i = 0; i < sent; i++) {
        const taskId = `mail-${i}`;
        const at = now() - DAY + i;
        await tx.insert(schema.usage).values({ account: 'email:s1@team.test', kind: 'email', at, taskId });
        if (i >= bounced) continue;
        await tx.insert(schema.event).values({
          id: `bounce-${i}`,
          workspaceId: WORKSPACE,
          type: 'bounced',
          at,
          taskId,
          dedupeKey: `bounce-${i}`,
          data: { severity },
        });
      }
    });
    await inUnit(stage, (unit) => checkBounces(unit, email));
  }

  it.each([
    [19, 19, []],
    [50, 3, []],
    [50, 4, [['kind', 'first_email']]],
    [50, 6, [['channel', '']]],
  ] as const)('%i sent, %i came back: holds %j', async (sent, bounced, holds) => {
    await emails(sent, bounced);
    const found = (await openHolds()).map(({ scope, kind }) => [scope, kind]);
    expect(found).toEqual(holds);
  });

  it('counts only what came back for good, of the last 100', async () => {
    await emails(120, 60, 'soft');
    expect(await bouncesOf(stage.db.reader, await channelRow(email), now())).toEqual({
      sent: 100,
      bounced: 0,
    });
    expect(await openHolds()).toEqual([]);
  });

  it('stops first emails while follow-ups go on, and lets them go when a person looked', async () => {
    await addContact(stage, 1);
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { linkedin: false }));
    const first = await nextEmail(stage);
    if (!first) throw new Error('no email');
    await sendMail(first);
    await emails(50, 5);
    await addContact(stage, 2);
    await addAutomation(stage, 'a2', outreachGraph(['s1'], { linkedin: false }));
    pass(stage, 5 * HOUR);
    const followUp = await nextEmail(stage);
    expect(followUp).toMatchObject({ contactId: 'c001' });
    if (followUp) await sendMail(followUp);
    expect(await nextEmail(stage)).toBeNull();
    await inUnit(stage, (unit) => resumeChannel(unit, email, 'manager'));
    expect(await nextEmail(stage)).toMatchObject({ contactId: 'c002' });
  });

  it('stops the first email of somebody whom only LinkedIn has touched', async () => {
    await addContact(stage, 1, { bound: true });
    const graph = graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
        who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
        invite: ['connect', { note: null, whenNoNote: null }],
        rest: ['delay', { durationMs: 6 * HOUR }],
        mail: ['send_email', { subject: 'S', text: 'T', thread: 'new', attachments: [] }],
      },
      ['seg>who', 'who>invite', 'invite>rest', 'rest>mail'],
    );
    await addAutomation(stage, 'a1', graph);
    await perform(stage, await nextOfKind(stage, 'connect'));
    await emails(50, 5);
    pass(stage, 7 * HOUR);
    expect(await nextEmail(stage)).toBeNull();
    await inUnit(stage, (unit) => resumeChannel(unit, email, 'manager'));
    expect(await nextEmail(stage)).toMatchObject({ contactId: 'c001' });
  });

  async function sendMail(job: { taskId: string; fence: number }): Promise<void> {
    const { taskId, fence } = job;
    const answer = await commitTask(stage.ctx, 'mailer', {
      taskId,
      fence,
      lastInboundAt: null,
      profile: null,
    });
    if (!answer.ok) throw new Error(answer.detail);
    await report(stage, job, { result: 'sent', response: '250 ok' }, 'mailer');
  }
});
