import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attachmentRoutes } from '#shared/contract/attachment.ts';
import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { automationSenderRoutes } from '#shared/contract/automationSender.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { contactRoutes, importRoutes, personalDataRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { deliverabilityRoutes } from '#shared/contract/deliverability.ts';
import { deviceRoutes } from '#shared/contract/device.ts';
import { pairRoutes } from '#shared/contract/devicePairing.ts';
import { devicePersonRoutes } from '#shared/contract/devicePerson.ts';
import { inboxRoutes } from '#shared/contract/inbox.ts';
import { listImportRoutes } from '#shared/contract/listImport.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { manualTaskRoutes, notificationRoutes } from '#shared/contract/manualTask.ts';
import { memberRoutes } from '#shared/contract/member.ts';
import { resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import type { Route } from '#shared/contract/route.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { statisticsRoutes } from '#shared/contract/statistics.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { deviceTaskRoutes, taskRoutes } from '#shared/contract/task.ts';
import { templateRoutes } from '#shared/contract/template.ts';
import { upkeepRoutes } from '#shared/contract/upkeep.ts';
import { versionRoutes } from '#shared/contract/version.ts';
import { webhookRoutes } from '#shared/contract/webhook.ts';
import { setupRoutes, workspaceRoutes } from '#shared/contract/workspace.ts';
import { badPlans } from '../support/queryPlans.ts';
import { makeWorld, type World } from './fixture.ts';
import { cases } from './routes/cases.ts';
import { call, problemOf, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
/** Every statement that the calls below ran. */
const statements = new Set<string>();

beforeAll(async () => {
  server = await startTestServer({ onStatement: (text) => statements.add(text) });
  world = await makeWorld(server);
});
afterAll(() => server.close());

/** Asks and answers, changes nothing. */
const readsByPost: Route[] = [
  templateRoutes.preview,
  automationRoutes.preflight,
  versionRoutes.preview,
  bulkRoutes.checkSender,
  mailboxRoutes.test,
];

test('every route of the contract is served, and every member route stands in this table', () => {
  const groups = [
    workspaceRoutes,
    memberRoutes,
    senderRoutes,
    resumePlanRoutes,
    mailboxRoutes,
    deliverabilityRoutes,
    contactRoutes,
    inboxRoutes,
    importRoutes,
    stoplistRoutes,
    automationRoutes,
    versionRoutes,
    bulkRoutes,
    automationSenderRoutes,
    senderLifeRoutes,
    enrollmentRoutes,
    taskRoutes,
    manualTaskRoutes,
    notificationRoutes,
    tagRoutes,
    templateRoutes,
    attachmentRoutes,
    webhookRoutes,
    setupRoutes,
    deviceRoutes,
    deviceTaskRoutes,
    devicePersonRoutes,
    listImportRoutes,
    upkeepRoutes,
    statisticsRoutes,
    personalDataRoutes,
    pairRoutes,
  ];
  const all = groups.flatMap((group) => Object.values(group)) as Route[];
  const served = new Set(server.app.routes.map(({ method, path }) => `${method} ${path}`));
  const byLibrary: Route[] = [pairRoutes.code];
  for (const route of all) {
    if (!byLibrary.includes(route)) expect(served).toContain(`${route.method} ${route.path}`);
  }
  const members = all
    .filter(({ access }) => access === 'member')
    .map(({ method, path }) => `${method} ${path}`);
  const tested = cases.map(({ route }) => `${route.method} ${route.path}`);
  expect([...tested, 'GET /api/v1/stream'].sort()).toEqual(members.sort());
});

describe.each(cases)('$name', ({ route, input, owner = 200, rep, scoped, silent }) => {
  const given = () => input?.(world) ?? {};

  test('needs a session', async () => {
    expect(problemOf(await call(server, route, {}, given()))).toMatchObject({
      status: 401,
      code: 'not_signed_in',
    });
    const withToken = await call(server, route, { token: 'a'.repeat(43) }, given());
    expect(withToken.status).toBe(401);
  });

  // A route that names no entity has nothing another workspace could reach for.
  if (scoped) {
    test('does not exist for another workspace', async () => {
      const before = await server.auditRows();
      expect(problemOf(await call(server, route, { cookie: world.stranger }, given())).status).toBe(404);
      expect(await server.auditRows()).toBe(before);
    });
  }

  test('a rep gets what a rep may', async () => {
    const before = await server.auditRows();
    const answer = await call(server, route, { cookie: world.rep }, given());
    expect(answer.status).toBe(rep);
    if (rep === 403) {
      expect(problemOf(answer).code).toBe('not_allowed');
      expect(await server.auditRows()).toBe(before);
    }
  });

  test('works for the owner; a write is audited', async () => {
    const before = await server.auditRows();
    const answer = await call(server, route, { cookie: world.owner }, given());
    expect(answer.status, JSON.stringify(answer.body)).toBe(owner);
    const isWrite = route.method !== 'GET' && !readsByPost.includes(route) && owner === 200;
    // Adding what is on the stoplist already changes nothing.
    const isRepeat = route === stoplistRoutes.add;
    if (isWrite && !isRepeat && !silent) expect(await server.auditRows()).toBeGreaterThan(before);
    else expect(await server.auditRows()).toBe(before);
  });
});

test('every device route needs a paired device, a member cookie is none', async () => {
  const groups = [deviceRoutes, deviceTaskRoutes, devicePersonRoutes, listImportRoutes];
  for (const route of groups.flatMap((group) => Object.values(group)) as Route[]) {
    const answer = await call(server, route, { cookie: world.owner }, {});
    expect(problemOf(answer)).toMatchObject({ status: 401, code: 'device_not_paired' });
  }
});

test.each([
  { route: contactRoutes.createList, body: { name: '' }, field: 'name' },
  { route: stoplistRoutes.add, body: { value: 'x@y.test' }, field: 'reason' },
  { route: senderRoutes.create, body: { name: 'S', zone: 'Mars/Base' }, field: 'zone' },
  { route: stoplistRoutes.add, body: { value: 'not a domain', kind: 'domain', reason: 'r' }, field: 'value' },
  { route: importRoutes.upload, body: { fileName: 'a.csv', contentBase64: '***' }, field: 'contentBase64' },
])('bad input names the field: $field', async ({ route, body, field }) => {
  const answer = problemOf(await call(server, route, { cookie: world.owner }, { body }));
  expect(answer.status).toBe(422);
  expect(answer.fields.map((fault) => fault.field)).toContain(field);
});

test('bad settings of a sender name the field', async () => {
  const answer = await call(
    server,
    senderRoutes.update,
    { cookie: world.owner },
    {
      params: { senderId: world.ids.senderId },
      body: { settings: { caps: { invite: { daily: 41 } } } },
    },
  );
  expect(problemOf(answer).fields[0]?.field).toBe('settings.caps.invite.daily');
});

test('a manager sees the profile of another and cannot connect a browser to it', async () => {
  const params = { senderId: world.ids.senderId };
  expect((await call(server, senderRoutes.get, { cookie: world.manager }, { params })).status).toBe(200);
  const approve = await call(
    server,
    senderRoutes.approveDevice,
    { cookie: world.manager },
    {
      params,
      body: { userCode: 'ABCDEFGH' },
    },
  );
  expect(problemOf(approve)).toMatchObject({ status: 403, code: 'not_allowed' });
});

test.each([
  ['anna@foo', undefined],
  ['john@@example.com', undefined],
  ['https://www.linkedin.com/company/acme', undefined],
  ['https://www.linkedin.com/company/acme', 'domain' as const],
  ['https://www.linkedin.com/sales/lead/ACwAAA,NAME', undefined],
  ['=evil.example', undefined],
])('the stoplist refuses %s instead of taking it for something else', async (value, kind) => {
  const answer = await call(
    server,
    stoplistRoutes.add,
    { cookie: world.owner },
    { body: { value, kind, reason: 'Asked us to stop' } },
  );
  expect(problemOf(answer)).toMatchObject({
    status: 422,
    code: 'not_recognised',
    fields: [{ field: 'value' }],
  });
});

test.each([
  ['Anna.Berg@Example.com', 'email', 'anna.berg@example.com'],
  ['linkedin.com/in/Anna-Berg', 'linkedin_slug', 'anna-berg'],
  ['@example.org', 'domain', 'example.org'],
  ['https://www.example.net/contact', 'domain', 'example.net'],
  ['Acme Söhne GmbH', 'company', 'acme sohne'],
])('the stoplist recognises %s', async (value, kind, stored) => {
  const answer = await call(
    server,
    stoplistRoutes.add,
    { cookie: world.owner },
    { body: { value, reason: 'Asked us to stop' } },
  );
  expect(answer.body).toMatchObject({ kind, value: stored });
});

test('no statement of any route scans a table that grows, or sorts one in a temporary tree', async () => {
  expect(statements.size).toBeGreaterThan(150);
  expect(await badPlans(server.services.db.reader, statements)).toEqual([]);
});
