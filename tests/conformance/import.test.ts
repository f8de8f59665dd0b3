import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactRoutes, importRoutes, personalDataRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import { createUnsubscribeToken } from '../../companion-server/email/unsubscribeToken.ts';
import { eraseContact, hashOf, unitOfWork } from '../../companion-server/engine/index.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { csv } from './fixture.ts';
import { call, ORIGIN, problemOf, setUp, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let caller: { cookie: string };
beforeAll(async () => {
  server = await startTestServer();
  caller = await setUp(server);
});
afterAll(() => server.close());

async function upload(text: string) {
  const body = { fileName: 'leads.csv', contentBase64: csv(text) };
  return importRoutes.upload.response.parse((await call(server, importRoutes.upload, caller, { body })).body);
}

async function run(importId: string, mapping: string[], listName = 'Leads') {
  return call(server, importRoutes.run, caller, {
    params: { importId },
    body: { mapping, listName, legalBasis: 'legitimate_interest' },
  });
}

async function rowsOf(importId: string, outcome?: string) {
  const answer = await call(server, importRoutes.rows, caller, {
    params: { importId },
    query: outcome ? { outcome } : {},
  });
  return importRoutes.rows.response.parse(answer.body).items;
}

async function contacts(search?: string) {
  const answer = await call(server, contactRoutes.list, caller, { query: search ? { search } : {} });
  return contactRoutes.list.response.parse(answer.body);
}

test('added, updated, duplicate and rejected rows, each with its reason; a merge fills only what is empty', async () => {
  await call(server, stoplistRoutes.add, caller, { body: { value: 'blocked.test', reason: 'competitor' } });
  const first = await upload(
    'First name;Last name;Email;LinkedIn URL;Plan\nAnna;Berg;anna@corp.test;https://www.linkedin.com/in/anna-berg/;pro\nBo;Li;bo@blocked.test;;\nCy;;nonsense;;\nAnna;B.;ANNA@corp.test;;\n',
  );
  expect(first).toMatchObject({ delimiter: ';', rowCount: 4 });
  expect(first.columns.map(({ suggestion }) => suggestion)).toEqual([
    'firstName',
    'lastName',
    'email',
    'linkedinUrl',
    'ignore',
  ]);
  const mapping = ['firstName', 'lastName', 'email', 'linkedinUrl', 'custom:plan'];
  expect((await run(first.id, mapping)).body).toMatchObject({
    added: 2,
    updated: 0,
    duplicates: 1,
    rejected: 1,
  });
  expect(await rowsOf(first.id, 'rejected')).toEqual([
    {
      row: 4,
      outcome: 'rejected',
      field: 'email',
      reason: '"nonsense" is no email address',
      contactId: null,
    },
  ]);
  expect((await rowsOf(first.id, 'added'))[1]?.reason).toContain('on the stoplist');

  const second = await upload('Name,Email,Company,Title\nOther Name,anna@corp.test,Corp GmbH,CTO\n');
  const done = await run(second.id, ['fullName', 'email', 'company', 'title']);
  expect(done.body).toMatchObject({ added: 0, updated: 1 });
  const { items, total } = await contacts('anna');
  expect(total).toBe(1);
  expect(items[0]).toMatchObject({ firstName: 'Anna', lastName: 'Berg', title: 'CTO', company: 'Corp GmbH' });
  expect((await contacts('blocked')).items[0]?.stoplisted).toBe(true);
  const lists = contactRoutes.lists.response.parse((await call(server, contactRoutes.lists, caller)).body);
  expect(lists.items).toMatchObject([{ name: 'Leads', memberCount: 2 }]);
});

test('what becomes part of a history bears schedule time, whoever wrote it', async () => {
  const { services } = server;
  const { clocks } = services;
  const { lease } = clocks;
  services.clocks = { lease, schedule: { now: () => lease.now() + 10 * DAY } };
  try {
    await run((await upload('Email\nlater@corp.test\n')).id, ['email']);
    await call(server, stoplistRoutes.add, caller, { body: { value: 'later.test', reason: 'competitor' } });
  } finally {
    services.clocks = clocks;
  }
  const { contact, event, suppression } = schema;
  const { reader } = services.db;
  const [person] = await reader.select().from(contact).where(eq(contact.email, 'later@corp.test'));
  const events = await reader
    .select()
    .from(event)
    .where(eq(event.contactId, person?.id ?? ''));
  const [entry] = await reader.select().from(suppression).where(eq(suppression.value, 'later.test'));
  for (const at of [person?.createdAt, events[0]?.at, entry?.at]) {
    expect(at).toBeGreaterThan(lease.now() + 9 * DAY);
  }
});

test('an import runs once', async () => {
  const { id } = await upload('Email\nonce@corp.test\n');
  expect((await run(id, ['email'])).status).toBe(200);
  expect(problemOf(await run(id, ['email']))).toMatchObject({ status: 409, code: 'import_done' });
});

test.each([
  [['firstName', 'lastName'], 'mapping_no_identity', 'mapping'],
  [['email', 'email'], 'mapping_twice', 'mapping.1'],
  [['email'], 'mapping_length', 'mapping'],
])('the mapping %j is refused and nothing is written', async (mapping, code, field) => {
  const { total } = await contacts();
  const { id } = await upload('Name,Email\nNobody,nobody@corp.test\n');
  expect(problemOf(await run(id, mapping))).toMatchObject({ status: 422, code, fields: [{ field }] });
  expect((await contacts()).total).toBe(total);
});

test('pages by cursor show everybody once', async () => {
  const names = Array.from({ length: 25 }, (_, index) => `p${index}@pages.test`);
  const { id } = await upload(`Email\n${names.join('\n')}\n`);
  await run(id, ['email'], 'Pages');
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const answer = await call(server, contactRoutes.list, caller, {
      query: { search: 'pages.test', limit: '10', ...(cursor ? { cursor } : {}) },
    });
    const page = contactRoutes.list.response.parse(answer.body);
    seen.push(...page.items.map(({ email }) => email ?? ''));
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  expect(seen.sort()).toEqual(names.sort());
});

test('nobody comes in again who asked to be erased, nor from the recycle bin by the side door', async () => {
  const file = 'First name,Email\nEra,era@gone.test\nBin,bin@gone.test\n';
  const mapping = ['firstName', 'email'];
  const { id } = await upload(file);
  await run(id, mapping, 'Gone');
  const [era] = (await contacts('era@gone')).items;
  const [bin] = (await contacts('bin@gone')).items;
  expect(
    (await call(server, personalDataRoutes.erase, caller, { params: { contactId: era?.id ?? '' } })).status,
  ).toBe(200);
  expect(
    (await call(server, personalDataRoutes.delete, caller, { params: { contactId: bin?.id ?? '' } })).status,
  ).toBe(200);
  const logged = await server.services.erasureLog.read();
  expect(logged).toHaveLength(1);
  expect(JSON.stringify(logged)).not.toContain('gone.test');
  const again = await upload(file);
  await run(again.id, mapping, 'Gone');
  expect((await rowsOf(again.id, 'rejected')).map(({ reason }) => reason)).toEqual([
    'this person asked to be erased or not to be written to, and does not come in again',
    'in the recycle bin: restore the contact there first',
  ]);
  expect((await contacts('gone.test')).total).toBe(0);
});

test('a file that names somebody who is erased does not wait any longer, others do', async () => {
  await run((await upload('Email\nnamed@erased.test\n')).id, ['email'], 'Named');
  const [contact] = (await contacts('named@erased')).items;
  const naming = await upload('Email,Note\nother@erased.test,"knows Named@Erased.test"\n');
  const other = await upload('Email\nother@erased.test\n');
  const params = { contactId: contact?.id ?? '' };
  expect((await call(server, personalDataRoutes.erase, caller, { params })).status).toBe(200);
  expect(problemOf(await run(naming.id, ['email', 'ignore']))).toMatchObject({
    status: 404,
    code: 'not_found',
  });
  expect((await run(other.id, ['email'])).status).toBe(200);
});

test('whose data is erased for its age opts out by the link in an old email: they do not come in again', async () => {
  const file = 'First name,Email\nOlde,olde@past.test\nOther,other@past.test\n';
  const mapping = ['firstName', 'email'];
  await run((await upload(file)).id, mapping, 'Past');
  const { services, app } = server;
  const linkTo = async (address: string) => {
    const [contact] = (await contacts(address)).items;
    const contactId = contact?.id ?? '';
    const recipientHash = hashOf(services.keyedHash, { kind: 'email', value: address });
    const [workspace] = await services.db.reader.select().from(schema.workspace);
    const claim = { workspaceId: workspace?.id ?? '', contactId, taskId: null, recipientHash };
    await unitOfWork(engineOf(services), (unit) => eraseContact(unit, contactId, { remember: false }));
    return `${ORIGIN}/u/${createUnsubscribeToken(claim, services.unsubscribeKey)}`;
  };
  const link = await linkTo('olde@past.test');
  const unused = await linkTo('other@past.test');
  const textOf = async (url: string, method = 'GET') => (await app.request(url, { method })).text();
  expect(await textOf(link)).toContain('<button type="submit">Unsubscribe</button>');
  for (const _ of [1, 2]) expect(await textOf(link, 'POST')).toContain('You are unsubscribed');
  expect(await textOf(link)).toContain('You are unsubscribed');
  expect(await textOf(unused)).not.toContain('You are unsubscribed');
  const again = await upload(file);
  await run(again.id, mapping, 'Past');
  expect((await rowsOf(again.id, 'rejected')).map(({ reason }) => reason)).toEqual([
    'this person asked to be erased or not to be written to, and does not come in again',
  ]);
  expect((await contacts('past.test')).items.map(({ email }) => email)).toEqual(['other@past.test']);
});
