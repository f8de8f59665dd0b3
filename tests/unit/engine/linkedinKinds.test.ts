import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY, HOUR } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { commitTask, explainEnrollment, nextWorkFor } from '../../../companion-server/engine/index.ts';
import { slotFor } from '../../../companion-server/engine/pace/pacing.ts';
import { channelById } from '../../../companion-server/engine/rows.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  graphOfSteps,
  openStage,
  type Person,
  type Stage,
} from '../../simulation/setup.ts';
import {
  commit,
  DEVICE,
  done,
  enrollmentOf,
  failed,
  nextEmail,
  nextOfKind,
  nextStep,
  pass,
  perform,
  report,
  settle,
  taskRow,
} from './support.ts';

type Steps = Parameters<typeof graphOfSteps>[0];

let stage: Stage;
let channels: { linkedin: string; email: string };
let anna: Person;

beforeEach(async () => {
  stage = await openStage();
  channels = await addSender(stage, 's1');
  anna = await addContact(stage, 1, { bound: true });
});
afterEach(() => stage.close());

/** Starts an automation of these steps, one after the other. */
async function start(steps: Steps): Promise<void> {
  const names = ['seg', 'who', ...Object.keys(steps)];
  const graph = graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      ...steps,
    },
    names.slice(1).map((name, i) => `${names[i]}>${name}`),
  );
  await addAutomation(stage, 'a1', graph);
}

async function usedKinds(): Promise<string[]> {
  const rows = await stage.db.reader.select({ kind: schema.usage.kind }).from(schema.usage);
  return rows.map(({ kind }) => kind).toSorted();
}

async function holdsOpen() {
  return (await stage.db.reader.select().from(schema.hold)).filter(({ liftedAt }) => liftedAt === null);
}

describe('each kind of LinkedIn step', () => {
  const inmail = {
    subject: 'For {{ firstName }}',
    text: 'Hello {{ firstName }}',
    policy: 'spend_credit',
  } as const;
  it.each([
    ['follow', {}, ['follow_like', 'page_load'], 'followed'],
    ['like', {}, ['follow_like', 'page_load'], 'post_liked'],
    ['inmail', inmail, ['inmail'], 'inmail_sent'],
    ['visit', {}, ['page_load'], 'visited'],
  ] as const)('%s is claimed, committed, counted and logged', async (kind, config, spent, event) => {
    await start({ x: [kind, config] as Steps[string], end: ['end', { outcome: 'neutral' }] });
    const step = await nextOfKind(stage, kind);
    expect(step).toMatchObject(
      kind === 'inmail'
        ? { subject: 'For Person1', text: 'Hello Person1', inmailPolicy: 'spend_credit' }
        : { subject: null, text: null, inmailPolicy: null },
    );
    await perform(stage, step);
    expect(await usedKinds()).toEqual([...spent].toSorted());
    const events = await stage.db.reader.select().from(schema.event).where(eq(schema.event.type, event));
    expect(events).toHaveLength(1);
    expect((await enrollmentOf(stage, anna.contactId)).status).toBe('finished');
  });

  it.each([
    { what: 'goes without a credit', policy: 'open_profile', outcome: done, openProfile: true },
    {
      what: 'would take a credit',
      policy: 'open_profile',
      outcome: failed('inmail_not_allowed'),
      openProfile: false,
    },
    { what: 'may spend a credit', policy: 'spend_credit', outcome: done, openProfile: null },
  ] as const)('an InMail that $what tells what the profile is', async ({ policy, outcome, openProfile }) => {
    await start({ x: ['inmail', { ...inmail, policy }] });
    const step = await nextOfKind(stage, 'inmail');
    if (outcome === done) await commit(stage, step);
    await report(stage, step, outcome);
    const [row] = await stage.db.reader.select().from(schema.contact);
    expect(row).toMatchObject({ openProfile });
  });

  it('follows and likes share one cap', async () => {
    const settings = senderSettings.parse({
      ...eagerSettings,
      caps: { follow_like: { daily: 1, weekly: 5 } },
    });
    await stage.db.write((tx) => tx.update(schema.sender).set({ settings }));
    await start({ f: ['follow', {}], l: ['like', {}] });
    await perform(stage, await nextOfKind(stage, 'follow'));
    expect(await nextStep(stage)).toBeNull();
    const row = await enrollmentOf(stage, anna.contactId);
    const why = await explainEnrollment(stage.db.reader, row, stage.ctx.clocks.schedule.now());
    expect(why).toMatchObject({ limit: 'daily_cap', whoMustAct: 'nobody' });
    pass(stage, DAY);
    await nextOfKind(stage, 'like');
  });

  it('page loads that ready invitations need are kept from visits', async () => {
    const caps = { page_load: { daily: 12, weekly: 60 }, invite: { daily: 10, weekly: 50 } };
    const settings = senderSettings.parse({ ...eagerSettings, caps });
    const now = stage.ctx.clocks.schedule.now();
    await stage.db.write(async (tx) => {
      for (let n = 0; n < 5; n++) {
        const at = now - 2 * HOUR - n;
        await tx
          .insert(schema.usage)
          .values({ account: 'linkedin:771', kind: 'page_load', at, taskId: `t${n}` });
      }
    });
    const readyInvites = (readyCount: number) =>
      stage.db.write((tx) =>
        tx.update(schema.lane).set({ readyCount }).where(eq(schema.lane.kind, 'connect')),
      );
    const visitLimit = async () => {
      const channel = await channelById(stage.db.reader, channels.linkedin);
      return (await slotFor(stage.db.reader, channel, settings, 'visit', now)).bindingLimit;
    };
    await readyInvites(7);
    expect(await visitLimit()).toBe('daily_cap');
    await readyInvites(6);
    expect(await visitLimit()).not.toBe('daily_cap');
    const connect = await slotFor(
      stage.db.reader,
      await channelById(stage.db.reader, channels.linkedin),
      settings,
      'connect',
      now,
    );
    expect(connect.bindingLimit).not.toBe('daily_cap');
  });
});

describe('a kind that the extension cannot do', () => {
  it('is never given, says what is missing, and does not stop the other kinds', async () => {
    await start({
      g: ['group_message', { text: 'Hello {{ firstName }}', source: 'group', place: '4711' }],
      end: ['end', { outcome: 'neutral' }],
    });
    await settle(stage);
    const older = { canAct: true, kinds: ['visit', 'connect', 'message'] };
    expect((await nextWorkFor(stage.ctx, DEVICE, older)).type).not.toBe('task');
    const row = await enrollmentOf(stage, anna.contactId);
    const why = await explainEnrollment(stage.db.reader, row, stage.ctx.clocks.schedule.now());
    expect(why).toMatchObject({ limit: 'needs_newer_extension', whoMustAct: 'rep' });
    expect(why.sentence).toContain('cannot do this kind of step');
  });

  it('a message to a fellow member names the group or event it is sent from', async () => {
    await start({
      g: [
        'group_message',
        {
          text: 'Hello {{ firstName }}',
          source: 'event',
          place: 'https://www.linkedin.com/events/freight-day-7300000000000000001/',
        },
      ],
      end: ['end', { outcome: 'neutral' }],
    });
    const step = await nextOfKind(stage, 'group_message');
    expect(step).toMatchObject({
      text: expect.stringMatching(/^Hello \w+/),
      circle: { kind: 'event', id: '7300000000000000001' },
    });
  });

  it('waits on an older extension and goes on with a newer one', async () => {
    await start({ f: ['follow', {}], end: ['end', { outcome: 'neutral' }] });
    await settle(stage);
    const older = { canAct: true, kinds: ['visit', 'connect', 'message'] };
    const work = await nextWorkFor(stage.ctx, DEVICE, older);
    expect(work.type).not.toBe('task');
    expect(await holdsOpen()).toMatchObject([{ reason: 'needs_newer_extension', kind: 'follow' }]);
    await nextOfKind(stage, 'follow');
    expect(await holdsOpen()).toEqual([]);
  });
});

describe('the recipient is bound from the claim to the commit', () => {
  it('a changed profile link refuses, and the step is prepared for the new one', async () => {
    await start({ ask: ['connect', { note: null, whenNoNote: null }] });
    const step = await nextOfKind(stage, 'connect');
    await stage.db.write((tx) => tx.update(schema.contact).set({ linkedinProfileId: 'ACoAAother' }));
    expect(await commit(stage, step)).toMatchObject({ ok: false, code: 'recipient_changed' });
    expect(await taskRow(stage, step.taskId)).toMatchObject({ state: 'ready', reason: 'recipient_changed' });
    const again = await nextOfKind(stage, 'connect');
    expect(again.target.profileId).toBe('ACoAAother');
    expect(await commit(stage, again)).toMatchObject({ ok: true });
  });

  it('an id that the page adds to a known link is the same person', async () => {
    const bert = await addContact(stage, 2);
    await stage.db.write((tx) => tx.update(schema.contact).set({ enrichedAt: 1 }));
    await stage.db.write((tx) =>
      tx.delete(schema.listMember).where(eq(schema.listMember.contactId, anna.contactId)),
    );
    await start({ ask: ['connect', { note: null, whenNoNote: null }] });
    const { taskId, fence } = await nextOfKind(stage, 'connect');
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
    const answer = await commitTask(stage.ctx, DEVICE, { taskId, fence, lastInboundAt: null, profile });
    expect(answer).toMatchObject({ ok: true });
  });

  it('what LinkedIn says is left of notes and credits is kept; of what it did not say nothing is', async () => {
    await start({ ask: ['connect', { note: null, whenNoNote: null }] });
    const { taskId, fence } = await nextOfKind(stage, 'connect');
    const seen = { taskId, fence, lastInboundAt: null, profile: null };
    const kept = async () => {
      const [row] = await stage.db.reader
        .select()
        .from(schema.channel)
        .where(eq(schema.channel.kind, 'linkedin'));
      return row?.quotas;
    };
    await commitTask(stage.ctx, DEVICE, { ...seen, quotas: { notesLeft: 3, inmailCredits: null } });
    expect(await kept()).toMatchObject({ notes: { left: 3 }, inmailCredits: null });
  });

  it('a changed address refuses an email', async () => {
    await start({ mail: ['send_email', { subject: 'Hello', text: 'Text', thread: 'new', attachments: [] }] });
    const job = await nextEmail(stage);
    if (!job) throw new Error('no email');
    await stage.db.write((tx) => tx.update(schema.contact).set({ email: 'other@firm1.test' }));
    const { taskId, fence } = job;
    const answer = await commitTask(stage.ctx, 'mailer', {
      taskId,
      fence,
      lastInboundAt: null,
      profile: null,
    });
    expect(answer).toMatchObject({ ok: false, code: 'recipient_changed' });
    expect((await nextEmail(stage))?.to).toBe('other@firm1.test');
  });
});

describe('the notes of a Basic account', () => {
  const used = (count: number) =>
    stage.db.write((tx) =>
      tx.insert(schema.usage).values(
        Array.from({ length: count }, (_, n) => ({
          account: 'linkedin:771',
          kind: 'note' as const,
          at: stage.ctx.clocks.schedule.now() - 10 * DAY + n * HOUR,
          taskId: `earlier${n}`,
        })),
      ),
    );
  const asking = (whenNoNote: 'send_without' | 'wait' | 'skip'): Steps => ({
    ask: ['connect', { note: 'Hi {{ firstName }}', whenNoNote }],
    end: ['end', { outcome: 'neutral' }],
  });

  it('the fifth goes out with its note and counts', async () => {
    await used(4);
    await start(asking('skip'));
    const step = await nextOfKind(stage, 'connect');
    expect(step.text).toBe('Hi Person1');
    await perform(stage, step);
    expect((await usedKinds()).filter((kind) => kind === 'note')).toHaveLength(5);
  });

  it('with none left it sends without, and the log says so', async () => {
    await used(5);
    await start(asking('send_without'));
    const step = await nextOfKind(stage, 'connect');
    expect(step.text).toBeNull();
    await perform(stage, step);
    const [event] = await stage.db.reader
      .select()
      .from(schema.event)
      .where(eq(schema.event.type, 'invite_sent'));
    expect(event?.data).toMatchObject({ noteDropped: true });
    expect((await usedKinds()).filter((kind) => kind === 'note')).toHaveLength(5);
  });

  it('or skips the step', async () => {
    await used(5);
    await start(asking('skip'));
    expect(await nextStep(stage)).toBeNull();
    expect((await enrollmentOf(stage, anna.contactId)).status).toBe('finished');
  });

  it('or waits for the next note and says until when', async () => {
    const from = stage.ctx.clocks.schedule.now();
    await used(5);
    await start(asking('wait'));
    expect(await nextStep(stage)).toBeNull();
    const row = await enrollmentOf(stage, anna.contactId);
    const why = await explainEnrollment(stage.db.reader, row, stage.ctx.clocks.schedule.now());
    expect(why).toMatchObject({ limit: 'note_quota_reached', expectedAt: from + 20 * DAY });
    pass(stage, 20 * DAY);
    expect((await nextOfKind(stage, 'connect')).text).toBe('Hi Person1');
  });

  describe('by LinkedIn’s own counter', () => {
    const tell = async (left: number) => {
      const quotas = { notes: { left, at: stage.ctx.clocks.schedule.now() }, inmailCredits: null };
      await stage.db.write((tx) =>
        tx.update(schema.channel).set({ quotas }).where(eq(schema.channel.id, channels.linkedin)),
      );
    };
    async function refuseNote(): Promise<string> {
      const step = await nextOfKind(stage, 'connect');
      expect(step.text).toBe('Hi Person1');
      await commit(stage, step);
      await report(stage, step, failed('note_quota_reached'));
      return step.taskId;
    }

    it('none is left although ours has some: it goes without, at once', async () => {
      await start(asking('send_without'));
      const from = stage.ctx.clocks.schedule.now();
      const id = await refuseNote();
      expect(await taskRow(stage, id)).toMatchObject({ state: 'ready', reason: 'note_quota_reached' });
      const again = await nextOfKind(stage, 'connect');
      expect(again).toMatchObject({ taskId: id, text: null });
      expect(stage.ctx.clocks.schedule.now() - from).toBeLessThan(DAY);
      await perform(stage, again);
      expect((await usedKinds()).filter((kind) => kind === 'note')).toEqual([]);
    });

    it('refused without a note as well, it waits and does not turn in circles', async () => {
      await start(asking('send_without'));
      const id = await refuseNote();
      const again = await nextOfKind(stage, 'connect');
      await commit(stage, again);
      await report(stage, again, failed('note_quota_reached'));
      expect(await taskRow(stage, id)).toMatchObject({ state: 'scheduled' });
    });

    it('who waits for a note asks LinkedIn again a day later', async () => {
      await start(asking('wait'));
      const id = await refuseNote();
      const row = await taskRow(stage, id);
      expect(row).toMatchObject({ state: 'scheduled', reason: 'note_quota_reached' });
      pass(stage, DAY);
      expect((await nextOfKind(stage, 'connect')).text).toBe('Hi Person1');
    });

    it('one is left although ours is used up; a day later ours counts again', async () => {
      await used(5);
      await tell(1);
      await start(asking('skip'));
      expect((await nextOfKind(stage, 'connect')).text).toBe('Hi Person1');
    });

    it('what it said long ago does not count', async () => {
      await tell(0);
      pass(stage, DAY);
      await start(asking('skip'));
      expect((await nextOfKind(stage, 'connect')).text).toBe('Hi Person1');
    });
  });

  it('a paid plan has no such limit; LinkedIn’s own counter gives a note back', async () => {
    await used(5);
    await stage.db.write((tx) =>
      tx.update(schema.channel).set({ premium: true }).where(eq(schema.channel.id, channels.linkedin)),
    );
    await start(asking('skip'));
    const step = await nextOfKind(stage, 'connect');
    expect(step.text).toBe('Hi Person1');
    await commit(stage, step);
    await report(stage, step, { ...done, noteDropped: true } as typeof done);
    expect((await usedKinds()).filter((kind) => kind === 'note')).toHaveLength(5);
  });
});
