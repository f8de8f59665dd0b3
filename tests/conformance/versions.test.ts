import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import { versionRoutes } from '#shared/contract/version.ts';
import { schema } from '../../companion-server/db/index.ts';
import { tick } from '../../companion-server/engine/index.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { makeWorld, visitGraph, type World } from './fixture.ts';
import { call, problemOf, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
let caller: { cookie: string };
let params: { automationId: string };
let listId: string;
const statements: string[] = [];
beforeAll(async () => {
  server = await startTestServer({ onStatement: (text) => statements.push(text) });
  world = await makeWorld(server);
  caller = { cookie: world.owner };
  params = { automationId: world.ids.automationId };
  const lists = await call(server, contactRoutes.lists, caller);
  listId = contactRoutes.lists.response.parse(lists.body).items[0]?.id ?? '';
});
afterAll(() => server.close());

const at = { x: 0, y: 0 };
const delay = { id: 'd', type: 'delay', position: at, config: { durationMs: 3_600_000 } };

/** The running graph with a delay in the place of its only step. */
function withDelay(listName = listId) {
  const before = visitGraph(listName, world.ids.senderId);
  return {
    nodes: [...before.nodes, delay],
    edges: before.edges
      .map((edge) => (edge.id === '3' ? { ...edge, target: 'd' } : edge))
      .concat({
        id: '4',
        source: 'd',
        exit: 'next',
        target: 'e',
      }),
  };
}

async function save(graph: unknown) {
  const answer = await call(server, automationRoutes.saveDraft, caller, {
    params,
    body: { name: 'A', graph },
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return automationRoutes.saveDraft.response.parse(answer.body);
}

async function preview(choices: unknown = { targets: {}, recompute: [] }) {
  const answer = await call(server, versionRoutes.preview, caller, { params, body: { choices } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return versionRoutes.preview.response.parse(answer.body);
}

async function publish(basedOn: number, choices: unknown = { targets: {}, recompute: [] }) {
  return call(server, versionRoutes.publish, caller, { params, body: { choices, basedOn } });
}

async function versions() {
  const answer = await call(server, versionRoutes.list, caller, { params });
  return versionRoutes.list.response.parse(answer.body);
}

async function standsOn(nodeId: string, standing: number) {
  const { automationId } = params;
  const { workspaceId } = world;
  await server.services.db.write((tx) =>
    tx
      .insert(schema.nodeCount)
      .values({ automationId, nodeId, workspaceId, standing, passed: 3 })
      .onConflictDoUpdate({
        target: [schema.nodeCount.automationId, schema.nodeCount.nodeId],
        set: { standing },
      }),
  );
}

test('the draft of a running automation is saved beside it', async () => {
  const saved = await save(withDelay());
  expect(saved.hasChanges).toBe(true);
  expect(saved.draft.nodes.map(({ id }) => id)).toContain('d');
  expect(saved.graph.nodes.map(({ id }) => id)).not.toContain('d');
});

test('the preview counts who enters with it', async () => {
  expect((await preview()).newcomers).toBe(0);
  const { automationId } = params;
  const ofThis = eq(schema.enrollment.automationId, automationId);
  const rows = await server.services.db.reader.select().from(schema.enrollment).where(ofThis);
  expect(rows.length).toBeGreaterThan(0);
  await server.services.db.write((tx) =>
    tx.update(schema.enrollment).set({ automationId: 'other' }).where(ofThis),
  );
  expect((await preview()).newcomers).toBe(rows.length);
  await server.services.db.write((tx) =>
    tx.update(schema.enrollment).set({ automationId }).where(eq(schema.enrollment.automationId, 'other')),
  );
});

test('the preview says who stands on what changes, and what must be chosen', async () => {
  expect((await preview()).steps).toMatchObject([{ nodeId: 'v', change: 'rerouted', needsChoice: false }]);
  const graph = withDelay();
  await save({
    nodes: graph.nodes.filter(({ id }) => id !== 'v' && id !== 'e').concat({ ...delay, id: 'd2' }),
    edges: [graph.edges[0], { id: '2', source: 'p', exit: 'next', target: 'd' }],
  });
  await standsOn('v', 14);
  const { steps, canPublish, findings } = await preview();
  expect(canPublish).toBe(false);
  expect(findings.map(({ code }) => code)).toContain('unreachable');
  expect(steps).toContainEqual(
    expect.objectContaining({
      nodeId: 'v',
      change: 'removed',
      standing: 14,
      suggested: null,
      needsChoice: true,
    }),
  );
});

test('a step cannot become another kind, and a draft without changes is not published', async () => {
  const graph = visitGraph(listId, world.ids.senderId);
  await save(graph);
  expect((await preview()).findings.map(({ code }) => code)).toContain('no_changes');
  await save({
    ...graph,
    nodes: graph.nodes.map((node) => (node.id === 'v' ? { ...delay, id: 'v' } : node)),
  });
  expect((await preview()).findings.map(({ code }) => code)).toContain('type_changed');
});

/** The visit goes, another takes its place. */
function otherVisit() {
  const before = visitGraph(listId, world.ids.senderId);
  return {
    nodes: before.nodes.map((node) => (node.id === 'v' ? { ...node, id: 'v2' } : node)),
    edges: [
      before.edges[0],
      { id: '2', source: 'p', exit: 'next', target: 'v2' },
      { id: '3', source: 'v2', exit: 'next', target: 'e' },
    ],
  };
}

test('publishing is refused with the new preview while somebody stands where nothing is chosen', async () => {
  await save(otherVisit());
  await standsOn('v', 1);
  const { published, preview: fresh } = versionRoutes.publish.response.parse((await publish(1)).body);
  expect(published).toBe(false);
  expect(fresh.steps).toContainEqual(expect.objectContaining({ nodeId: 'v', needsChoice: true }));
  expect(problemOf(await publish(2, { targets: { v: 'v2' }, recompute: [] }))).toMatchObject({
    status: 409,
    code: 'changed_meanwhile',
  });
  expect(problemOf(await publish(1, { targets: { v: 'v' }, recompute: [] }))).toMatchObject({
    status: 422,
    code: 'unknown_target',
    fields: [{ field: 'v' }],
  });
});

test('published: listed with who and when, contacts move in the rounds of the engine, and it can be undone', async () => {
  const answer = await publish(1, { targets: { v: 'v2' }, recompute: [] });
  expect(answer.body, JSON.stringify(answer.body)).toMatchObject({ published: true });
  const begun = await versions();
  expect(begun.items.map(({ number, isCurrent }) => [number, isCurrent])).toEqual([
    [2, true],
    [1, false],
  ]);
  expect(begun.move).toMatchObject({ moved: 0, total: 1 });
  expect(begun.undoUntil).not.toBeNull();
  await tick(engineOf(server.services));
  expect(await versions()).toMatchObject({
    move: null,
    items: [{ number: 2, contacts: 1 }, { contacts: 0 }],
  });

  const old = await call(server, versionRoutes.get, caller, { params: { ...params, number: '1' } });
  const { graph, nodeCounts } = versionRoutes.get.response.parse(old.body);
  expect(graph.nodes.map(({ id }) => id)).toContain('v');
  expect(nodeCounts.find(({ nodeId }) => nodeId === 'v')).toMatchObject({ passed: 3 });

  // However many versions there are, the graphs of a few are read.
  statements.length = 0;
  await versions();
  await call(server, versionRoutes.get, caller, { params: { ...params, number: '1' } });
  const ofGraphs = statements.filter((text) => /"graph".* from "automation_version"/.test(text));
  expect(ofGraphs.length).toBeGreaterThan(0);
  expect(ofGraphs.filter((text) => !text.endsWith('limit ?'))).toEqual([]);

  const undone = await call(server, versionRoutes.undo, caller, { params });
  expect(undone.body, JSON.stringify(undone.body)).toMatchObject({ versionNumber: 3, hasChanges: true });
  expect((await versions()).items[0]).toMatchObject({ number: 3, restores: 1 });
  expect(problemOf(await call(server, versionRoutes.undo, caller, { params }))).toMatchObject({
    status: 409,
    code: 'nothing_to_undo',
  });
  const actions = await server.services.db.reader
    .select({ action: schema.audit.action })
    .from(schema.audit)
    .where(eq(schema.audit.entityId, params.automationId));
  expect(actions.map(({ action }) => action)).toEqual(
    expect.arrayContaining(['automation.version_published', 'automation.publishing_undone']),
  );
});
