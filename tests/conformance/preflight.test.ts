import { and, eq, inArray } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Graph } from '#shared/automation/graph.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, importRoutes } from '#shared/contract/contact.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import { csv } from './fixture.ts';
import { call, setUp, startTestServer, type TestServer } from './support.ts';

/** A Monday, 08:00 in Berlin. */
const NOW = Date.UTC(2026, 9, 5, 6);
const PEOPLE = 120;

let server: TestServer;
let caller: { cookie: string };
let listId: string;
let senderIds: string[];

beforeAll(async () => {
  server = await startTestServer({ schedule: { now: () => NOW } });
  const { cookie, workspaceId } = await setUp(server);
  caller = { cookie };
  senderIds = [await addSender('Olga'), await addSender('Rob')];
  const rows = Array.from({ length: PEOPLE }, (_, at) => {
    const number = String(at).padStart(3, '0');
    return `P${number},Berg,p${number}@example.org,https://www.linkedin.com/in/p-${number}/`;
  });
  const content = csv(`First name,Last name,Email,LinkedIn URL\n${rows.join('\n')}\n`);
  const upload = await call(server, importRoutes.upload, caller, {
    body: { fileName: 'a.csv', contentBase64: content },
  });
  const { id: importId } = importRoutes.upload.response.parse(upload.body);
  const mapping = ['firstName', 'lastName', 'email', 'linkedinUrl'];
  await call(server, importRoutes.run, caller, {
    params: { importId },
    body: { mapping, listName: 'Leads', legalBasis: 'legitimate_interest' },
  });
  const lists = await call(server, contactRoutes.lists, caller);
  listId = contactRoutes.lists.response.parse(lists.body).items[0]?.id ?? '';
  // Old accounts: no ramp stands between them and their caps. What they read is known.
  await server.services.db.write(async (tx) => {
    await tx.update(schema.channel).set({ firstUsedAt: NOW - 90 * DAY });
    await tx.update(schema.contact).set({ enrichedAt: NOW - DAY });
  });
  expect(workspaceId).not.toBe('');
});
afterAll(() => server.close());

async function addSender(name: string): Promise<string> {
  const answer = await call(server, senderRoutes.create, caller, { body: { name, zone: 'Europe/Berlin' } });
  return senderRoutes.create.response.parse(answer.body).id;
}

interface Step {
  id: string;
  type: string;
  config: Record<string, unknown>;
}

/** Segment, senders, these steps in a row, End; `edges` come beside the row. */
function rowOf(
  steps: Step[],
  senders: string[],
  edges: { source: string; exit: string; target: string }[] = [],
) {
  const position = { x: 0, y: 0 };
  const nodes = [
    { id: 's', type: 'segment', config: { listIds: [listId] } },
    { id: 'p', type: 'sender_profile', config: { senders: senders.map((senderId) => ({ senderId })) } },
    ...steps,
    { id: 'e', type: 'end', config: { outcome: 'neutral' } },
  ].map((node) => ({ ...node, position }));
  const exitOf = (type: string) =>
    type === 'wait_until' ? 'happened' : type === 'condition' ? 'yes' : 'next';
  const row = nodes.slice(0, -1).map((node, at) => ({
    source: node.id,
    exit: exitOf(node.type),
    target: nodes[at + 1]?.id ?? 'e',
  }));
  return { nodes, edges: [...row, ...edges].map((edge, at) => ({ id: `e${at}`, ...edge })) };
}

async function preflight(graph: unknown) {
  const created = await call(server, automationRoutes.create, caller, { body: { name: 'A' } });
  const { id: automationId } = automationRoutes.create.response.parse(created.body);
  const params = { automationId };
  const saved = await call(server, automationRoutes.saveDraft, caller, {
    params,
    body: { name: 'A', graph },
  });
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
  const answer = await call(server, automationRoutes.preflight, caller, { params });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return automationRoutes.preflight.response.parse(answer.body);
}

const connect = (note: string | null = null, whenNoNote: string | null = null): Step => ({
  id: 'c',
  type: 'connect',
  config: { note, whenNoNote },
});
const message: Step = { id: 'm', type: 'message', config: { text: 'Hello' } };

test('the forecast names the last invite per sender and what one more sender would change', async () => {
  const { forecast } = await preflight(rowOf([connect()], senderIds));
  expect(forecast).toMatchObject({ contacts: PEOPLE, oneMore: { like: expect.any(String) } });
  expect(forecast?.senders.map(({ name, contacts }) => [name, contacts])).toEqual([
    ['Olga', 60],
    ['Rob', 60],
  ]);
  const [all, more] = [forecast?.kinds[0], forecast?.oneMore?.kinds[0]];
  expect(all).toMatchObject({ kind: 'connect', count: PEOPLE, last: { certainty: 'run' } });
  // 20 in rolling 24 hours: sixty each take three or four days, forty each a day less.
  const daysTo = (at = 0) => Math.floor((at - NOW) / DAY);
  expect([2, 3]).toContain(daysTo(all?.last.at));
  expect([1, 2]).toContain(daysTo(more?.last.at));
  expect(more?.last.at).toBeLessThan(all?.last.at ?? 0);
});

test('the forecast counts what the week has used and what others have in the queue', async () => {
  const plain = await preflight(rowOf([connect()], senderIds));
  const channels = await server.services.db.reader.select().from(schema.channel);
  const own = channels.find(({ senderId, kind }) => senderId === senderIds[1] && kind === 'linkedin');
  await server.services.db.write(async (tx) => {
    for (let n = 0; n < 70; n++) {
      await tx.insert(schema.usage).values({
        account: `linkedin:${own?.id}`,
        kind: 'invite',
        at: NOW - 4 * DAY + n * 60_000,
        taskId: `t${n}`,
      });
    }
  });
  const { forecast } = await preflight(rowOf([connect()], senderIds));
  const lastOf = (result: typeof forecast, name: string) =>
    result?.senders.find((sender) => sender.name === name)?.kinds[0]?.last.at ?? 0;
  expect(lastOf(forecast, 'Olga')).toBe(lastOf(plain.forecast, 'Olga'));
  expect(lastOf(forecast, 'Rob')).toBeGreaterThan(lastOf(plain.forecast, 'Rob') + DAY);
  await server.services.db.write(async (tx) => {
    await tx.delete(schema.usage);
  });
});

test('preflight and forecast count whom the segment admits: tags, filter and connections too', async () => {
  const { reader, write } = server.services.db;
  const people = await reader.select().from(schema.contact).orderBy(schema.contact.id).limit(6);
  const ids = people.map(({ id }) => id);
  const workspaceId = people[0]?.workspaceId ?? '';
  await write(async (tx) => {
    await tx
      .insert(schema.contactTag)
      .values(ids.map((contactId) => ({ tagId: 't1', contactId, workspaceId, addedAt: NOW })));
    await tx
      .update(schema.contact)
      .set({ title: 'Head of Sales' })
      .where(inArray(schema.contact.id, ids.slice(0, 4)));
    const pair = { senderId: senderIds[0] ?? '', workspaceId, status: 'connected' as const, since: NOW };
    await tx.insert(schema.relation).values(ids.slice(0, 2).map((contactId) => ({ ...pair, contactId })));
    await tx.insert(schema.tag).values({ id: 't1', workspaceId, name: 'Hot', createdAt: NOW });
  });
  const counted = async (config: Record<string, unknown>) => {
    const graph = rowOf([connect()], senderIds);
    const nodes = graph.nodes.map((node) => (node.id === 's' ? { ...node, config } : node));
    const { contacts, forecast } = await preflight({ ...graph, nodes });
    return [contacts, forecast?.contacts];
  };
  const tagged = { listIds: [], tagIds: ['t1'] };
  expect(await counted(tagged)).toEqual([6, 6]);
  expect(await counted({ ...tagged, filter: { titleContains: 'SALES' } })).toEqual([4, 4]);
  expect(await counted({ ...tagged, existingConnections: true })).toEqual([2, 2]);
  expect(await counted({ ...tagged, listIds: [listId] })).toEqual([PEOPLE, PEOPLE]);
  await write((tx) => tx.delete(schema.relation));
});

test('a graph with problems has no forecast', async () => {
  const { forecast, canStart } = await preflight(rowOf([connect()], []));
  expect({ forecast, canStart }).toEqual({ forecast: null, canStart: false });
});

test('everybody goes the longest way: waits in full, the busier exit, emails for those with an address', async () => {
  const wait: Step = { id: 'w', type: 'wait_until', config: { event: 'accepted', timeoutMs: 5 * DAY } };
  const graph = rowOf([connect(), wait, message], senderIds, [{ source: 'w', exit: 'timeout', target: 'e' }]);
  const { forecast } = await preflight(graph);
  const at = (kind: string) => forecast?.kinds.find((each) => each.kind === kind)?.last.at ?? 0;
  expect(forecast?.kinds.map(({ kind, count }) => [kind, count])).toEqual([
    ['connect', PEOPLE],
    ['message', PEOPLE],
  ]);
  expect(at('message')).toBeGreaterThan(at('connect') + 5 * DAY);
});

type Result = Awaited<ReturnType<typeof preflight>>;
const found = (result: Result, code: string) => result.findings.filter((each) => each.code === code);

test('a message without a connection before it is told with who is not connected', async () => {
  const [early] = found(await preflight(rowOf([connect(), message], senderIds)), 'message_before_connection');
  expect(early).toMatchObject({ severity: 'warning', nodeId: 'm', count: PEOPLE });
  expect(early?.examples).toHaveLength(5);
  const wait: Step = { id: 'w', type: 'wait_until', config: { event: 'accepted', timeoutMs: DAY } };
  const toEnd = [{ source: 'w', exit: 'timeout', target: 'e' }];
  const waited = await preflight(rowOf([connect(), wait, message], senderIds, toEnd));
  expect(found(waited, 'message_before_connection')).toEqual([]);
  const toMessage = [{ source: 'w', exit: 'timeout', target: 'm' }];
  const anyway = await preflight(rowOf([connect(), wait, message], senderIds, toMessage));
  expect(found(anyway, 'message_before_connection')).toMatchObject([{ nodeId: 'm', count: null }]);
});

test('those who are connected already need no invite before a message', async () => {
  const { db } = server.services;
  const [person] = await db.reader.select().from(schema.contact).limit(1);
  const relation = {
    contactId: person?.id ?? '',
    senderId: senderIds[0] ?? '',
    workspaceId: person?.workspaceId ?? '',
  };
  await db.write(async (tx) => {
    await tx
      .insert(schema.relation)
      .values({ ...relation, status: 'connected', since: 1, lastInteractionAt: 5 });
  });
  const result = await preflight(rowOf([message], senderIds));
  expect(found(result, 'message_before_connection')).toMatchObject([{ count: PEOPLE - 1 }]);
  // Who was contacted by one of them goes there, and the rest is handed out evenly.
  expect(result.forecast?.senders.map(({ contacts }) => contacts)).toEqual([61, 59]);
});

test('after Change sender a connection with the one before says nothing', async () => {
  const wait: Step = { id: 'w', type: 'wait_until', config: { event: 'accepted', timeoutMs: DAY } };
  const toEnd = [{ source: 'w', exit: 'timeout', target: 'e' }];
  const [olga, rob] = senderIds;
  const change: Step = {
    id: 'x',
    type: 'change_sender',
    config: { senders: [{ senderId: rob, weight: 1 }] },
  };
  const result = await preflight(rowOf([connect(), wait, change, message], [olga ?? ''], toEnd));
  expect(found(result, 'message_before_connection')).toMatchObject([
    { nodeId: 'm', count: PEOPLE, message: expect.stringContaining('the sender profile it then has') },
  ]);
});

test('a step after which nothing is done is an empty branch; different ends are a result', async () => {
  const delay: Step = { id: 'd', type: 'delay', config: { durationMs: DAY } };
  expect(found(await preflight(rowOf([connect(), delay], senderIds)), 'empty_branch')).toMatchObject([
    { severity: 'warning', nodeId: 'd' },
  ]);
  const wait: Step = { id: 'w', type: 'wait_until', config: { event: 'accepted', timeoutMs: DAY } };
  const graph = rowOf([connect(), wait], senderIds, [{ source: 'w', exit: 'timeout', target: 'lost' }]);
  const lost = { id: 'lost', type: 'end', position: { x: 0, y: 0 }, config: { outcome: 'negative' } };
  const result = await preflight({ ...graph, nodes: [...graph.nodes, lost] });
  expect(found(result, 'empty_branch')).toEqual([]);
});

test('a reply that no email comes before needs a subject', async () => {
  const email = (id: string, thread: string, subject: string): Step => ({
    ...{ id, type: 'send_email' },
    config: { subject, text: 'Hello', thread, attachments: [] },
  });
  const found = async (steps: Step[]) => {
    const { findings } = await preflight(rowOf(steps, senderIds));
    return findings
      .filter(({ code }) => code === 'missing_subject')
      .map(({ nodeId, severity }) => [nodeId, severity]);
  };
  expect(await found([email('r', 'reply', '')])).toEqual([['r', 'error']]);
  expect(await found([email('r', 'reply', 'A question')])).toEqual([]);
  expect(await found([email('n', 'new', 'A question'), email('r', 'reply', '')])).toEqual([]);
});

test('the postal address stays as long as an automation sends emails', async () => {
  const { db } = server.services;
  const config = { subject: 'A question', text: 'Hello', thread: 'new', attachments: [] };
  const graph = rowOf([{ id: 'm', type: 'send_email', config }], senderIds);
  const created = await call(server, automationRoutes.create, caller, { body: { name: 'Emails' } });
  const { id } = automationRoutes.create.response.parse(created.body);
  const setTo = async (status: 'running' | 'archived') => {
    await db.write((tx) =>
      tx.update(schema.automation).set({ status, versionId: 'v' }).where(eq(schema.automation.id, id)),
    );
    return await call(server, workspaceRoutes.update, caller, { body: { postalAddress: ' ' } });
  };
  const [stored] = await db.reader.select().from(schema.automation);
  const workspaceId = stored?.workspaceId ?? '';
  await db.write((tx) =>
    tx.insert(schema.automationVersion).values({
      ...{ id: 'v', workspaceId, automationId: id, number: 1, graph: graph as unknown as Graph },
      ...{ createdAt: NOW, createdBy: 'test' },
    }),
  );
  expect(await setTo('running')).toMatchObject({
    status: 422,
    body: { code: 'postal_address_needed', fields: [{ field: 'postalAddress' }] },
  });
  expect((await setTo('archived')).status).toBe(200);
  const back = { postalAddress: 'Acme, 1 Road, Town' };
  expect((await call(server, workspaceRoutes.update, caller, { body: back })).status).toBe(200);
});

test('a sender profile says the first thing it lacks: browser, consent, session', async () => {
  const graph = rowOf([connect()], senderIds.slice(0, 1));
  const lacks = async () =>
    (await preflight(graph)).findings
      .map(({ code }) => code)
      .filter((code) => ['no_device', 'no_consent', 'sender_inactive'].includes(code));
  expect(await lacks()).toEqual(['no_device']);
  const { db, newId } = server.services;
  const [row] = await db.reader.select().from(schema.sender).limit(1);
  await db.write(async (tx) => {
    await tx.insert(schema.device).values({
      id: newId(),
      workspaceId: row?.workspaceId ?? '',
      senderId: senderIds[0] ?? '',
      name: 'Chrome',
      tokenHash: 'h',
      pairedBy: 'x',
      pairedAt: 1,
    });
  });
  expect(await lacks()).toEqual(['no_consent']);
  await db.write(async (tx) => {
    await tx.update(schema.sender).set({ consentVersion: CONSENT_VERSION, consentAt: 1 });
  });
  expect(await lacks()).toEqual(['sender_inactive']);
});

test('a Basic account: its note quota, and notes longer than it may send', async () => {
  const note = `Hi {{ firstName }}, ${'a'.repeat(220)}`;
  const graph = rowOf([connect(note, 'skip')], senderIds);
  const unknown = await preflight(graph);
  expect([...found(unknown, 'note_quota'), ...found(unknown, 'note_too_long_basic')]).toEqual([]);
  await server.services.db.write(async (tx) => {
    const channels = await tx.select().from(schema.channel);
    const own = channels.find(({ senderId, kind }) => senderId === senderIds[0] && kind === 'linkedin');
    await tx
      .update(schema.channel)
      .set({ address: '111' })
      .where(eq(schema.channel.id, own?.id ?? ''));
  });
  const basic = await preflight(graph);
  expect(found(basic, 'note_quota')).toMatchObject([
    { nodeId: 'c', count: 55, message: expect.stringContaining('Olga has a Basic account') },
  ]);
  expect(found(basic, 'note_too_long_basic')).toMatchObject([{ severity: 'warning', count: PEOPLE }]);
  // LinkedIn's own counter overrules ours, as long as it is fresh.
  const told = async (at: number) => {
    const quotas = { notes: { left: 2, at }, inmailCredits: null };
    await server.services.db.write((tx) =>
      tx.update(schema.channel).set({ quotas }).where(eq(schema.channel.address, '111')),
    );
    return found(await preflight(graph), 'note_quota');
  };
  expect(await told(NOW)).toMatchObject([
    { count: 58, message: expect.stringContaining('By LinkedIn’s own counter are left: 2 for Olga.') },
  ]);
  expect(await told(NOW - DAY)).toMatchObject([{ count: 55 }]);
  // The forecast too: many left while LinkedIn's word counts, none beyond the plan's own count after it.
  const lastOf = async () =>
    (await preflight(rowOf([connect('Hi', 'wait')], senderIds))).forecast?.senders.find(
      ({ name }) => name === 'Olga',
    )?.kinds[0]?.last.at ?? 0;
  const byPlan = await lastOf();
  const quotas = { notes: { left: 1000, at: NOW }, inmailCredits: null };
  await server.services.db.write((tx) =>
    tx.update(schema.channel).set({ quotas }).where(eq(schema.channel.address, '111')),
  );
  expect(await lastOf()).toBeLessThan(byPlan - 20 * DAY);
});

test('InMails that may cost a credit, against what LinkedIn said is left', async () => {
  const inmail = (policy: string): Step => ({
    id: 'i',
    type: 'inmail',
    config: { subject: 'Hi', text: 'Hello', policy },
  });
  const credits = async (policy: string) =>
    found(await preflight(rowOf([inmail(policy)], senderIds)), 'no_inmail_credits');
  const tell = (senderId: string | undefined, change: Partial<typeof schema.channel.$inferInsert>) =>
    server.services.db.write((tx) =>
      tx
        .update(schema.channel)
        .set(change)
        .where(and(eq(schema.channel.senderId, senderId ?? ''), eq(schema.channel.kind, 'linkedin'))),
    );
  const quotas = (left: number) => ({ notes: null, inmailCredits: { left, at: 1 } });
  await tell(senderIds[0], { address: '111', premium: true });
  expect(await credits('spend_credit')).toEqual([]);
  await tell(senderIds[0], { quotas: quotas(3) });
  await tell(senderIds[1], { quotas: quotas(500) });
  expect(await credits('spend_credit')).toMatchObject([
    {
      severity: 'warning',
      nodeId: 'i',
      count: expect.any(Number),
      message: expect.stringContaining('Olga has 3 InMail credits left:'),
    },
  ]);
  expect(await credits('open_profile')).toEqual([]);
  await tell(senderIds[0], { quotas: null, premium: false });
  expect(await credits('spend_credit')).toMatchObject([
    { message: expect.stringContaining('Olga has no InMail credits left') },
  ]);
});

test('contacts under way elsewhere are told with the automation, the sender and the first names', async () => {
  const created = await call(server, automationRoutes.create, caller, { body: { name: 'Spring' } });
  const { id: automationId } = automationRoutes.create.response.parse(created.body);
  const params = { automationId };
  const visit: Step = { id: 'v', type: 'visit', config: {} };
  const body = { name: 'Spring', graph: rowOf([visit], senderIds) };
  await call(server, automationRoutes.saveDraft, caller, { params, body });
  const started = await call(server, automationRoutes.start, caller, { params });
  expect(started.status, JSON.stringify(started.body)).toBe(200);
  await server.services.db.write(async (tx) => {
    const rows = await tx.select().from(schema.enrollment).limit(7);
    for (const { id } of rows) {
      await tx
        .update(schema.enrollment)
        .set({ live: 1, status: 'in_progress', senderId: senderIds[1] ?? '' })
        .where(eq(schema.enrollment.id, id));
    }
  });
  const [overlap] = found(await preflight(rowOf([connect()], senderIds)), 'overlap');
  expect(overlap).toMatchObject({
    severity: 'warning',
    count: 7,
    message: '7 contacts are under way in "Spring" by Rob: here they wait until that has ended.',
  });
  expect(overlap?.examples).toHaveLength(5);
});
