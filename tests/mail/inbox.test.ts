import { eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attachmentRoutes } from '#shared/contract/attachment.ts';
import { contactRoutes, importRoutes, personalDataRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { inboxRoutes, threadDetail } from '#shared/contract/inbox.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { type HomeView, workspaceRoutes } from '#shared/contract/workspace.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { capTable } from '#shared/schedule/settings.ts';
import { schema } from '../../companion-server/db/index.ts';
import type { MailServers } from '../../companion-server/email/mailServers.ts';
import { describeFailure } from '../../companion-server/email/problems.ts';
import { appendToSent } from '../../companion-server/email/sentFolder.ts';
import { createSmtpPool } from '../../companion-server/email/smtpPool.ts';
import { createUnsubscribeToken } from '../../companion-server/email/unsubscribeToken.ts';
import { nextAnswer, unitOfWork } from '../../companion-server/engine/index.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { sendAnswer } from '../../companion-server/services/mail/answers.ts';
import { createFacts } from '../../companion-server/services/mail/facts.ts';
import { syncMailbox } from '../../companion-server/services/mail/sync.ts';
import { settleBySentFolder } from '../../companion-server/services/mail/unknowns.ts';
import { csv } from '../conformance/fixture.ts';
import { addMember, call, setUp, startTestServer, type TestServer } from '../conformance/support.ts';
import { ANNA, sandboxForFile, settingsFor, signal } from './support.ts';

/** The whole way: a contact writes, the rep reads it in the inbox and answers, and the answer arrives. */
const BORIS = 'boris@people.test';
const sandbox = sandboxForFile();
let server: TestServer;
let rep = '';
let manager = '';
let senderId = '';
let channelId = '';
let contactId = '';
let workspaceId = '';

beforeAll(async () => {
  server = await startTestServer();
  const { cookie, workspaceId: created } = await setUp(server);
  workspaceId = created;
  manager = (await addMember(server, { id: workspaceId }, 'manager', 'mara@acme.test')).cookie;
  rep = cookie;
  const profile = await asRep(senderRoutes.create, { body: { name: 'Anna', zone: 'Europe/Berlin' } });
  senderId = idOf(profile);
  const saved = await call(
    server,
    mailboxRoutes.save,
    { cookie: rep },
    { params: { senderId }, body: settingsFor(sandbox()) },
  );
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
  const rows = await server.services.db.reader
    .select()
    .from(schema.channel)
    .where(eq(schema.channel.senderId, senderId));
  channelId = rows.find(({ kind }) => kind === 'email')?.id ?? '';
  const upload = await asRep(importRoutes.upload, {
    body: { fileName: 'a.csv', contentBase64: csv(`Email,First name\n${BORIS},Boris\n`) },
  });
  const run = { mapping: ['email', 'firstName'], listName: 'L', legalBasis: 'consent' };
  await asRep(importRoutes.run, { params: { importId: idOf(upload) }, body: run });
  const found = (await asRep(contactRoutes.list)) as { items: { id: string }[] };
  contactId = found.items[0]?.id ?? '';
  await sync();
}, 60_000);
afterAll(() => server.close());

async function asRep(
  route: Parameters<typeof call>[1],
  input: Parameters<typeof call>[3] = {},
): Promise<unknown> {
  const answer = await call(server, route, { cookie: rep }, input);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

const idOf = (body: unknown) => (body as { id: string }).id;
const facts = () => createFacts(server.services);
const sync = () => syncMailbox(server.services, engineOf(server.services), channelId, signal);

async function listed(filter = 'all', cookie = rep) {
  const answer = await call(server, inboxRoutes.list, { cookie }, { query: { filter } });
  return (answer.body as { items: { id: string; unread: boolean; lastText: string; ofOther: boolean }[] })
    .items;
}

/** The contact is in an automation and got an email with this subject. */
async function underWay(subject: string): Promise<void> {
  const ids = { workspaceId, automationId: 'a', contactId, senderId };
  const times = { createdAt: 1, updatedAt: 1 };
  await server.services.db.write(async (tx) => {
    await tx.insert(schema.enrollment).values({
      ...{ ...ids, ...times, id: 'under-way', versionId: 'v', segmentNodeId: 's', status: 'in_progress' },
      ...{ live: 1, repliesFrom: 0, visited: [] },
    });
    await tx.insert(schema.task).values({
      ...{ ...ids, id: 'sent-email', enrollmentId: 'under-way', cursorId: 'c', channelId, nodeId: 'n' },
      ...{ kind: 'send_email', priority: 1, notBefore: 1, state: 'done', createdAt: 1, finishedAt: 1 },
      payload: { text: 'Hello', subject, policy: null, recipient: BORIS, noteDropped: false },
    });
  });
}

/** A made-up place in an automation is none that anything could stop. */
async function notUnderWay(): Promise<void> {
  await server.services.db.write(async (tx) => {
    await tx.delete(schema.task).where(eq(schema.task.enrollmentId, 'under-way'));
    await tx.delete(schema.enrollment).where(eq(schema.enrollment.id, 'under-way'));
  });
}

async function actions() {
  return ((await asRep(workspaceRoutes.home)) as HomeView).actions;
}

async function opened() {
  const [thread] = await listed();
  return threadDetail.parse(await asRep(inboxRoutes.get, { params: { threadId: thread?.id ?? '' } }));
}

/** What the mail worker does in one round; `sinceBegun`: how long it stood still after it began. */
async function work(sinceBegun = 0): Promise<boolean> {
  const { services } = server;
  const ctx = engineOf(services);
  const message = await unitOfWork(ctx, (unit) => nextAnswer(unit, () => false));
  const options = { services, ctx, pool: createSmtpPool(services.timers), facts: facts() };
  const since = { wall: 0, mono: 0, elapsed: () => sinceBegun };
  if (message) await sendAnswer(options, { message, since }, signal);
  return message !== null;
}

const requestId = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b1';
const answer =
  (text: string, id = requestId) =>
  async () => {
    const [thread] = await listed();
    return call(
      server,
      inboxRoutes.answer,
      { cookie: rep },
      { params: { threadId: thread?.id ?? '' }, body: { requestId: id, text } },
    );
  };

describe('the inbox', () => {
  it('shows what a contact wrote, unread, with its HTML made harmless and its attachments named', async () => {
    const raw = [
      `From: Boris Clay <${BORIS}>`,
      `To: ${ANNA}`,
      'Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=',
      'Message-ID: <question@people.test>',
      'References: <earlier@people.test>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=x',
      '',
      '--x',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<p>What does it <b>cost</b>?</p><img src="https://spy.test/p.gif"><script>alert(1)</script><a href="javascript:alert(1)">x</a>',
      '--x',
      'Content-Type: application/pdf; name="plan.pdf"',
      'Content-Disposition: attachment; filename="plan.pdf"',
      'Content-Transfer-Encoding: base64',
      '',
      'QUJD',
      '--x--',
      '',
    ].join('\r\n');
    await sandbox().deliver({ to: ANNA, raw, returnPath: BORIS });
    await sync();
    expect(await listed('unread')).toMatchObject([
      { unread: true, lastText: expect.stringContaining('What does it cost?') },
    ]);
    const { messages, noAnswer, thread } = await opened();
    expect(noAnswer).toBeNull();
    expect(thread).toMatchObject({
      contactName: expect.stringContaining('Boris'),
      channel: 'email',
      ofOther: false,
    });
    expect(messages).toMatchObject([
      {
        from: 'contact',
        kind: 'reply',
        subject: 'Grüße',
        attachments: [{ name: 'plan.pdf', type: 'application/pdf' }],
      },
    ]);
    expect(messages[0]?.html).toContain('<b>cost</b>');
    expect(messages[0]?.html).not.toMatch(/img|script|spy\.test/);
  });

  it('sends an answer once, in the thread, and keeps it in Sent', async () => {
    const first = await answer('About 12 a month.')();
    expect(first.body).toMatchObject({ state: 'queued', from: 'by_hand' });
    expect((await answer('About 12 a month.')()).body).toMatchObject({ state: 'queued' });
    expect(await work()).toBe(true);
    expect(await work()).toBe(false);
    const sent = sandbox().receivedByPeople();
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ from: ANNA, to: [BORIS], subject: 'Re: Grüße' });
    expect(sent[0]?.raw).toMatch(/In-Reply-To: <question@people\.test>/);
    expect(sent[0]?.raw).toMatch(/References: <earlier@people\.test>\s+<question@people\.test>/);
    expect(sent[0]?.raw).not.toMatch(/List-Unsubscribe/i);
    await sync();
    const { messages } = await opened();
    expect(messages.map(({ from, state }) => [from, state])).toEqual([
      ['contact', null],
      ['by_hand', 'sent'],
    ]);
    expect(await listed('unread')).toEqual([]);
  });

  it('finds the answer to an answer by its thread, also from another address', async () => {
    const [sent] = sandbox().receivedByPeople();
    const references = [sent?.messageId ?? ''];
    const mail = { to: ANNA, from: 'boris.private@elsewhere.test', subject: 'Re: Grüße', text: 'Fine.' };
    await sandbox().deliver({ ...mail, inReplyTo: references[0] ?? '', references });
    await sync();
    expect((await opened()).messages.find(({ text }) => text === 'Fine.')).toMatchObject({
      from: 'contact',
      writer: expect.stringContaining('boris.private'),
    });
  });

  it('reads a message again, once, when the server died before the read was kept', async () => {
    const { services } = server;
    const ctx = engineOf(services);
    const places = () => services.db.reader.select().from(schema.mailCursor);
    const before = await places();
    await sandbox().deliver({ to: ANNA, from: BORIS, subject: 'Late', text: 'Did you get this?' });
    const dying: typeof services.db = {
      ...services.db,
      write: (work) =>
        services.db.write(async (tx) => {
          await work(tx);
          throw new Error('killed before the commit');
        }),
    };
    await expect(syncMailbox(services, { ...ctx, db: dying }, channelId, signal)).rejects.toThrow('killed');
    expect(await places()).toEqual(before);
    await sync();
    await sync();
    expect((await opened()).messages.filter(({ text }) => text === 'Did you get this?')).toHaveLength(1);
  });

  it('belongs to the rep: a manager sees it only with the rep’s consent, and it is marked', async () => {
    expect(await listed('all', manager)).toEqual([]);
    const share = (sharesInbox: boolean, cookie: string) =>
      call(server, senderRoutes.update, { cookie }, { params: { senderId }, body: { sharesInbox } });
    expect((await share(true, manager)).status).toBe(403);
    const ofContact = async () =>
      (await call(server, inboxRoutes.ofContact, { cookie: manager }, { params: { contactId } })).body;
    expect(await ofContact()).toEqual({ messages: [], threads: [], hiddenSenders: ['Anna'] });
    const exported = async () =>
      personalDataRoutes.export.response.parse(
        (await call(server, personalDataRoutes.export, { cookie: manager }, { params: { contactId } })).body,
      );
    const withheld = await exported();
    expect(withheld).toMatchObject({ withheldBy: ['Anna'] });
    expect(withheld.data.inbound_message).toContainEqual(expect.objectContaining({ withheld: true }));
    expect(JSON.stringify(withheld.data)).not.toContain('Did you get this?');
    expect((await share(true, rep)).status).toBe(200);
    const whole = await exported();
    expect(whole.withheldBy).toEqual([]);
    expect(JSON.stringify(whole.data)).toContain('Did you get this?');
    expect(await listed('all', manager)).toMatchObject([{ ofOther: true }]);
    expect(await ofContact()).toMatchObject({
      hiddenSenders: [],
      threads: [{ id: (await listed())[0]?.id, channel: 'email', senderName: 'Anna' }],
      messages: expect.arrayContaining([expect.anything()]),
    });
    expect((await share(false, rep)).status).toBe(200);
    expect(await listed('all', manager)).toEqual([]);
  });

  it('keeps a label, and what is snoozed out of sight until its time or a new message', async () => {
    const [thread] = await listed();
    const params = { threadId: thread?.id ?? '' };
    await asRep(inboxRoutes.update, {
      params,
      body: { label: 'interested', snoozedUntil: Date.now() + 3_600_000 },
    });
    expect(await listed()).toEqual([]);
    expect(await listed('snoozed')).toMatchObject([{ label: 'interested' }]);
    await sandbox().deliver({ to: ANNA, from: BORIS, subject: 'One more thing', text: 'Still there?' });
    await sync();
    expect(await listed()).toMatchObject([{ unread: true, lastText: 'Still there?' }]);
  });

  it('lets no answer pass the ceiling', async () => {
    const { db } = server.services;
    const now = server.services.clocks.schedule.now();
    const account = `email:${ANNA}`;
    await db.write(async (tx) => {
      for (let i = 0; i < capTable.email.ceiling.daily; i++)
        await tx.insert(schema.usage).values({ account, kind: 'email', at: now - 1000, taskId: `t${i}` });
    });
    const id = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b2';
    expect((await answer('Yes.', id)()).body).toMatchObject({ state: 'queued' });
    expect(await work()).toBe(false);
    await db.write((tx) => tx.delete(schema.usage).where(eq(schema.usage.at, now - 1000)));
    expect(await work()).toBe(true);
  });

  it('says what a refused answer was refused with, and gives back its use', async () => {
    sandbox().fault({ on: 'smtp', effect: '5xx', times: 1 });
    const id = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b3';
    await answer('Refused.', id)();
    await work();
    expect((await opened()).messages.find((one) => one.id === id)).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('554'),
    });
    const spent = await server.services.db.reader
      .select()
      .from(schema.usage)
      .where(eq(schema.usage.taskId, id));
    expect(spent).toEqual([]);
  });

  it('does not send what took so long to begin that others may have given it up', async () => {
    const before = sandbox().receivedByPeople().length;
    const id = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0c1';
    await answer('Slept.', id)();
    expect(await work(6 * MINUTE)).toBe(true);
    expect(sandbox().receivedByPeople()).toHaveLength(before);
    const shown = (await opened()).messages.find((one) => one.id === id);
    expect(shown).toMatchObject({ state: 'queued', detail: expect.stringContaining('too late') });
    expect(await work()).toBe(true);
    expect(sandbox().receivedByPeople()).toHaveLength(before + 1);
  });

  it('tries an answer again that the other server takes later, and says so', async () => {
    sandbox().fault({ on: 'smtp', effect: '4xx', times: 1 });
    const id = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0c0';
    await answer('Later.', id)();
    expect(await work()).toBe(true);
    const shown = async () => (await opened()).messages.find((one) => one.id === id);
    expect(await shown()).toMatchObject({ state: 'queued', detail: expect.stringMatching(/^4\d\d /) });
    expect((await shown())?.expectedAt).toBeGreaterThan(server.services.clocks.schedule.now());
    expect(await work()).toBe(false);
    await server.services.db.write((tx) =>
      tx.update(schema.handMessage).set({ notBefore: 1 }).where(eq(schema.handMessage.id, id)),
    );
    expect(await work()).toBe(true);
    expect(await shown()).toMatchObject({ state: 'sent' });
  });

  it('never repeats an answer whose fate is unknown, and settles it by the Sent folder', async () => {
    const before = sandbox().receivedByPeople().length;
    sandbox().fault({ on: 'smtp', effect: 'drop_after_data', times: 1 });
    const id = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b4';
    await answer('Lost?', id)();
    await work();
    expect((await opened()).messages.find((one) => one.id === id)).toMatchObject({ state: 'unknown' });
    expect(await work()).toBe(false);
    const received = sandbox().receivedByPeople();
    expect(received).toHaveLength(before + 1);
    const raw = Buffer.from(received.at(-1)?.raw ?? '');
    expect(await appendToSent(settingsFor(sandbox()), raw, signal)).toMatchObject({ ok: true });
    await settleBySentFolder(server.services, engineOf(server.services), channelId, new Map(), signal);
    expect((await opened()).messages.find((one) => one.id === id)).toMatchObject({ state: 'sent' });
  });

  it('asks for each of many whose fate is unknown in its turn, and begins anew after the last', async () => {
    const ids = Array.from({ length: 45 }, (_, index) => `many-${String(index).padStart(2, '0')}`);
    const answers = ids.map((id) => ({
      ...{ id, workspaceId, channelId, contactId, messageId: `<${id}@acme.test>`, references: [], to: BORIS },
      ...{ subject: 'Re: x', text: 'x', state: 'unknown' as const, createdAt: 1, at: 1 },
    }));
    await server.services.db.write((tx) => tx.insert(schema.handMessage).values(answers));
    const asked: string[] = [];
    let isDown = false;
    const down = describeFailure('imap', settingsFor(sandbox()).imap, new Error('gone'));
    const findInSent: MailServers['findInSent'] = async (_settings, messageId) => {
      if (isDown) return { ok: false, error: down };
      asked.push(messageId);
      return { ok: true, value: false };
    };
    const services = { ...server.services, mailServers: { ...server.services.mailServers, findInSent } };
    const places = new Map();
    const look = () => settleBySentFolder(services, engineOf(services), channelId, places, signal);
    await look();
    isDown = true;
    await look();
    isDown = false;
    await look();
    await look();
    expect(asked).toEqual(ids.map((id) => `<${id}@acme.test>`).reverse());
    await look();
    expect(asked.slice(45)).toEqual(asked.slice(0, 20));
    await server.services.db.write((tx) =>
      tx.delete(schema.handMessage).where(inArray(schema.handMessage.id, ids)),
    );
  });

  it('lets a person settle an answer whose fate is unknown, once, and only theirs', async () => {
    sandbox().fault({ on: 'smtp', effect: 'drop_after_data', times: 1 });
    const id = '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b6';
    await answer('Lost again?', id)();
    await work();
    expect(await actions()).toContainEqual(
      expect.objectContaining({ id: `answer:${id}`, href: expect.stringContaining('/inbox?thread=') }),
    );
    const settle = (cookie: string, wasSent: boolean) =>
      call(server, inboxRoutes.settleAnswer, { cookie }, { params: { answerId: id }, body: { wasSent } });
    const other = (await addMember(server, { id: workspaceId }, 'rep', 'other@acme.test')).cookie;
    expect((await settle(other, true)).status).toBe(404);
    expect((await settle(rep, false)).status).toBe(200);
    expect((await opened()).messages.find((one) => one.id === id)).toMatchObject({ state: 'failed' });
    expect(await settle(rep, true)).toMatchObject({ status: 409, body: { code: 'decided' } });
    expect(await actions()).not.toContainEqual(expect.objectContaining({ id: `answer:${id}` }));
    expect(await work()).toBe(false);
  });

  it('sends files along, and none that does not exist', async () => {
    const content = Buffer.from('Price list');
    const file = await asRep(attachmentRoutes.upload, {
      body: { name: 'prices.txt', type: 'text/plain', contentBase64: content.toString('base64') },
    });
    const [thread] = await listed();
    const send = (id: string, attachments: string[]) =>
      call(
        server,
        inboxRoutes.answer,
        { cookie: rep },
        { params: { threadId: thread?.id ?? '' }, body: { requestId: id, text: 'See here.', attachments } },
      );
    const lost = await send('0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b7', ['gone']);
    expect(lost).toMatchObject({ status: 422, body: { fields: [{ field: 'attachments' }] } });
    const sent = await send('0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b8', [idOf(file)]);
    expect(sent.body).toMatchObject({ attachments: [{ name: 'prices.txt', size: content.length }] });
    expect(await work()).toBe(true);
    const raw = sandbox().receivedByPeople().at(-1)?.raw ?? '';
    expect(raw).toMatch(/Content-Disposition: attachment; filename=prices\.txt/);
    expect(raw).toContain(content.toString('base64'));
  });

  it('suggests whose answer a stranger’s message may be, reads it only after a yes, and asks once', async () => {
    const subject = 'A plan for the third quarter';
    await underWay(subject);
    const letter = { to: ANNA, text: 'Tuesday is fine.' };
    const own = 'Boris <boris.home@elsewhere.test>';
    await sandbox().deliver({ ...letter, from: own, subject: `AW: ${subject}` });
    await sandbox().deliver({ ...letter, from: own, subject: `Re: ${subject} of somebody else` });
    await sandbox().deliver({ ...letter, from: 'Carla <carla@elsewhere.test>', subject: `Re: ${subject}` });
    await sync();
    const asked = async () => (await opened()).messages.filter(({ suggests }) => suggests === 'answer');
    const [first, ...others] = await asked();
    expect(others).toEqual([]);
    expect(first).toMatchObject({ kind: 'maybe_reply', text: '', subject: `AW: ${subject}` });
    await notUnderWay();
    const say = (isSo: boolean) =>
      call(
        server,
        inboxRoutes.settleSuggestion,
        { cookie: rep },
        { params: { messageId: first?.id ?? '' }, body: { suggests: 'answer', isSo } },
      );
    // While a sync is under way, which stores where it stands after the yes.
    await sandbox().deliver({ to: ANNA, from: 'shop@news.test', subject: 'Sale', text: 'Buy now.' });
    const { sync: read } = server.services.mailServers;
    const meanwhile: typeof read = (settings, cursor, ports, store, ended) =>
      read(
        settings,
        cursor,
        ports,
        async (batch) => {
          if ((await asked()).length > 0) expect((await say(true)).status).toBe(200);
          await store(batch);
        },
        ended,
      );
    const mailServers = { ...server.services.mailServers, sync: meanwhile };
    await syncMailbox({ ...server.services, mailServers }, engineOf(server.services), channelId, signal);
    expect((await opened()).messages).toContainEqual(
      expect.objectContaining({ kind: 'reply', text: '', subject: `AW: ${subject}` }),
    );
    await sync();
    expect(await asked()).toEqual([]);
    const { messages } = await opened();
    expect(messages.find(({ text }) => text === 'Tuesday is fine.')).toMatchObject({
      kind: 'reply',
      writer: expect.stringContaining('boris.home'),
    });
    // They are answered where they wrote from.
    const { answersTo } = await opened();
    expect(answersTo).toBe('boris.home@elsewhere.test');
    await answer('Tuesday, then.', '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b9')();
    const queued = await server.services.db.reader.select().from(schema.handMessage);
    expect(queued.find(({ text }) => text === 'Tuesday, then.')).toMatchObject({ to: answersTo });
    await server.services.db.write((tx) =>
      tx.delete(schema.handMessage).where(eq(schema.handMessage.text, 'Tuesday, then.')),
    );
    // A second click on the same question is no answer to another one.
    expect(await say(true)).toMatchObject({ status: 409, body: { code: 'decided' } });
  });

  it('takes no word that was given to the question before: reading the message put another in its place', async () => {
    const subject = 'A plan for the fourth quarter';
    await underWay(subject);
    const from = 'Boris <boris.elsewhere@elsewhere.test>';
    await sandbox().deliver({ to: ANNA, from, subject: `Re: ${subject}`, text: 'Please unsubscribe me.' });
    await sync();
    const asked = async () => (await opened()).messages.filter(({ suggests }) => suggests !== null);
    const [first, ...others] = await asked();
    expect(others).toEqual([]);
    const say = (suggests: 'answer' | 'unsubscribe', isSo: boolean) =>
      call(
        server,
        inboxRoutes.settleSuggestion,
        { cookie: rep },
        { params: { messageId: first?.id ?? '' }, body: { suggests, isSo } },
      );
    await notUnderWay();
    const other = {
      id: 'other',
      workspaceId,
      source: 'import',
      legalBasis: 'consent' as const,
      createdAt: 0,
      updatedAt: 0,
    };
    const address = {
      workspaceId,
      contactId: 'other',
      kind: 'email' as const,
      value: 'boris.elsewhere@elsewhere.test',
    };
    await server.services.db.write(async (tx) => {
      await tx.insert(schema.contact).values(other);
      await tx.insert(schema.contactIdentity).values(address);
    });
    expect(await say('answer', true)).toMatchObject({ status: 409, body: { code: 'address_taken' } });
    await server.services.db.write(async (tx) => {
      await tx.delete(schema.contactIdentity).where(eq(schema.contactIdentity.contactId, 'other'));
      await tx.delete(schema.contact).where(eq(schema.contact.id, 'other'));
    });
    expect((await say('answer', true)).status).toBe(200);
    await sync();
    expect(await asked()).toMatchObject([{ id: first?.id, suggests: 'unsubscribe' }]);
    for (const isSo of [true, false]) {
      expect(await say('answer', isSo)).toMatchObject({ status: 409, body: { code: 'other_question' } });
    }
    expect(await asked()).toHaveLength(1);
    expect((await opened()).noAnswer).toBeNull();
    expect((await say('unsubscribe', false)).status).toBe(200);
    expect(await asked()).toEqual([]);
  });

  it('answers at another address that is known, where the contact has none of its own', async () => {
    const setEmail = (email: string | null) =>
      server.services.db.write((tx) =>
        tx.update(schema.contact).set({ email }).where(eq(schema.contact.id, contactId)),
      );
    await setEmail(null);
    const { noAnswer, answersTo } = await opened();
    expect(noAnswer).toBeNull();
    expect(answersTo).toMatch(/@/);
    await setEmail(BORIS);
  });

  it('forgets a suggestion that was none', async () => {
    await underWay('Another plan');
    const from = 'Boris <namesake@elsewhere.test>';
    await sandbox().deliver({ to: ANNA, from, subject: 'Re: Another plan', text: 'Who are you?' });
    await sync();
    const asked = async () => (await opened()).messages.filter(({ kind }) => kind === 'maybe_reply');
    const [first] = await asked();
    await asRep(inboxRoutes.settleSuggestion, {
      params: { messageId: first?.id ?? '' },
      body: { suggests: 'answer', isSo: false },
    });
    await sandbox().resetUidValidity(ANNA);
    await sync();
    expect(await asked()).toEqual([]);
    await notUnderWay();
  });

  it('says beside the status which folders may not be read, as long as that is so', async () => {
    const reading = async (refused: { path: string; response: string }[]) => {
      const outcome = { resynced: [], read: 0, more: false, refused };
      const read: MailServers['sync'] = async () => ({ ok: true, value: outcome });
      const mailServers = { ...server.services.mailServers, sync: read };
      await syncMailbox({ ...server.services, mailServers }, engineOf(server.services), channelId, signal);
      const view = await asRep(senderRoutes.get, { params: { senderId } });
      return senderRoutes.get.response.parse(view).mailbox.imap;
    };
    expect(await reading([{ path: 'Shared/Info', response: 'Permission denied' }])).toEqual({
      status: 'active',
      response: expect.stringMatching(/missed.*"Shared\/Info": Permission denied/),
    });
    expect(await reading([])).toEqual({ status: 'active', response: null });
  });

  it('knows an email by its link also when its steps are archived', async () => {
    const { services } = server;
    const ids = { workspaceId, automationId: 'a', contactId, senderId, channelId };
    const token = createUnsubscribeToken(
      { workspaceId, contactId, taskId: 'archived-email', recipientHash: null },
      services.unsubscribeKey,
    );
    await services.db.write((tx) =>
      tx.insert(schema.taskArchive).values({
        ...{ ...ids, id: 'archived-email', enrollmentId: 'gone', cursorId: 'c', nodeId: 'n', priority: 1 },
        ...{ kind: 'send_email', notBefore: 1, state: 'done', createdAt: 1, finishedAt: 1 },
        messageId: '<archived@team.test>',
      }),
    );
    let found: Map<string, string> | undefined;
    const asking: MailServers['sync'] = async (_settings, _cursor, ports) => {
      found = await ports.ownByToken?.([token]);
      return { ok: true, value: { resynced: [], read: 0, more: false, refused: [] } };
    };
    const mailServers = { ...services.mailServers, sync: asking };
    await syncMailbox({ ...services, mailServers }, engineOf(services), channelId, signal);
    expect(found?.get(token)).toBe('<archived@team.test>');
  });

  it('answers nobody who opted out', async () => {
    await asRep(stoplistRoutes.add, { body: { value: BORIS, reason: 'asked' } });
    const refused = await answer('But …', '0190a1b2-7c3d-7e4f-8a5b-6c7d8e9fa0b5')();
    expect(refused).toMatchObject({ status: 409, body: { code: 'cannot_answer' } });
  });
});
