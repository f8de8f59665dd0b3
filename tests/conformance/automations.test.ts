import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, importRoutes } from '#shared/contract/contact.ts';
import { deviceRoutes } from '#shared/contract/device.ts';
import { changeEvent, workspaceRoutes } from '#shared/contract/workspace.ts';
import { newDeviceToken } from '../../companion-server/auth/deviceToken.ts';
import { schema } from '../../companion-server/db/index.ts';
import { liftHold, setHold, type Unit, unitIn } from '../../companion-server/engine/index.ts';
import { csv, makeWorld, visitGraph, type World } from './fixture.ts';
import { call, ORIGIN, problemOf, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
let caller: { cookie: string };
let listId: string;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
  caller = { cookie: world.owner };
  const lists = await call(server, contactRoutes.lists, caller);
  listId = contactRoutes.lists.response.parse(lists.body).items[0]?.id ?? '';
});
afterAll(() => server.close());

async function draft(graph: unknown): Promise<string> {
  const created = await call(server, automationRoutes.create, caller, { body: { name: 'A' } });
  const { id } = automationRoutes.create.response.parse(created.body);
  const saved = await call(server, automationRoutes.saveDraft, caller, {
    params: { automationId: id },
    body: { name: 'A', graph },
  });
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
  return id;
}

async function preflight(automationId: string) {
  const answer = await call(server, automationRoutes.preflight, caller, { params: { automationId } });
  return automationRoutes.preflight.response.parse(answer.body);
}

const detail = async (automationId: string) =>
  automationRoutes.get.response.parse(
    (await call(server, automationRoutes.get, caller, { params: { automationId } })).body,
  );

test('preflight names a missing public address, a missing value with its contact, and an unconnected mailbox', async () => {
  const graph = visitGraph(listId, world.ids.senderId);
  const config = { subject: 'Hi', text: 'About {{ company }}', thread: 'new' };
  const nodes = graph.nodes.map((node) => (node.id === 'v' ? { ...node, type: 'send_email', config } : node));
  const { findings, canStart, contacts } = await preflight(await draft({ ...graph, nodes }));
  expect(canStart).toBe(false);
  expect(contacts).toBe(1);
  expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', code: 'public_url' }));
  expect(findings).toContainEqual(
    expect.objectContaining({ code: 'missing_variable', nodeId: 'v', count: 1, examples: ['Anna Berg'] }),
  );
  expect(findings).toContainEqual(expect.objectContaining({ severity: 'warning', code: 'sender_inactive' }));
});

test('lists and senders of another workspace count as not there', async () => {
  const { findings } = await preflight(await draft(visitGraph('other', 'other')));
  expect(findings.map(({ code }) => code)).toEqual(
    expect.arrayContaining(['unknown_list', 'unknown_sender']),
  );
});

test('a start that preflight refuses names the node', async () => {
  const automationId = await draft(visitGraph(listId, 'other'));
  const answer = problemOf(await call(server, automationRoutes.start, caller, { params: { automationId } }));
  expect(answer).toMatchObject({ status: 422, code: 'preflight_failed', fields: [{ field: 'p' }] });
});

test('a clone of a started automation is a draft; an archived one is not edited any more', async () => {
  const { automationId } = world.ids;
  const answer = await call(server, automationRoutes.clone, caller, { params: { automationId } });
  expect(answer.body).toMatchObject({ status: 'draft', name: 'Running (copy)', versionNumber: null });
  const clone = { automationId: automationRoutes.clone.response.parse(answer.body).id };
  await call(server, automationRoutes.archive, caller, { params: clone });
  const graph = visitGraph(listId, world.ids.senderId);
  const saved = await call(server, automationRoutes.saveDraft, caller, {
    params: clone,
    body: { name: 'x', graph },
  });
  for (const refused of [
    saved,
    await call(server, automationRoutes.start, caller, { params: clone }),
    await call(server, automationRoutes.pause, caller, { params: clone }),
  ]) {
    const action = 'Clone it, and use the copy.';
    expect(problemOf(refused)).toMatchObject({ status: 409, code: 'archived', action });
  }
});

test('a start needs a contact that can enter', async () => {
  const added = await call(server, importRoutes.upload, caller, {
    body: { fileName: 'x.csv', contentBase64: csv('Email\nblocked@corp.test\n') },
  });
  const { id: importId } = importRoutes.upload.response.parse(added.body);
  const run = { mapping: ['email'], listName: 'Blocked only', legalBasis: 'legitimate_interest' };
  await call(server, importRoutes.run, caller, { params: { importId }, body: run });
  const lists = contactRoutes.lists.response.parse((await call(server, contactRoutes.lists, caller)).body);
  const blocked = lists.items.find(({ name }) => name === 'Blocked only')?.id ?? '';
  const { canStart, findings } = await preflight(await draft(visitGraph(blocked, world.ids.senderId)));
  expect(canStart).toBe(false);
  expect(findings).toContainEqual(expect.objectContaining({ severity: 'error', code: 'no_contacts' }));
});

test('Finished: everybody has ended and nothing lets anybody in; tried again it runs', async () => {
  const graph = visitGraph(listId, world.ids.senderId);
  const [segment] = graph.nodes;
  const closed = { ...segment, config: { listIds: [listId], keepFeeding: false } };
  const setCounts = (automationId: string, status: 'finished' | 'in_progress') =>
    server.services.db.write(async (tx) => {
      const own = eq(schema.enrollmentCount.automationId, automationId);
      await tx.delete(schema.enrollmentCount).where(own);
      await tx.insert(schema.enrollmentCount).values({ automationId, status, n: 1 });
    });
  const started = async (nodes: unknown[]) => {
    const automationId = await draft({ ...graph, nodes });
    const answer = await call(server, automationRoutes.start, caller, { params: { automationId } });
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return automationId;
  };
  const ending = await started([closed, ...graph.nodes.slice(1)]);
  expect((await detail(ending)).status).toBe('running');
  await setCounts(ending, 'finished');
  expect((await detail(ending)).status).toBe('finished');
  await setCounts(ending, 'in_progress');
  expect((await detail(ending)).status).toBe('running');

  const feeding = await started(graph.nodes);
  await setCounts(feeding, 'finished');
  expect((await detail(feeding)).status).toBe('running');
});

test('a decision about one contact that is refused says why', async () => {
  const decide = (decision: 'retry' | 'enroll_again' | 'skip') =>
    call(server, enrollmentRoutes.decide, caller, {
      params: { enrollmentId: world.ids.enrollmentId },
      body: { decision },
    });
  expect(problemOf(await decide('enroll_again'))).toMatchObject({
    status: 409,
    code: 'unknown_open',
    detail: 'A step of theirs may have happened: settle it first.',
  });
  expect(problemOf(await decide('retry'))).toMatchObject({ status: 409, code: 'not_failed' });
  expect(problemOf(await decide('skip'))).toMatchObject({ status: 409, code: 'does_not_apply' });
});

test('a held kind of step pauses in part what uses it, and nothing else', async () => {
  const { automationId, senderId } = world.ids;
  const [linkedin] = await server.services.db.reader
    .select()
    .from(schema.channel)
    .where(and(eq(schema.channel.senderId, senderId), eq(schema.channel.kind, 'linkedin')));
  const hold = (kind: string) => ({
    workspaceId: world.workspaceId,
    scope: 'kind' as const,
    scopeId: linkedin?.id ?? '',
    kind,
    reason: 'weekly_invite_limit' as const,
    by: 'test',
  });
  const unit = (work: (unit: Unit) => Promise<unknown>) =>
    server.services.db.write((tx) => work(unitIn(server.services, tx)));
  await unit((each) => setHold(each, hold('connect')));
  expect(await detail(automationId)).toMatchObject({ status: 'running', holds: [] });
  await unit((each) => setHold(each, hold('visit')));
  const partly = await detail(automationId);
  expect(partly.status).toBe('partly_paused');
  expect(partly.holds).toHaveLength(1);
  for (const kind of ['connect', 'visit']) await unit((each) => liftHold(each, hold(kind), 'test'));
});

test('the status follows the holds: a lost session pauses what needs it, and says how it comes back', async () => {
  const { automationId, senderId } = world.ids;
  expect((await detail(automationId)).status).toBe('running');
  const { token, hash } = newDeviceToken();
  await server.services.db.write(async (tx) => {
    await tx.insert(schema.device).values({
      id: server.services.newId(),
      workspaceId: world.workspaceId,
      senderId,
      name: 'Chrome',
      tokenHash: hash,
      pairedBy: 'x',
      pairedAt: 1,
    });
  });
  const report = { state: 'inactive', reason: 'logged_out', challenge: null };
  await call(server, deviceRoutes.session, { token }, { body: { report, seenAgoMs: 0 } });
  const paused = await detail(automationId);
  expect(paused.status).toBe('paused');
  expect(paused.holds.map(({ hint }) => hint)).toContain(
    'Will auto-resume after LinkedIn account reconnection.',
  );
});

test('a removed sender that finishes here still says why its contacts do not move', async () => {
  const { automationId, enrollmentId, senderId } = world.ids;
  const { db } = server.services;
  const setLive = (live: number) =>
    db.write((tx) =>
      tx.update(schema.enrollment).set({ live, senderId }).where(eq(schema.enrollment.id, enrollmentId)),
    );
  await db.write((tx) => tx.update(schema.automationSender).set({ enabled: false }));
  await setLive(1);
  const reasons = async () => (await detail(automationId)).holds.map(({ reason }) => reason);
  expect(await reasons()).toContain('linkedin_account_disconnected');
  await setLive(0);
  expect(await reasons()).not.toContain('linkedin_account_disconnected');
});

test('open pages are told what changed, and resume after the last thing they saw', async () => {
  const headers = { cookie: world.owner, 'last-event-id': '1' };
  const response = await server.app.request(`${ORIGIN}${workspaceRoutes.stream.path}`, { headers });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  const reader = response.body?.getReader();
  let text = '';
  while (reader && !text.includes('event: change'))
    text += new TextDecoder().decode((await reader.read()).value);
  await reader?.cancel();
  const data = /data: (\{.*\})/.exec(text)?.[1] ?? '';
  expect(changeEvent.parse(JSON.parse(data)).seq).toBeGreaterThan(1);
});
