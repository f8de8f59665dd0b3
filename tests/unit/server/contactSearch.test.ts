import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Database, schema } from '../../../companion-server/db/index.ts';
import { listContacts } from '../../../companion-server/services/contact/list.ts';
import type { MemberCall } from '../../../companion-server/services/context.ts';
import { openTestDatabase } from '../../support/openTestDatabase.ts';

const statements: string[] = [];
let folder: string;
let db: Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-search-'));
  db = await openTestDatabase(join(folder, 'search.db'), (text) => statements.push(text));
});
afterEach(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Given {
  workspace?: string;
  sortName?: string;
  email?: string;
  company?: string;
  title?: string;
}

async function add(id: string, { workspace = 'w1', sortName = '', email, company, title }: Given) {
  await db.write((tx) =>
    tx.insert(schema.contact).values({
      id,
      workspaceId: workspace,
      sortName,
      email: email ?? null,
      companyName: company ?? null,
      title: title ?? null,
      source: 'csv',
      legalBasis: 'x',
      createdAt: 1,
      updatedAt: 1,
    }),
  );
}

const many = (n: number, workspace = 'w1') =>
  db.write((tx) =>
    tx.run(sql`INSERT INTO contact (id, workspace_id, sort_name, company_name, source, legal_basis, created_at, updated_at)
      SELECT ${workspace} || printf('-%06d', value), ${workspace}, printf('person %06d', value), 'Everywhere Ltd', 'csv', 'x', 1, 1
      FROM generate_series(1, ${n})`),
  );

/** Only what the list reads of a call. */
const callIn = (workspaceId: string) => ({ db, workspaceId }) as unknown as MemberCall;
const page = (search?: string, more: { cursor?: string; limit?: number; listId?: string } = {}) =>
  listContacts(callIn('w1'), { limit: 50, ...(search === undefined ? {} : { search }), ...more });
const found = async (search: string) => (await page(search)).items.map(({ id }) => id);

/** The trigrams that the full-text index still knows. */
async function trigrams(): Promise<string[]> {
  await db.write((tx) =>
    tx.run(sql`CREATE VIRTUAL TABLE IF NOT EXISTS terms USING fts5vocab('contact_search', 'row')`),
  );
  const rows = await db.reader.all<{ term: string }>(sql`SELECT term FROM terms`);
  return rows.map(({ term }) => term);
}

it('finds every word anywhere, in any case of its letters', async () => {
  await add('a', { sortName: 'müller anna', email: 'anna@acme.test', company: 'ÄRZTE GmbH', title: 'CTO' });
  await add('b', { sortName: 'miller bob', email: 'bob@acme.test', company: 'Bakery', title: 'Head of IT' });
  expect(await found('ÜLLE')).toEqual(['a']);
  expect(await found('acme')).toEqual(['b', 'a']);
  expect(await found('acme bake')).toEqual(['b']);
  expect(await found('ärzte cto')).toEqual(['a']);
  expect(await found('it')).toEqual(['b']);
  expect(await found('bakery it')).toEqual(['b']);
  expect(await found('bakery cto')).toEqual([]);
  expect(await found('ä')).toEqual(['a']);
  // A word never reaches from one field into the next.
  expect(await found('annaanna')).toEqual([]);
});

it('takes every letter of the search as it is', async () => {
  await add('a', { sortName: 'plain' });
  await add('b', { sortName: '100% "sure" a_b *[x]? \\ or' });
  for (const search of ['100%', '"sure"', 'a_b', '*[x]?', '%', '"', '*', '\\', '"su OR'])
    expect(await found(search), search).toEqual(['b']);
  for (const search of ['pla%n', 'pl*n', 'pl_in', 'plain" OR "sure', 'NOT', 'text:plain', 'p?a'])
    expect(await found(search), search).toEqual([]);
});

it('finds nobody of another workspace and nobody in the recycle bin, and follows every change', async () => {
  await add('a', { sortName: 'zebedea', workspace: 'w2' });
  await add('b', { sortName: 'zebedea one' });
  expect(await found('zebedea')).toEqual(['b']);
  const set = (values: Partial<typeof schema.contact.$inferInsert>) =>
    db.write((tx) => tx.update(schema.contact).set(values).where(sql`id = 'b'`));
  await set({ deletedAt: 1 });
  expect(await found('zebedea')).toEqual([]);
  expect(await page()).toMatchObject({ total: 0, atLeast: false });
  await set({ deletedAt: null, sortName: 'quincy' });
  expect(await found('zebedea')).toEqual([]);
  expect(await found('quincy')).toEqual(['b']);
  expect(await page()).toMatchObject({ total: 1, atLeast: false });
  await db.write((tx) => tx.delete(schema.contact));
  expect(await trigrams()).toEqual([]);
  expect(await page()).toMatchObject({ items: [], total: 0 });
});

it('leaves no trigram of who is gone in the pages of the index', async () => {
  await many(300);
  await add('x', { sortName: 'zqxjvk' });
  expect(await trigrams()).toEqual(expect.arrayContaining(['zqx', 'qxj', 'xjv', 'jvk']));
  await db.write((tx) => tx.update(schema.contact).set({ sortName: '', deletedAt: 1 }).where(sql`id = 'x'`));
  expect((await trigrams()).filter((term) => /zqx|qxj|xjv|jvk/.test(term))).toEqual([]);
  const blocks = await db.reader.all<{ block: ArrayBuffer }>(sql`SELECT block FROM contact_search_data`);
  const bytes = blocks.map(({ block }) => Buffer.from(block).toString('latin1')).join('');
  expect(bytes).toContain('per');
  expect(bytes).not.toMatch(/zqx|qxj|xjv|jvk|qx|xj|jv/);
});

it('sorts the few that match, walks the names where many do, and never counts them all', async () => {
  await many(3_000);
  await many(3_000, 'w2');
  await add('rare', { sortName: 'person 0015005', company: 'Rarely Ltd' });
  statements.length = 0;
  const rare = await page('rarely person');
  expect(rare).toMatchObject({ total: 1, atLeast: false, nextCursor: null });
  expect(
    statements.filter((text) => /order by "contact"."sort_name"/i.test(text) && !/AS few/.test(text)),
  ).toEqual([]);
  statements.length = 0;
  const common = await page('everywhere');
  expect(common.items.map(({ id }) => id)[0]).toBe('w1-000001');
  expect(common).toMatchObject({ total: 2_000, atLeast: true });
  expect(await page('ev')).toMatchObject({ total: 50, atLeast: true });
  expect(statements.filter((text) => /count\(/i.test(text))).toEqual([]);
  expect(await page()).toMatchObject({ total: 3_001, atLeast: false });
});

it.each([
  ['few match', '0021'],
  ['many match', 'everywhere'],
  ['no trigram', 'er'],
])('gives each once, in the order of names, over all pages: %s', async (_, search) => {
  await many(2_200);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const next = await page(search, { limit: 60, ...(cursor ? { cursor } : {}) });
    seen.push(...next.items.map(({ id }) => id));
    cursor = next.nextCursor ?? undefined;
  } while (cursor);
  const names = Array.from({ length: 2_200 }, (_each, i) => String(i + 1).padStart(6, '0'));
  const wanted = names.filter((name) => `person ${name} everywhere ltd`.includes(search));
  expect(wanted.length).toBeGreaterThan(60);
  expect(seen).toEqual(wanted.map((name) => `w1-${name}`));
});

it('looks into a list, a small and a large one', async () => {
  await many(2_500);
  for (const [id, upTo] of [
    ['small', 10],
    ['large', 2_400],
  ] as const) {
    await db.write(async (tx) => {
      await tx.run(
        sql`INSERT INTO list (id, workspace_id, name, member_count, created_at) VALUES (${id}, 'w1', ${id}, ${upTo}, 1)`,
      );
      await tx.run(sql`INSERT INTO list_member (list_id, contact_id, workspace_id, added_at)
        SELECT ${id}, printf('w1-%06d', value), 'w1', 1 FROM generate_series(1, ${upTo})`);
    });
  }
  expect(await page(undefined, { listId: 'small' })).toMatchObject({ total: 10, atLeast: false });
  expect(await page('everywhere', { listId: 'small' })).toMatchObject({ total: 10, atLeast: false });
  expect(await page('000002', { listId: 'small' })).toMatchObject({ total: 1, items: [{ id: 'w1-000002' }] });
  expect(await page('002450', { listId: 'large' })).toMatchObject({ total: 0 });
  expect(await page('everywhere', { listId: 'large' })).toMatchObject({ total: 50, atLeast: true });
  await expect(page(undefined, { listId: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
});
