import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { limits } from '#shared/kernel/limits.ts';
import { schema } from '../../companion-server/db/index.ts';
import { call, problemOf, setUp, startTestServer, type TestServer } from './support.ts';

/** How many of each a workspace may have. */

let server: TestServer;
let caller: { cookie: string };
let workspaceId: string;
const statements: string[] = [];
beforeAll(async () => {
  server = await startTestServer({ onStatement: (text) => statements.push(text) });
  ({ workspaceId, ...caller } = await setUp(server));
});
afterAll(() => server.close());

/** Ids of as many rows as there may be. */
const many = (count: number) => Array.from({ length: count }, () => server.services.newId());
const { automation, list, tag } = schema;

test.each([
  ['lists', list, contactRoutes.createList, contactRoutes.lists, limits.lists],
  ['tags', tag, tagRoutes.create, tagRoutes.list, limits.tags],
] as const)(
  '%s: at most so many, and all of them are listed',
  async (what, table, create, listed, atMost) => {
    const rows = many(atMost - 1).map((id) => ({ id, workspaceId, name: id, createdAt: 1 }));
    await server.services.db.write((tx) => tx.insert(table).values(rows));
    const make = (name: string) => call(server, create, caller, { body: { name } });
    expect((await make('The last one')).status).toBe(200);
    expect(problemOf(await make('One more'))).toMatchObject({ status: 409, code: `too_many_${what}` });
    expect((await call(server, listed, caller)).body).toMatchObject({ items: { length: atMost } });
  },
);

test('automations: at most so many that are not archived; a list of them reads no graph of a draft', async () => {
  const { db } = server.services;
  const draft = { nodes: [], edges: [] };
  const rows = many(limits.automations - 1).map((id) => ({
    ...{ id, workspaceId, name: id, draft, createdBy: 'u', createdAt: 1, updatedAt: 1 },
  }));
  await db.write((tx) => tx.insert(automation).values(rows));
  const make = (name: string) => call(server, automationRoutes.create, caller, { body: { name } });
  expect((await make('The last one')).status).toBe(200);
  expect(problemOf(await make('One more'))).toMatchObject({ status: 409, code: 'too_many_automations' });
  await db.write((tx) =>
    tx
      .update(automation)
      .set({ status: 'archived' })
      .where(eq(automation.id, rows[0]?.id ?? '')),
  );
  expect((await make('In its place')).status).toBe(200);

  statements.length = 0;
  const answer = await call(server, automationRoutes.list, caller);
  const { items } = automationRoutes.list.response.parse(answer.body);
  expect(items).toHaveLength(limits.automations + 1);
  expect(items.map(({ id }) => id)).toEqual(
    items
      .map(({ id }) => id)
      .sort()
      .reverse(),
  );
  expect(statements.length).toBeLessThan(20);
  expect(statements.filter((text) => text.includes('"draft"'))).toEqual([]);
});
