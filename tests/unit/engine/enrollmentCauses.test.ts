import { and, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Graph } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import type { ProfileRead } from '#shared/protocol/linkedin.ts';
import type { EnrollmentStatus } from '#shared/statuses/engine.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  archiveAutomation,
  contactsAddedToList,
  decideEnrollment,
  deleteSender,
  explainEnrollment,
  letGo,
  recordInboundEmail,
  unsubscribeContact,
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
import {
  commit,
  enrollmentOf,
  failed,
  inUnit,
  nextEmail,
  nextOfKind,
  nextStep,
  observe,
  pass,
  perform,
  reply,
  report,
  settle,
} from './support.ts';

let stage: Stage;
let channels: { linkedin: string; email: string };
const linkedinOnly = () => outreachGraph(['s1'], { email: false });
const emailOnly = () => outreachGraph(['s1'], { linkedin: false });

beforeEach(async () => {
  stage = await openStage();
  channels = await addSender(stage, 's1');
});
afterEach(() => stage.close());

interface Cause {
  cause: string;
  graph?: () => Graph;
  contact?: { bound?: boolean; email?: boolean };
  happens: () => Promise<void>;
  status: EnrollmentStatus;
  reason: string | null;
  sentence: RegExp;
}

const FIRST = 'c001';
const start = (graph = linkedinOnly()) => addAutomation(stage, 'a1', graph);
const decide = async (decision: 'pause' | 'cancel') => {
  const { id } = await enrollmentOf(stage, FIRST);
  await inUnit(stage, (unit) => decideEnrollment(unit, id, decision, 'test'));
};
/** A visit, an email that lacks data, and a message, side by side. */
const branches = () =>
  graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      look: ['visit', {}],
      mail: ['send_email', { subject: 'S', text: '{{ title }}', thread: 'new', attachments: [] }],
      hello: ['message', { text: 'Hello' }],
    },
    ['seg>who', 'who>look', 'who>mail', 'who>hello'],
  );
/** By their nodes. */
const steps = async () => {
  const rows = await stage.db.reader.select().from(schema.task);
  return Object.fromEntries(rows.map((row) => [row.nodeId, row]));
};
const failWith = async (code: Parameters<typeof failed>[0]) => {
  const step = await nextOfKind(stage, 'connect');
  await report(stage, step, failed(code));
};
const inMail = (kind: Parameters<typeof recordInboundEmail>[2][number]['kind'], messageId: string | null) =>
  inUnit(stage, (unit) =>
    recordInboundEmail(unit, channels.email, [
      {
        dedupeKey: 'm1',
        ownMessageId: messageId,
        contactAddress: 'p1@firm1.test',
        receivedAt: stage.ctx.clocks.schedule.now(),
        subject: '',
        text: '',
        kind,
      },
    ]),
  );

async function sendFirstEmail(): Promise<string | null> {
  const work = await nextEmail(stage);
  if (work?.type !== 'task') throw new Error('no email');
  const { taskId, fence } = work;
  await commit(stage, { taskId, fence });
  await report(stage, { taskId, fence }, { result: 'sent', response: '250 ok' }, 'mailer');
  const [row] = await stage.db.reader.select().from(schema.task).where(eq(schema.task.id, taskId));
  return row?.messageId ?? null;
}

const causes: Cause[] = [
  {
    cause: 'imported, not enriched yet',
    contact: { bound: false },
    happens: async () => {},
    status: 'waiting_enrichment',
    reason: null,
    sentence: /profile/i,
  },
  {
    cause: 'enriched and started',
    happens: async () => {},
    status: 'in_progress',
    reason: null,
    sentence: /invitation/i,
  },
  {
    cause: 'paused by a person',
    happens: () => decide('pause'),
    status: 'paused',
    reason: 'paused_by_person',
    sentence: /a person paused it/i,
  },
  {
    cause: 'a reply',
    happens: async () => {
      const [row] = await stage.db.reader.select().from(schema.contact).where(eq(schema.contact.id, FIRST));
      await reply(stage, {
        contactId: FIRST,
        slug: 'person-1',
        profileId: row?.linkedinProfileId ?? '',
        memberId: '1001',
        email: null,
        companyId: null,
      });
    },
    status: 'paused',
    reason: 'replied',
    sentence: /replied/i,
  },
  {
    cause: 'canceled by hand',
    happens: () => decide('cancel'),
    status: 'canceled',
    reason: 'manual',
    sentence: /canceled\. a person decided it/i,
  },
  {
    cause: 'archived while nothing was executing',
    happens: async () => {
      await inUnit(stage, (unit) => archiveAutomation(unit, 'a1'));
      await settle(stage);
    },
    status: 'canceled',
    reason: 'archived',
    sentence: /archived/i,
  },
  {
    cause: 'archived in the middle of a task',
    happens: async () => {
      await nextOfKind(stage, 'connect');
      await inUnit(stage, (unit) => archiveAutomation(unit, 'a1'));
      await settle(stage);
    },
    status: 'failed',
    reason: 'archived',
    sentence: /archived/i,
  },
  {
    cause: 'the sender profile was deleted',
    happens: async () => {
      await inUnit(stage, (unit) => deleteSender(unit, 's1'));
      await settle(stage);
    },
    status: 'canceled',
    reason: 'sender_deleted',
    sentence: /deleted/i,
  },
  {
    cause: 'the profile is gone (404)',
    happens: () => failWith('profile_not_found'),
    status: 'failed',
    reason: 'profile_not_found',
    sentence: /profile/i,
  },
  {
    cause: 'the profile cannot be opened',
    happens: () => failWith('profile_unavailable'),
    status: 'failed',
    reason: 'profile_unavailable',
    sentence: /profile/i,
  },
  {
    cause: 'not connected for a message step',
    happens: async () => {
      await failWith('not_connected');
    },
    status: 'failed',
    reason: 'not_connected',
    sentence: /connect/i,
  },
  {
    cause: "an error on LinkedIn's side, tried four times",
    happens: async () => {
      for (let i = 0; i < 4; i++) {
        await failWith('linkedin_error');
        pass(stage, 5 * HOUR);
      }
    },
    status: 'failed',
    reason: 'linkedin_error',
    sentence: /linkedin/i,
  },
  {
    cause: 'no LinkedIn id',
    contact: { bound: false },
    happens: async () => {},
    status: 'failed',
    reason: 'no_linkedin',
    sentence: /linkedin/i,
  },
  {
    cause: 'no email for an email step',
    graph: emailOnly,
    contact: { bound: true, email: false },
    happens: async () => {
      await nextEmail(stage);
    },
    status: 'failed',
    reason: 'no_email',
    sentence: /email/i,
  },
  {
    cause: 'a sending error',
    graph: emailOnly,
    happens: async () => {
      const work = await nextEmail(stage);
      if (work?.type !== 'task') throw new Error('no email');
      await report(
        stage,
        work,
        { result: 'not_sent', verdict: 'fail', code: 'rejected', detail: '550 no' },
        'mailer',
      );
    },
    status: 'failed',
    reason: 'rejected',
    sentence: /rejected/i,
  },
  {
    cause: 'the email came back',
    graph: emailOnly,
    happens: async () => {
      const messageId = await sendFirstEmail();
      await inMail({ kind: 'bounce', severity: 'hard', status: '5.1.1', diagnostic: null }, messageId);
    },
    status: 'bounced',
    reason: 'bounced',
    sentence: /came back/i,
  },
  {
    cause: 'the contact opted out',
    happens: () => inUnit(stage, (unit) => unsubscribeContact(unit, FIRST, { via: 'link', inboundId: null })),
    status: 'unsubscribed',
    reason: null,
    sentence: /unsubscribed/i,
  },
];

describe('every cause of an enrollment status', () => {
  it.each(causes)('$cause: $status', async ({ cause, graph, contact, happens, status, reason, sentence }) => {
    await addContact(stage, 1, contact ?? { bound: true });
    if (cause === 'no LinkedIn id') {
      await stage.db.write((tx) =>
        tx.update(schema.contact).set({ linkedinSlug: null }).where(eq(schema.contact.id, FIRST)),
      );
    }
    await start((graph ?? linkedinOnly)());
    await settle(stage);
    await happens();
    const row = await enrollmentOf(stage, FIRST);
    expect({ status: row.status, reason: row.reason }).toEqual({ status, reason });
    const why = await explainEnrollment(stage.db.reader, row, stage.ctx.clocks.schedule.now());
    expect(why.sentence).toMatch(sentence);
  });

  it('the active limit, the coworkers limit, and another automation', async () => {
    for (let n = 1; n <= 3; n++)
      await addContact(stage, n, { bound: true, companyId: n < 3 ? 'firm' : 'other' });
    await start(outreachGraph(['s1'], { email: false, active: 1, coworkers: 1 }));
    await addAutomation(stage, 'a2', linkedinOnly());
    await settle(stage);
    const rows = await stage.db.reader.select().from(schema.enrollment);
    const of = (automationId: string) =>
      rows.filter((row) => row.automationId === automationId).map(({ status, reason }) => [status, reason]);
    expect(of('a1')).toEqual([
      ['in_progress', null],
      ['coworkers_limit', null],
      ['active_limit', null],
    ]);
    expect(of('a2')).toEqual([
      ['ready', 'other_automation'],
      ['in_progress', null],
      ['in_progress', null],
    ]);
  });

  it('pauses them too when the one who replied is through already', async () => {
    const anna = await addContact(stage, 1, { bound: true, companyId: 'firm' });
    await addContact(stage, 2, { bound: true, companyId: 'firm' });
    await start();
    await stage.db.write((tx) => tx.update(schema.automation).set({ pauseColleagues: true }));
    await settle(stage);
    const { id } = await enrollmentOf(stage, FIRST);
    await inUnit(stage, async (unit) => {
      await decideEnrollment(unit, id, 'pause', 'test');
      await decideEnrollment(unit, id, 'complete', 'test');
    });
    await reply(stage, anna);
    expect(await enrollmentOf(stage, 'c002')).toMatchObject({
      status: 'paused',
      reason: 'colleague_replied',
    });
  });
});

describe('a workspace that allows several automations', () => {
  it('has a contact active in both', async () => {
    await stage.db.write((tx) =>
      tx.update(schema.workspace).set({ manyAutomations: true }).where(eq(schema.workspace.id, WORKSPACE)),
    );
    await addContact(stage, 1, { bound: true });
    await start();
    await addAutomation(stage, 'a2', linkedinOnly());
    await settle(stage);
    const rows = await stage.db.reader.select().from(schema.enrollment);
    expect(rows.map(({ live, exclusive }) => [live, exclusive])).toEqual([
      [1, 0],
      [1, 0],
    ]);
  });
});

describe('a reply', () => {
  it('pauses colleagues at the same company where the automation asks for it', async () => {
    const anna = await addContact(stage, 1, { bound: true, companyId: 'firm' });
    await addContact(stage, 2, { bound: true, companyId: 'firm' });
    await addContact(stage, 3, { bound: true, companyId: 'other' });
    await start();
    await stage.db.write((tx) => tx.update(schema.automation).set({ pauseColleagues: true }));
    await settle(stage);
    await reply(stage, anna);
    const rows = await stage.db.reader.select().from(schema.enrollment);
    expect(rows.map(({ status, reason }) => [status, reason])).toEqual([
      ['paused', 'replied'],
      ['paused', 'colleague_replied'],
      ['in_progress', null],
    ]);
  });

  it('pauses a colleague who enters before somebody decided about it, once', async () => {
    const anna = await addContact(stage, 1, { bound: true, companyId: 'firm' });
    await start();
    await stage.db.write((tx) => tx.update(schema.automation).set({ pauseColleagues: true }));
    await settle(stage);
    await reply(stage, anna);
    const enter = async (n: number) => {
      const { contactId } = await addContact(stage, n, { bound: true, companyId: 'firm' });
      await inUnit(stage, (unit) => contactsAddedToList(unit, 'l1', [contactId]));
      await settle(stage);
      return await enrollmentOf(stage, contactId);
    };
    const second = await enter(2);
    expect(second).toMatchObject({ status: 'paused', reason: 'colleague_replied', live: 0 });
    await inUnit(stage, (unit) => decideEnrollment(unit, second.id, 'resume', 'test'));
    await settle(stage);
    expect(await enrollmentOf(stage, second.contactId)).toMatchObject({ status: 'in_progress', live: 1 });
    const { id } = await enrollmentOf(stage, anna.contactId);
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'resume', 'test'));
    expect(await enter(3)).toMatchObject({ status: 'in_progress', live: 1 });
  });
});

describe('a reply of a colleague', () => {
  it('waits for a decision of its own where somebody had paused the contact by hand', async () => {
    const anna = await addContact(stage, 1, { bound: true, companyId: 'firm' });
    await addContact(stage, 2, { bound: true, companyId: 'firm' });
    await start();
    await stage.db.write((tx) => tx.update(schema.automation).set({ pauseColleagues: true }));
    await settle(stage);
    const { id } = await enrollmentOf(stage, 'c002');
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'pause', 'test'));
    await reply(stage, anna);
    expect(await enrollmentOf(stage, 'c002')).toMatchObject({
      status: 'paused',
      reason: 'colleague_replied',
    });
  });
});

describe('data that one branch lacks', () => {
  it('stops that branch and no other', async () => {
    await addContact(stage, 1, { bound: true });
    await start(branches());
    expect(await nextEmail(stage)).toBeNull();
    await perform(stage, await nextOfKind(stage, 'visit'));
    await perform(stage, await nextOfKind(stage, 'message'));
    expect(await steps()).toMatchObject({
      mail: { state: 'scheduled', reason: 'missing_data' },
      hello: { state: 'done' },
    });
  });
});

describe('a profile that two automations ask for', () => {
  it('is read once', async () => {
    await addContact(stage, 1);
    await start();
    await addAutomation(stage, 'a2', linkedinOnly());
    const profile = {
      ...{ memberId: null, profileId: 'ACoAAperson000001', slug: 'person-1', name: 'Person1 Test' },
      ...{ headline: null, location: null, company: null, relation: 'not_connected' as const },
    };
    const step = await nextOfKind(stage, 'visit');
    await report(stage, step, { result: 'closed', reason: 'visited', profile });
    await nextOfKind(stage, 'connect');
    const reads = await stage.db.reader.select().from(schema.task).where(eq(schema.task.kind, 'visit'));
    expect(reads.map(({ fence }) => fence)).toEqual([1, 0]);
    expect(reads[1]).toMatchObject({ state: 'closed', reason: 'visited' });
  });
});

describe('a message that a program wrote', () => {
  const away = 'This is an automatic reply. I am back on 20 March 2026.';
  const inbound = async (text: string, id = 'auto') => {
    pass(stage, HOUR);
    const anna = { fromProfileId: 'ACoAAperson000001', conversationId: 'c' };
    const deliveredAt = stage.ctx.clocks.schedule.now();
    await observe(stage, {
      inbound: [{ ...anna, messageId: id, deliveredAt, text }],
    });
    return deliveredAt;
  };

  it('postpones to the date it names, pauses nobody, and is no reply in the thread either', async () => {
    await addContact(stage, 1, { bound: true });
    await start();
    await settle(stage);
    const at = await inbound(away);
    expect(await enrollmentOf(stage, FIRST)).toMatchObject({ status: 'in_progress', reason: null });
    const [task] = await stage.db.reader.select().from(schema.task);
    const until = task?.notBefore ?? 0;
    expect(new Date(until).toISOString().slice(0, 10)).toMatch(/^2026-03-2[01]$/);
    pass(stage, until - at);
    await settle(stage);
    const step = await nextOfKind(stage, 'connect');
    expect(await commit(stage, step, at)).toMatchObject({ ok: true });
  });

  it('leaves the reason of a step that waits for data, and what writes to nobody, as they are', async () => {
    await addContact(stage, 1, { bound: true, email: true });
    await start(branches());
    expect(await nextEmail(stage)).toBeNull();
    const { look } = await steps();
    await inbound(away);
    const after = await steps();
    expect(after.look).toMatchObject({ state: look?.state, notBefore: look?.notBefore });
    expect(after.mail).toMatchObject({ state: 'scheduled', reason: 'missing_data' });
    expect(after.mail?.blockedOn).not.toBeNull();
    // Another branch is not stopped by what this one lacks, and does not say that it is.
    expect(after.hello).toMatchObject({ state: 'scheduled', reason: 'auto_reply', blockedOn: null });
  });

  it('is told by the phrases of the workspace', async () => {
    await addContact(stage, 1, { bound: true });
    await start();
    await settle(stage);
    await stage.db.write((tx) =>
      tx.update(schema.workspace).set({ genericReplies: ['thanks for connecting'] }),
    );
    await inbound('Thanks for   connecting! My team will be in touch.', 'm1');
    expect((await enrollmentOf(stage, FIRST)).status).toBe('in_progress');
    await inbound(away, 'm2');
    expect(await enrollmentOf(stage, FIRST)).toMatchObject({ status: 'paused', reason: 'replied' });
  });
});

describe('a company that only the profile names', () => {
  it('counts for the coworkers limit and is what the stoplist means', async () => {
    for (const n of [1, 2, 3]) await addContact(stage, n, { email: false });
    await start(outreachGraph(['s1'], { email: false, coworkers: 1 }));
    await stage.db.write((tx) =>
      tx.insert(schema.suppression).values({
        id: 'x',
        workspaceId: WORKSPACE,
        kind: 'company',
        value: 'other',
        reason: 'test',
        by: 'test',
        at: 1,
      }),
    );
    const employers = new Map([
      ['person-1', 'Acme GmbH'],
      ['person-2', 'ACME'],
      ['person-3', 'Other Inc.'],
    ]);
    while (employers.size > 0) {
      const step = await nextStep(stage);
      if (step === null) throw new Error(`no step, not read: ${[...employers.keys()]}`);
      if (step.kind === 'connect') {
        await perform(stage, step);
        continue;
      }
      const { slug, name } = step.target;
      const read = { memberId: null, profileId: `ACoAA${slug}`, slug, name, headline: null, location: null };
      const company = employers.get(slug) ?? null;
      employers.delete(slug);
      const profile = { ...read, company, relation: 'not_connected' as const };
      await report(stage, step, { result: 'closed', reason: 'visited', profile });
    }
    await settle(stage);
    const rows = await stage.db.reader.select().from(schema.enrollment).orderBy(schema.enrollment.contactId);
    expect(rows.map(({ status, reason }) => [status, reason])).toEqual([
      ['in_progress', null],
      ['coworkers_limit', null],
      ['canceled', 'stoplisted'],
    ]);
  });
});

describe('the stoplist', () => {
  const standing = async () => {
    const rows = await stage.db.reader.select().from(schema.enrollment).orderBy(schema.enrollment.id);
    return rows.map(({ status, reason, endedAt }) => [status, reason, endedAt !== null]);
  };

  it('lets go of those who wait outside too, and nobody reads their profiles', async () => {
    for (const n of [1, 2, 3, 4]) await addContact(stage, n, { bound: n !== 3 });
    await start(outreachGraph(['s1'], { email: false, active: 1 }));
    await settle(stage);
    const { id } = await enrollmentOf(stage, 'c004');
    await inUnit(stage, (unit) => decideEnrollment(unit, id, 'pause', 'test'));
    expect((await standing()).map(([status]) => status)).toEqual([
      'in_progress',
      'active_limit',
      'waiting_enrichment',
      'paused',
    ]);
    for (const n of [2, 3, 4]) await inUnit(stage, (unit) => letGo(unit, `c00${n}`, 'stoplisted'));
    const gone = ['canceled', 'stoplisted', true];
    expect(await standing()).toEqual([['in_progress', null, false], gone, gone, gone]);
    const reads = await stage.db.reader.select().from(schema.task).where(eq(schema.task.kind, 'visit'));
    expect(reads.map(({ state }) => state)).toEqual(['canceled']);
  });

  it('that stops a step lets go of the contact in the automation that waits for them as well', async () => {
    await addContact(stage, 1, { bound: true });
    await start();
    await settle(stage);
    await addAutomation(stage, 'a2', linkedinOnly());
    await settle(stage);
    expect((await standing())[1]).toEqual(['ready', 'other_automation', false]);
    const step = await nextOfKind(stage, 'connect');
    const entry = { id: 'x', workspaceId: WORKSPACE, kind: 'email', value: 'p1@firm1.test' } as const;
    await stage.db.write((tx) =>
      tx.insert(schema.suppression).values({ ...entry, reason: 'test', by: 'test', at: 1 }),
    );
    expect(await commit(stage, step)).toMatchObject({ ok: false, code: 'stoplisted' });
    const gone = ['canceled', 'stoplisted', true];
    expect(await standing()).toEqual([gone, gone]);
  });
});

describe('a person who is there twice', () => {
  const profile = (memberId: string): ProfileRead => ({
    profileId: 'ACoAAperson000001',
    memberId,
    slug: 'person-1',
    name: 'Person1 Test',
    headline: null,
    company: null,
    location: null,
    relation: 'not_connected',
  });

  it('is merged after enrichment; the second entry stops as Duplicate with all history', async () => {
    const known = await addContact(stage, 1, { bound: true });
    const second = await addContact(stage, 2, { bound: false });
    await start();
    await settle(stage);
    let step = await nextOfKind(stage, 'connect');
    await perform(stage, step);
    step = await nextOfKind(stage, 'visit');
    pass(stage, 1);
    await report(stage, step, { result: 'closed', reason: 'visited', profile: profile('1001') });
    const { event, contact, contactIdentity, enrollment, list, listMember } = schema;
    const q = stage.db.reader;
    const [gone] = await q.select().from(contact).where(eq(contact.id, second.contactId));
    expect(gone).toMatchObject({ mergedInto: known.contactId });
    expect(gone?.deletedAt).not.toBeNull();
    const rows = await q.select().from(enrollment).where(eq(enrollment.contactId, known.contactId));
    expect(rows.map(({ status, rotation }) => [status, rotation])).toEqual([
      ['in_progress', 1],
      ['duplicate', 2],
    ]);
    expect(await q.select().from(event).where(eq(event.contactId, second.contactId))).toEqual([]);
    expect(
      await q
        .select()
        .from(event)
        .where(and(eq(event.contactId, known.contactId), eq(event.type, 'merged'))),
    ).toHaveLength(1);
    const emails = await q
      .select()
      .from(contactIdentity)
      .where(and(eq(contactIdentity.contactId, known.contactId), eq(contactIdentity.kind, 'email')));
    expect(emails.map(({ value }) => value).sort()).toEqual(['p1@firm1.test', 'p2@firm2.test']);
    expect(await q.select().from(listMember)).toHaveLength(1);
    expect((await q.select().from(list))[0]?.memberCount).toBe(0);
    const audits = await q.select().from(schema.audit).where(eq(schema.audit.action, 'contact.merged'));
    expect(audits).toHaveLength(1);
  });
});
