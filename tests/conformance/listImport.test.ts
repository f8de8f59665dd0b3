import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactRoutes, importRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { CONSENT_VERSION, deviceRoutes } from '#shared/contract/device.ts';
import type { NextWork } from '#shared/contract/deviceWork.ts';
import { listImportRoutes as routes } from '#shared/contract/listImport.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import type { ListedPerson } from '#shared/protocol/lists.ts';
import { schema } from '../../companion-server/db/index.ts';
import { makeWorld, pairDevice, type World } from './fixture.ts';
import { call, problemOf, startTestServer, type TestServer } from './support.ts';

/** Importing a LinkedIn list, as the browser and the dashboard see it. */

const clock = { at: Date.parse('2026-03-02T10:00:00Z') };
const url = 'https://www.linkedin.com/search/results/people/?keywords=ceo';
const member = { memberId: '7', profileId: 'ACoAA1234567890', slug: 'olga', name: 'Olga', premium: false };
const report = { state: 'logged_in', member };
let server: TestServer;
let world: World;
let device: { token: string };

beforeAll(async () => {
  server = await startTestServer({ schedule: { now: () => clock.at } });
  world = await makeWorld(server);
  device = { token: await pairDevice(server, world.workspaceId, world.ids.senderId) };
  const body = { version: CONSENT_VERSION, agreed: true };
  await call(server, deviceRoutes.consent, device, { body });
  await seeNothing();
  await server.services.db.write((tx) => tx.delete(schema.task));
});
afterAll(() => server.close());

function person(number: number, change: Partial<ListedPerson> = {}): ListedPerson {
  return {
    profileId: `ACoAAperson${String(number).padStart(6, '0')}`,
    memberId: String(900_000 + number),
    slug: `person-${number}`,
    name: `Per Son ${number}`,
    headline: 'CEO at Firm',
    company: null,
    location: 'Oslo',
    degree: 2,
    ...change,
  };
}

const next = async (): Promise<NextWork> => {
  const body = { canAct: true, kinds: [], journal: true, imports: true };
  return deviceRoutes.next.response.parse((await call(server, deviceRoutes.next, device, { body })).body);
};

/** The browser read everything it was asked for, and nothing was new. */
async function seeNothing(): Promise<void> {
  const sentInvitations = { toContacts: [], toOthers: [], gone: [], complete: true };
  const seen = {
    memberId: report.member.memberId,
    acceptances: [],
    inbound: [],
    sentInvitations,
    failure: null,
  };
  await call(server, deviceRoutes.session, device, { body: { report, seenAgoMs: 0 } });
  await call(server, deviceRoutes.observations, device, { body: seen });
}

/** Passes time and reading until a page of the list is asked for; null: none within the hours given. */
async function nextPage(hours: number): Promise<Extract<NextWork, { type: 'import' }> | null> {
  for (const end = clock.at + hours * 60 * MINUTE; clock.at < end; ) {
    const work = await next();
    if (work.type === 'import') return work;
    if (work.type === 'watch') await seeNothing();
    else clock.at += 4 * MINUTE;
  }
  return null;
}

async function sayRestrictionOver(): Promise<void> {
  const request = { params: { senderId: world.ids.senderId }, body: { channel: 'linkedin' } };
  expect((await call(server, senderRoutes.resume, { cookie: world.owner }, request)).status).toBe(200);
}

const tell = (importId: string, start: number, read: unknown) =>
  call(server, routes.page, device, { params: { importId }, body: { start, read } });
const imports = async () => routes.list.response.parse((await call(server, routes.list, device)).body).items;
const page = (people: ListedPerson[], next: number | null, nameless = 0) => ({
  ok: true,
  value: { people, nameless, total: 12, next },
});

test('an address that is no list is refused, naming the field', async () => {
  const body = { url: 'https://www.linkedin.com/feed/', listName: 'X' };
  expect(problemOf(await call(server, routes.start, device, { body }))).toMatchObject({
    status: 422,
    code: 'not_a_list',
    fields: [{ field: 'url' }],
  });
});

test('a list comes page by page, each counted; people are known by their ids; the counts lead to rows', async () => {
  await call(
    server,
    stoplistRoutes.add,
    { cookie: world.owner },
    {
      body: { value: 'linkedin.com/in/person-3', reason: 'Asked' },
    },
  );
  const body = { url, listName: 'Chiefs' };
  const started = routes.start.response.parse((await call(server, routes.start, device, { body })).body);
  const first = await nextPage(4);
  expect(first).toMatchObject({ importId: started.id, start: 0, expectedMemberId: '7' });
  const anna = person(1, { slug: 'anna-berg', name: 'Anna Berg' });
  const people = [anna, ...[2, 3, 4].map((each) => person(each)), person(2, { slug: 'other-address' })];
  expect((await tell(started.id, 0, page(people, 10, 1))).status).toBe(200);
  // The answer was lost and the page is told again.
  await tell(started.id, 0, page([person(50)], 10));
  expect(await imports()).toMatchObject([
    {
      state: 'running',
      seen: 6,
      pagesLoaded: 1,
      added: 3,
      updated: 1,
      duplicates: 1,
      rejected: 1,
      stoplisted: 1,
    },
  ]);
  const second = await nextPage(4);
  expect(second?.start).toBe(10);
  await tell(started.id, 10, page([person(5, { degree: 1 })], null));
  expect(await imports()).toMatchObject([{ state: 'done', seen: 7, pagesLoaded: 2, added: 4 }]);
  expect(await nextPage(1)).toBeNull();
  const rows = await call(
    server,
    importRoutes.rows,
    { cookie: world.owner },
    {
      params: { importId: started.id },
      query: { outcome: 'updated' },
    },
  );
  expect(importRoutes.rows.response.parse(rows.body).items).toMatchObject([
    { row: 1, contactId: world.ids.contactId },
  ]);
});

test('complete people need no reading of their profile; the list says who is connected', async () => {
  const { reader } = server.services.db;
  const contacts = await reader.select().from(schema.contact);
  const five = contacts.find(({ linkedinSlug }) => linkedinSlug === 'person-5');
  expect(five).toMatchObject({ linkedinMemberId: '900005', title: 'CEO at Firm' });
  expect(five?.enrichedAt).not.toBeNull();
  const relations = await reader.select().from(schema.relation);
  expect(relations.find(({ contactId }) => contactId === five?.id)?.status).toBe('connected');
  const list = await call(server, contactRoutes.lists, { cookie: world.owner });
  expect(list.body).toMatchObject({ items: [{ name: 'Chiefs', memberCount: 5 }, { name: 'Leads' }] });
});

test('an address that now leads to somebody else gives no contact another person’s ids', async () => {
  const body = { url, listName: 'Moved' };
  const { id } = routes.start.response.parse((await call(server, routes.start, device, { body })).body);
  await nextPage(24);
  await tell(id, 0, page([person(90)], 10));
  // Known by id, and the address has gone on; known by the address alone, under another name.
  const { db, newId } = server.services;
  const unbound = { firstName: 'Anna', lastName: 'Berg', source: 'csv', legalBasis: 'consent' };
  const known = {
    id: newId(),
    workspaceId: world.workspaceId,
    linkedinSlug: 'anna',
    createdAt: 0,
    updatedAt: 0,
  };
  const identity = { kind: 'linkedin_slug', value: 'anna', contactId: known.id } as const;
  await db.write(async (tx) => {
    await tx.insert(schema.contact).values({ ...known, ...unbound });
    await tx.insert(schema.contactIdentity).values({ ...identity, workspaceId: world.workspaceId });
  });
  await tell(id, 10, page([person(91, { slug: 'person-90' }), person(92, { slug: 'anna' })], null));
  expect((await imports())[0]).toMatchObject({ state: 'done', added: 3, updated: 0, duplicates: 0 });
  const contacts = await db.reader.select().from(schema.contact);
  const of = (memberId: string) => contacts.find(({ linkedinMemberId }) => linkedinMemberId === memberId);
  expect(of('900090')).toMatchObject({ linkedinSlug: 'person-90', lastName: expect.stringContaining('90') });
  expect(of('900091')).toMatchObject({ linkedinSlug: null });
  expect(of('900092')).toMatchObject({ linkedinSlug: null });
  expect(contacts.find((row) => row.id === known.id)).toMatchObject({
    linkedinMemberId: null,
    lastName: 'Berg',
  });
});

test('LinkedIn’s search limit stops it until the month’s reset; stop and resume do not get round it', async () => {
  const body = { url, listName: 'More' };
  const { id } = routes.start.response.parse((await call(server, routes.start, device, { body })).body);
  const params = { importId: id };
  await nextPage(4);
  const limit = { ok: false, error: { code: 'search_limit_reached', detail: 'No more.' } };
  await tell(id, 0, limit);
  const reset = Date.parse('2026-04-01T08:00:00Z');
  expect((await imports())[0]).toMatchObject({
    state: 'waiting',
    reason: 'search_limit_reached',
    until: reset,
  });
  await call(server, routes.stop, device, { params });
  // A button pressed twice, or a request that comes twice.
  await call(server, routes.stop, device, { params });
  const resumed = await call(server, routes.resume, device, { params });
  expect(resumed.body).toMatchObject({ state: 'waiting', until: reset });
  expect(await nextPage(3)).toBeNull();
  clock.at = reset + MINUTE;
  expect((await nextPage(24))?.importId).toBe(id);
  await call(server, routes.stop, device, { params });
  expect(await nextPage(3)).toBeNull();
  expect((await imports())[0]).toMatchObject({ state: 'stopped', reason: 'manual' });
});

test('an unknown layout stops it for a person, trouble is tried again', async () => {
  const params = { importId: (await imports())[0]?.id ?? '' };
  await call(server, routes.resume, device, { params });
  await nextPage(24);
  await tell(params.importId, 0, { ok: false, error: { code: 'timeout', detail: 'Slow.' } });
  expect((await imports())[0]).toMatchObject({ state: 'waiting', reason: 'timeout' });
  expect(await nextPage(24)).not.toBeNull();
  await tell(params.importId, 0, { ok: false, error: { code: 'layout_unknown', detail: 'Changed.' } });
  expect((await imports())[0]).toMatchObject({ state: 'stopped', reason: 'layout_unknown' });
});

test('too many requests: it waits as long as LinkedIn holds a step of that kind, stopped and resumed or not', async () => {
  const body = { url: `${url}&page=many`, listName: 'Too many' };
  const { id } = routes.start.response.parse((await call(server, routes.start, device, { body })).body);
  const params = { importId: id };
  await nextPage(40);
  const refused = { ok: false, error: { code: 'too_many_requests', detail: '429' } };
  await tell(id, 0, refused);
  const until = clock.at + 5 * HOUR;
  const waiting = { state: 'waiting', reason: 'too_many_requests', until };
  expect((await imports())[0]).toMatchObject(waiting);
  const holds = (await server.services.db.reader.select().from(schema.hold)).filter(
    ({ liftedAt }) => liftedAt === null,
  );
  expect(holds).toMatchObject([{ scope: 'kind', kind: 'imports', reason: 'too_many_requests', until }]);
  await call(server, routes.stop, device, { params });
  expect((await call(server, routes.resume, device, { params })).body).toMatchObject(waiting);
  // Neither does another import of the same account ask LinkedIn.
  const other = { url: `${url}&page=other`, listName: 'Another' };
  const second = routes.start.response.parse(
    (await call(server, routes.start, device, { body: other })).body,
  );
  expect(second).toMatchObject(waiting);
  expect(await nextPage(4)).toBeNull();
  await call(server, routes.stop, device, { params: { importId: second.id } });
  clock.at = until;
  expect((await nextPage(40))?.importId).toBe(id);
  await call(server, routes.stop, device, { params });
});

test('the browser’s own ceiling is no refusal of LinkedIn’s: no hold, none that gets longer, stopped and resumed or not', async () => {
  const body = { url: `${url}&page=own`, listName: 'Own ceiling' };
  const { id } = routes.start.response.parse((await call(server, routes.start, device, { body })).body);
  const params = { importId: id };
  const importsHolds = async () =>
    (await server.services.db.reader.select().from(schema.hold)).filter(({ kind }) => kind === 'imports');
  const before = (await importsHolds()).length;
  let until = 0;
  for (let time = 0; time < 2; time++) {
    await nextPage(40);
    until = clock.at + HOUR;
    await tell(id, 0, { ok: false, error: { code: 'browser_ceiling', detail: 'As many as it may.', until } });
    const waiting = { state: 'waiting', reason: 'browser_ceiling', until };
    expect((await imports())[0]).toMatchObject(waiting);
    expect((await imports())[0]?.sentence).not.toContain('LinkedIn');
    await call(server, routes.stop, device, { params });
    expect((await call(server, routes.resume, device, { params })).body).toMatchObject(waiting);
    expect((await next()).type).not.toBe('import');
    clock.at = until;
  }
  expect(await importsHolds()).toHaveLength(before);
  const rows = await server.services.db.reader.select().from(schema.listImport);
  expect(rows.find((row) => row.id === id)).toMatchObject({ failures: 0 });
  // A browser whose clock is years ahead.
  await nextPage(40);
  const far = clock.at + 900 * DAY;
  await tell(id, 0, {
    ok: false,
    error: { code: 'browser_ceiling', detail: 'As many as it may.', until: far },
  });
  expect((await imports())[0]).toMatchObject({ until: clock.at + DAY });
  await call(server, routes.stop, device, { params });
});

test.each([
  ['challenge', 'challenge'],
  ['wrong_account', 'wrong_account'],
  ['restricted', 'restricted'],
] as const)(
  'a page refused with %s holds the account: the rep is told, and it goes on by itself once that is over',
  async (code, reason) => {
    const body = { url: `${url}&page=${code}`, listName: `Refused: ${code}` };
    const { id } = routes.start.response.parse((await call(server, routes.start, device, { body })).body);
    await nextPage(40);
    await tell(id, 0, { ok: false, error: { code, detail: 'LinkedIn refuses it.' } });
    const seen = deviceRoutes.snapshot.response.parse(
      (await call(server, deviceRoutes.snapshot, device)).body,
    );
    expect(seen.linkedin).toMatchObject({ status: 'inactive', reason });
    expect(seen.mustAct).not.toEqual([]);
    const [held] = await imports();
    expect(held).toMatchObject({ state: 'waiting', reason: code, until: null, nextAt: null });
    expect(held?.sentence).toContain('goes on by itself once the account is Active again');
    const reader = server.services.db.reader;
    const holds = (await reader.select().from(schema.hold)).filter(
      ({ liftedAt, scope }) => liftedAt === null && scope === 'channel',
    );
    expect(holds).toMatchObject([
      {
        scope: 'channel',
        reason: code === 'restricted' ? 'account_restricted' : 'linkedin_account_disconnected',
      },
    ]);
    clock.at += 4 * MINUTE;
    expect((await next()).type).not.toBe('import');
    await seeNothing();
    if (code === 'restricted') await sayRestrictionOver();
    expect((await nextPage(40))?.importId).toBe(id);
    expect((await imports())[0]).toMatchObject({ state: 'running', reason: null });
    await tell(id, 0, page([], null));
    expect((await imports())[0]).toMatchObject({ state: 'done' });
  },
);

test('a list that LinkedIn keeps refusing stops with what to do', async () => {
  const body = { url: `${url}&page=refused`, listName: 'Refused' };
  const { id } = routes.start.response.parse((await call(server, routes.start, device, { body })).body);
  const refused = { ok: false, error: { code: 'list_refused', detail: 'LinkedIn refused the read (403).' } };
  for (const tries of [1, 2, 3, 4]) {
    expect(await nextPage(100), `try ${tries}`).not.toBeNull();
    await tell(id, 0, refused);
    if (tries < 4) expect((await imports())[0]).toMatchObject({ state: 'waiting', reason: 'list_refused' });
  }
  const [stopped] = await imports();
  expect(stopped).toMatchObject({ state: 'stopped', reason: 'list_refused' });
  expect(stopped?.sentence).toContain('Open it on LinkedIn');
});

test('never more pages than the cap of search result pages', async () => {
  const { reader } = server.services.db;
  const used = (await reader.select().from(schema.usage)).filter(({ kind }) => kind === 'search_page');
  const most = Math.max(
    ...used.map(
      ({ at }) =>
        used.filter((each) => (each.at ?? 0) > (at ?? 0) - DAY && (each.at ?? 0) <= (at ?? 0)).length,
    ),
  );
  expect(used.length).toBeGreaterThan(3);
  expect(most).toBeLessThanOrEqual(25);
});

test('nobody else sees or steers it', async () => {
  const params = { importId: (await imports())[0]?.id ?? '' };
  const sender = await server.services.db.reader.select().from(schema.sender);
  const other = { token: await pairDevice(server, world.workspaceId, `${sender[0]?.id}x`) };
  expect((await call(server, routes.stop, other, { params })).status).toBe(401);
  const asRep = await call(server, importRoutes.get, { cookie: world.rep }, { params });
  expect(problemOf(asRep).status).toBe(403);
  const asStranger = await call(server, importRoutes.get, { cookie: world.stranger }, { params });
  expect(problemOf(asStranger).status).toBe(404);
});
