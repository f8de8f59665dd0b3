import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactRoutes, importRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { must } from '#shared/kernel/assert.ts';
import { schema } from '../../companion-server/db/index.ts';
import { isStoplisted } from '../../companion-server/engine/index.ts';
import { foldCompanyNames } from '../../companion-server/services/upkeep/companyKeys.ts';
import { csv } from './fixture.ts';
import { call, problemOf, setUp, startTestServer, type TestServer } from './support.ts';

/** Whom an entry of the stoplist means: what lists show and what the engine asks before it writes say the same. */

let server: TestServer;
let caller: { cookie: string };
beforeAll(async () => {
  server = await startTestServer();
  caller = await setUp(server);
});
afterAll(() => server.close());

const people = [
  'Anna,anna@acme.com,Acme GmbH,',
  'Ben,,ACME Inc.,ben-berg',
  'Cleo,cleo@uk.acme.com,,',
  'Dana,dana@acme.co.uk,Acme,',
  'Emil,emil@notacme.com,Not Acme,',
  'Fay,fay@eu.mail.firm.co.uk,Firm,',
];

async function stoplisted(): Promise<string[]> {
  const answer = await call(server, contactRoutes.list, caller, { query: {} });
  const { items } = contactRoutes.list.response.parse(answer.body);
  const shown = items.filter((each) => each.stoplisted).map(({ firstName }) => firstName);
  const { reader } = server.services.db;
  const stopped: string[] = [];
  for (const row of await reader.select().from(schema.contact)) {
    if (await isStoplisted(reader, row)) stopped.push(row.firstName);
  }
  expect(stopped.toSorted()).toEqual(shown.toSorted());
  return stopped.toSorted();
}

/** What an entry stops while it is there. */
async function stoppedBy(value: string): Promise<string[]> {
  const added = await call(server, stoplistRoutes.add, caller, { body: { value, reason: 'competitor' } });
  const names = await stoplisted();
  const { id } = stoplistRoutes.add.response.parse(added.body);
  await call(server, stoplistRoutes.remove, caller, { params: { entryId: id } });
  return names;
}

test('a company by its name, whatever its people’s addresses; a domain with all below it', async () => {
  const body = {
    fileName: 'people.csv',
    contentBase64: csv(
      `First name,Email,Company,LinkedIn\n${people.join('\n')}\n`.replaceAll(
        ',ben-berg',
        ',https://www.linkedin.com/in/ben-berg/',
      ),
    ),
  };
  const { id } = importRoutes.upload.response.parse(
    (await call(server, importRoutes.upload, caller, { body })).body,
  );
  await call(server, importRoutes.run, caller, {
    params: { importId: id },
    body: {
      mapping: ['firstName', 'email', 'company', 'linkedinUrl'],
      listName: 'All',
      legalBasis: 'legitimate_interest',
    },
  });
  expect(await stoplisted()).toEqual([]);
  expect(await stoppedBy('Acme GmbH')).toEqual(['Anna', 'Ben', 'Dana']);
  expect(await stoppedBy('acme.com')).toEqual(['Anna', 'Cleo']);
  expect(await stoppedBy('uk.acme.com')).toEqual(['Cleo']);
  expect(await stoppedBy('firm.co.uk')).toEqual(['Fay']);
  expect(await stoppedBy('mail.firm.co.uk')).toEqual(['Fay']);
});

test('a domain in which everybody registers is no entry', async () => {
  const answer = await call(server, stoplistRoutes.add, caller, { body: { value: 'co.uk', reason: 'x' } });
  expect(problemOf(answer).fields.map(({ field }) => field)).toEqual(['value']);
});

test('names that were stored before are folded once', async () => {
  await server.services.db.write((tx) => tx.update(schema.contact).set({ companyKey: null }));
  expect(await foldCompanyNames(server.services)).toBe(false);
  const rows = await server.services.db.reader.select().from(schema.contact);
  const keyOf = (name: string) =>
    must(
      rows.find((row) => row.firstName === name),
      name,
    ).companyKey;
  expect(['Anna', 'Ben', 'Emil'].map(keyOf)).toEqual(['acme', 'acme', 'not acme']);
  expect(keyOf('Cleo')).toBeNull();
});
