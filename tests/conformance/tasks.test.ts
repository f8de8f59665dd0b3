import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { deviceTaskRoutes, type TaskGroup, taskCounts, taskItem, taskRoutes } from '#shared/contract/task.ts';
import { hashOfToken } from '../../companion-server/auth/deviceToken.ts';
import { schema } from '../../companion-server/db/index.ts';
import { setHold, textHash } from '../../companion-server/engine/index.ts';
import { unitOf } from '../../companion-server/services/engineOf.ts';
import { addTask, makeWorld, visitGraph, type World, writtenPayload } from './fixture.ts';
import { call, problemOf, startTestServer, type TestServer } from './support.ts';

/** What waits for people: lists, counts and decisions, over HTTP. */

let server: TestServer;
let world: World;
let owned: Parameters<typeof addTask>[1];
const asOwner = () => ({ cookie: world.owner });

beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
  const { automationId, enrollmentId, contactId, senderId } = world.ids;
  owned = { workspaceId: world.workspaceId, automationId, enrollmentId, contactId, senderId };
});
afterAll(() => server.close());

async function list(group: TaskGroup, cookie = world.owner) {
  const { body } = await call(server, taskRoutes.list, { cookie }, { query: { group } });
  const items = taskRoutes.list.response.parse(body).items;
  return items.map((item) => taskItem.parse(item));
}

const taskRow = async (id: string) =>
  (await server.services.db.reader.select().from(schema.task).where(eq(schema.task.id, id)))[0];

test('a manager counts what waits for anybody, a rep what waits for their own profiles', async () => {
  const counts = async (cookie: string) =>
    taskCounts.parse((await call(server, taskRoutes.counts, { cookie })).body);
  expect(await counts(world.owner)).toEqual({
    manual: 1,
    approval: 1,
    unknown: 1,
    missing_data: 0,
    confirm: 0,
    reply: 0,
  });
  expect(Object.values(await counts(world.rep))).toEqual([0, 0, 0, 0, 0, 0]);
  expect(await list('approval', world.rep)).toEqual([]);
});

test('every step that is not over says what it waits for, who must act, and when it goes', async () => {
  const { enrollmentId, approvalId, taskId } = world.ids;
  const { db } = server.services;
  const notBefore = Date.UTC(2100, 0, 4, 12);
  const planned = await addTask(server, owned, {
    nodeId: 'later',
    kind: 'message',
    state: 'scheduled',
    notBefore,
  });
  const { body } = await call(server, taskRoutes.ofEnrollment, asOwner(), { params: { enrollmentId } });
  const { items } = taskRoutes.ofEnrollment.response.parse(body);
  const of = (id: string) => items.find((each) => each.id === id);
  expect(of(taskId)).toMatchObject({ state: 'unknown', whoMustAct: 'rep', waitsFor: 'settling' });
  expect(of(approvalId)).toMatchObject({
    state: 'waiting_approval',
    waitsFor: 'an approval',
    expectedAt: null,
  });
  expect(of(planned)).toMatchObject({ state: 'scheduled', waitsFor: expect.any(String) });
  expect(await list('approval')).toMatchObject([{ waitsFor: 'an approval', expectedAt: null, limit: null }]);
  await db.write((tx) => tx.delete(schema.task).where(eq(schema.task.id, planned)));
});

describe('an edited text', () => {
  const approve = (edited: { text: string; subject: string | null }) =>
    call(server, taskRoutes.approve, asOwner(), {
      params: { taskId: world.ids.approvalId },
      body: { textHash: textHash(writtenPayload), edited },
    });

  test.each([
    ['unresolved_variable', { text: 'Hi {{ firstName }}', subject: null }],
    ['unresolved_variable', { text: 'Hi {% if a %}', subject: null }],
    ['no_such_part', { text: 'Hi', subject: 'A message has none' }],
  ])('is refused: %s', async (code, edited) => {
    const answer = await approve(edited);
    expect(answer.status).toBe(422);
    expect(problemOf(answer).code).toBe(code);
  });

  test('is refused beyond the characters of its kind', async () => {
    const payload = { ...writtenPayload, text: 'Note' };
    const step = { nodeId: 'c', kind: 'connect', state: 'waiting_approval', payload } as const;
    const taskId = await addTask(server, owned, step);
    const answer = await call(server, taskRoutes.approve, asOwner(), {
      params: { taskId },
      body: { textHash: textHash(payload), edited: { text: 'x'.repeat(201), subject: null } },
    });
    expect(problemOf(answer)).toMatchObject({ code: 'too_long', fields: [{ field: 'edited.text' }] });
  });

  test('is bound as it stands', async () => {
    expect((await approve({ text: 'By hand', subject: null })).status).toBe(200);
    expect(await taskRow(world.ids.approvalId)).toMatchObject({
      state: 'ready',
      approval: { text: 'By hand', subject: null, basis: textHash(writtenPayload) },
    });
  });
});

test('missing data names the field, is filled in on the spot, and the step goes on', async () => {
  const { db } = server.services;
  const { enrollmentId, contactId, automationId } = world.ids;
  await writeTo(automationId);
  const detail = '"title" has no value';
  const blockedOn = `enrollment:${enrollmentId}`;
  const waits = { state: 'scheduled', reason: 'missing_data', blockedOn, detail } as const;
  const taskId = await addTask(server, owned, { nodeId: 'write', kind: 'message', ...waits });
  const scope = { workspaceId: world.workspaceId, scope: 'enrollment', scopeId: enrollmentId } as const;
  await db.write((tx) =>
    setHold(unitOf(server.services, tx), { ...scope, reason: 'missing_data', by: 'system' }),
  );
  expect(await list('missing_data')).toMatchObject([
    { id: taskId, fields: [{ field: 'title', label: 'Title', fillable: true }], problem: null },
  ]);
  const params = { taskId };
  const wrong = await call(server, taskRoutes.fillIn, asOwner(), {
    params,
    body: { values: { email: 'x' } },
  });
  expect(problemOf(wrong).code).toBe('not_missing');
  const body = { values: { title: 'Head of Sales' } };
  expect((await call(server, taskRoutes.fillIn, asOwner(), { params, body })).status).toBe(200);
  expect(await taskRow(taskId)).toMatchObject({ state: 'scheduled', blockedOn: null, reason: null });
  const people = await db.reader.select().from(schema.contact).where(eq(schema.contact.id, contactId));
  expect(people[0]?.title).toBe('Head of Sales');
  expect(await list('missing_data')).toEqual([]);
});

/** The contact stands in a version that has a step which writes to their title. */
async function writeTo(automationId: string): Promise<void> {
  const { db, newId } = server.services;
  const graph = visitGraph('list', world.ids.senderId);
  const write = {
    id: 'write',
    type: 'message',
    position: { x: 0, y: 0 },
    config: { text: 'Hi {{ title }}' },
  };
  const { shape } = automationRoutes.saveDraft.body;
  const parsed = shape.graph.parse({ ...graph, nodes: [...graph.nodes, write] });
  const versionId = newId();
  await db.write(async (tx) => {
    await tx.insert(schema.automationVersion).values({
      id: versionId,
      workspaceId: world.workspaceId,
      automationId,
      number: 2,
      graph: parsed,
      createdBy: 'test',
      createdAt: 1,
    });
    await tx
      .update(schema.enrollment)
      .set({ versionId })
      .where(eq(schema.enrollment.id, world.ids.enrollmentId));
  });
}

test('a contact to confirm names both people; another reason refuses the decision', async () => {
  const { db } = server.services;
  const { enrollmentId } = world.ids;
  const shown = { profileId: 'ACoAAother', memberId: null, name: 'Ann Other', company: 'Elsewhere' };
  await addTask(server, owned, { nodeId: 'shown', kind: 'visit', state: 'canceled', finishedAt: 1, shown });
  const pause = (reason: string) =>
    db.write((tx) =>
      tx
        .update(schema.enrollment)
        .set({ status: 'paused', reason })
        .where(eq(schema.enrollment.id, enrollmentId)),
    );
  const decide = (isThem: boolean) =>
    call(server, taskRoutes.confirm, asOwner(), { params: { enrollmentId }, body: { isThem } });
  await pause('replied');
  const { senderId, threadId } = world.ids;
  const replied = { id: enrollmentId, reason: 'replied' };
  expect(await list('reply')).toMatchObject([{ ...replied, message: { text: 'Stop.' }, threadId }]);
  // Whose inbox they wrote to decides who reads it, whoever the automation writes as.
  const mine = eq(schema.sender.id, senderId);
  const [profile] = await db.reader.select().from(schema.sender).where(mine);
  const give = (ownerUserId: string) =>
    db.write((tx) => tx.update(schema.sender).set({ ownerUserId }).where(mine));
  await give('somebody-else');
  expect(await list('reply')).toMatchObject([{ ...replied, message: null, threadId: null }]);
  await give(profile?.ownerUserId ?? '');
  expect((await decide(true)).status).toBe(409);
  await pause('wrong_person');
  expect(await list('confirm')).toMatchObject([
    { contactName: 'Anna Berg', shown: { name: 'Ann Other', company: 'Elsewhere' } },
  ]);
  expect((await decide(false)).status).toBe(200);
  expect(await list('confirm')).toEqual([]);
});

const secret = 'a-token-of-enough-characters';

test('a browser sees and decides what its own sender profile writes', async () => {
  const { db } = server.services;
  await db.write((tx) =>
    tx
      .update(schema.device)
      .set({ tokenHash: hashOfToken(secret) })
      .where(eq(schema.device.id, world.ids.deviceId)),
  );
  const payload = { ...writtenPayload, text: 'From the panel' };
  const step = { nodeId: 'p', kind: 'message', state: 'waiting_approval', payload } as const;
  const taskId = await addTask(server, owned, step);
  const token = { token: secret };
  const { body } = await call(server, deviceTaskRoutes.approvals, token);
  const { items } = deviceTaskRoutes.approvals.response.parse(body);
  expect(items.find(({ id }) => id === taskId)).toMatchObject({ text: 'From the panel', maxText: 8000 });
  const other = { senderId: server.services.newId() };
  const foreign = await addTask(server, { ...owned, ...other }, { ...step, nodeId: 'q' });
  expect((await call(server, deviceTaskRoutes.skip, token, { params: { taskId: foreign } })).status).toBe(
    404,
  );
  const approved = await call(server, deviceTaskRoutes.approve, token, {
    params: { taskId },
    body: { textHash: textHash(payload) },
  });
  expect(approved.status).toBe(200);
  expect((await taskRow(taskId))?.approval?.text).toBe('From the panel');
});
