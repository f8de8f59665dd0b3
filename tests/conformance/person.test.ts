import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PersonCard, devicePersonRoutes as routes } from '#shared/contract/devicePerson.ts';
import type { Route } from '#shared/contract/route.ts';
import { senderRoutes, senderView } from '#shared/contract/sender.ts';
import { schema } from '../../companion-server/db/index.ts';
import { makeWorld, pairDevice, type World } from './fixture.ts';
import { call, type Input, problemOf, startTestServer, type TestServer } from './support.ts';

/** What the side panel asks and orders about the person of a profile page. */

const NOW = Date.parse('2026-03-02T10:00:00Z');
let server: TestServer;
let world: World;
let own: { token: string };
let foreign: { token: string };
let benId: string;

beforeAll(async () => {
  server = await startTestServer({ schedule: { now: () => NOW } });
  world = await makeWorld(server);
  own = { token: await pairDevice(server, world.workspaceId, world.ids.senderId) };
  const ben = await call(
    server,
    senderRoutes.create,
    { cookie: world.manager },
    { body: { name: 'Ben', zone: 'UTC' } },
  );
  benId = senderView.parse(ben.body).id;
  const others = await call(
    server,
    senderRoutes.create,
    { cookie: world.stranger },
    { body: { name: 'Sam', zone: 'UTC' } },
  );
  const { id } = senderView.parse(others.body);
  const [row] = (await server.services.db.reader.select().from(schema.sender)).filter(
    (each) => each.id === id,
  );
  foreign = { token: await pairDevice(server, row?.workspaceId ?? '', id) };
});
afterAll(() => server.close());

async function ask(route: Route, input: Input, device = own): Promise<PersonCard> {
  const answer = await call(server, route, device, input);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return routes.find.response.parse(answer.body);
}

const anna = { slug: 'Anna-Berg' };
const find = (person: object, device = own) => ask(routes.find, { body: person }, device);

test('a contact is found by the address of the profile, with every colleague’s relation, own first', async () => {
  const card = await find(anna);
  expect(card.contact).toMatchObject({ id: world.ids.contactId, name: 'Anna Berg' });
  expect(card.relations.map(({ senderName, isOwn }) => [senderName, isOwn])).toEqual([
    ['Olga', true],
    ['Ben', false],
  ]);
  expect(card.lists).toMatchObject([{ name: 'Leads' }]);
  expect(card.enrollments).toMatchObject([{ automationName: 'Running' }]);
  expect(card.activity.length).toBeGreaterThan(0);
});

test('looking leaves nothing behind: no contact, no audit row', async () => {
  const before = await server.auditRows();
  expect(await find({ slug: 'nobody-here', name: 'No Body' })).toMatchObject({ contact: null, warnings: [] });
  const rows = await server.services.db.reader.select().from(schema.contactIdentity);
  expect(rows.some(({ value }) => value === 'nobody-here')).toBe(false);
  expect(await server.auditRows()).toBe(before);
});

test('another workspace knows nobody of this one, and can change nothing', async () => {
  expect((await find(anna, foreign)).contact).toBeNull();
  const before = await server.auditRows();
  const { contactId, automationId } = world.ids;
  const orders: [Route, Input][] = [
    [routes.pin, { params: { contactId }, body: { pinned: true } }],
    [routes.addNote, { params: { contactId }, body: { text: 'x' } }],
    [routes.removeNote, { params: { contactId, noteId: 'n' } }],
    [routes.addToAutomation, { body: { person: anna, automationId } }],
  ];
  for (const [route, input] of orders) {
    expect(problemOf(await call(server, route, foreign, input)).status).toBe(404);
  }
  expect(await server.auditRows()).toBe(before);
});

test('warns of the stoplist, of who wrote to them, and of who wrote to a colleague', async () => {
  const { workspaceId, ids } = world;
  await server.services.db.write(async (tx) => {
    await tx.insert(schema.company).values({ id: 'co', workspaceId, name: 'Firm', key: 'firm' });
    await tx.update(schema.contact).set({ companyId: 'co', companyName: 'Firm' });
    await tx.insert(schema.contact).values({
      id: 'carl',
      workspaceId,
      firstName: 'Carl',
      lastName: 'Fir',
      companyId: 'co',
      source: 'csv',
      legalBasis: 'consent',
      createdAt: 1,
      updatedAt: 1,
    });
    const relation = { workspaceId, status: 'connected' as const, since: 1 };
    await tx.insert(schema.relation).values([
      { ...relation, contactId: ids.contactId, senderId: benId, lastInteractionAt: NOW - 1000 },
      { ...relation, contactId: 'carl', senderId: benId, lastInteractionAt: NOW - 3 * 86_400_000 },
    ]);
    await tx.insert(schema.suppression).values({
      id: 'stop',
      workspaceId,
      kind: 'linkedin_slug',
      value: 'never-me',
      reason: 'asked',
      by: 'x',
      at: 1,
    });
  });
  expect((await find(anna)).warnings).toEqual([
    { kind: 'collision', sentence: 'Ben was in touch with them', at: NOW - 1000 },
    {
      kind: 'colleague',
      sentence: 'Ben wrote to a colleague of theirs, Carl Fir',
      at: NOW - 3 * 86_400_000,
    },
  ]);
  expect((await find({ slug: 'never-me' })).warnings).toMatchObject([{ kind: 'stoplist' }]);
});

test('adds a stranger to a list as a contact, once, audited', async () => {
  const body = {
    person: { slug: 'Dora-Elm', profileId: 'ACoAAdora1234567', name: 'Dora Elm' },
    listName: 'Met at the fair',
  };
  const before = await server.auditRows();
  const card = await ask(routes.addToList, { body });
  expect(await server.auditRows()).toBeGreaterThan(before);
  expect(card).toMatchObject({
    contact: { name: 'Dora Elm', source: 'linkedin' },
    lists: [{ name: 'Met at the fair' }],
  });
  const again = await ask(routes.addToList, { body: { ...body, person: { slug: 'dora-elm' } } });
  expect(again.contact?.id).toBe(card.contact?.id);
  expect((await find({ profileId: 'ACoAAdora1234567' })).contact?.id).toBe(card.contact?.id);
});

test('adds to an automation of the own profile; not twice, not from the stoplist, not to others', async () => {
  const { automationId, draftId } = world.ids;
  const add = (person: object, id = automationId, device = own) =>
    call(server, routes.addToAutomation, device, { body: { person, automationId: id } });
  const targets = await call(server, routes.targets, own);
  expect(routes.targets.response.parse(targets.body).automations).toMatchObject([{ id: automationId }]);
  const added = await add({ slug: 'eve-oak', name: 'Eve Oak' });
  expect(routes.find.response.parse(added.body).enrollments).toMatchObject([{ automationId }]);
  expect(problemOf(await add({ slug: 'eve-oak' }))).toMatchObject({ status: 409, code: 'was_here' });
  expect(problemOf(await add({ slug: 'never-me' }))).toMatchObject({ status: 409, code: 'stoplisted' });
  expect((await find({ slug: 'never-me' })).contact).toBeNull();
  expect(problemOf(await add({ slug: 'x-y' }, draftId))).toMatchObject({ status: 409, code: 'not_running' });
  const bens = { token: await pairDevice(server, world.workspaceId, benId) };
  expect(problemOf(await add({ slug: 'x-y' }, automationId, bens))).toMatchObject({ code: 'not_allowed' });
});

test('pins the own profile only', async () => {
  const params = { contactId: world.ids.contactId };
  expect((await ask(routes.pin, { params, body: { pinned: true } })).pinnedSender).toMatchObject({
    isOwn: true,
  });
  const bens = { token: await pairDevice(server, world.workspaceId, benId) };
  const refused = await call(server, routes.pin, bens, { params, body: { pinned: true } });
  expect(problemOf(refused)).toMatchObject({ status: 403, code: 'not_allowed' });
  expect((await ask(routes.pin, { params, body: { pinned: false } })).pinnedSender).toBeNull();
});

test('a note is seen by all and removed by its author', async () => {
  const { contactId } = world.ids;
  const written = await ask(routes.addNote, { params: { contactId }, body: { text: 'Call in May' } });
  expect(written.notes).toMatchObject([{ text: 'Call in May', author: 'Olga Owner', mine: true }]);
  const params = { contactId, noteId: written.notes[0]?.id ?? '' };
  const bens = { token: await pairDevice(server, world.workspaceId, benId) };
  expect((await find(anna, bens)).notes).toMatchObject([{ mine: false }]);
  expect(problemOf(await call(server, routes.removeNote, bens, { params })).status).toBe(403);
  expect((await ask(routes.removeNote, { params })).notes).toEqual([]);
});
