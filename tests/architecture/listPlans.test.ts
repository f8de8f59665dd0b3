import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../companion-server/db/index.ts';
import { listAutomations } from '../../companion-server/services/automation/view.ts';
import { listContacts } from '../../companion-server/services/contact/list.ts';
import type { MemberCall } from '../../companion-server/services/context.ts';
import { listNotifications } from '../../companion-server/services/notification/notifications.ts';
import { listStoplist } from '../../companion-server/services/stoplist/stoplist.ts';

const PEOPLE = 20_000;
const statements = new Set<string>();
const folder = mkdtempSync(join(tmpdir(), 'rapport-lists-'));
const url = `file:${join(folder, 'lists.db')}`;
let db: Database;
let call: MemberCall;

beforeAll(async () => {
  db = await openDatabase({ url, onStatement: (text) => statements.add(text) });
  await db.write(async (tx) => {
    const each = sql`FROM generate_series(1, ${PEOPLE})`;
    await tx.run(sql`INSERT INTO contact (id, workspace_id, sort_name, email, source, legal_basis, created_at, updated_at)
      SELECT 'c' || value, 'w' || (value % 20), 'name' || value, 'p' || value || '@firm.test', 'csv', 'x', 1, 1 ${each}`);
    await tx.run(sql`INSERT INTO suppression (id, workspace_id, kind, value, reason, "by", at)
      SELECT 's' || value, 'w' || (value % 20), 'email', 'x' || value, 'x', 'x', 1 ${each}`);
    await tx.run(sql`INSERT INTO list (id, workspace_id, name, created_at) VALUES ('l', 'w1', 'List', 1)`);
    await tx.run(sql`INSERT INTO list_member (list_id, contact_id, workspace_id, added_at)
      SELECT 'l', 'c' || value, 'w1', 1 ${each}`);
    await tx.run(sql`INSERT INTO enrollment (id, workspace_id, automation_id, version_id, segment_node_id, contact_id, status, visited, replies_from, created_at, updated_at)
      SELECT 'e' || value, 'w' || (value % 20), 'a' || (value % 20), 'v', 'n', 'c' || value, 'ready', '[]', 1, 1, 1 ${each}`);
    await tx.run(sql`INSERT INTO automation (id, workspace_id, name, status, draft, created_by, created_at, updated_at)
      SELECT 'a' || value, 'w' || (value % 20), 'Automation', 'draft', '{"nodes":[],"edges":[]}', 'u', 1, 1 FROM generate_series(0, 199)`);
    await tx.run(sql`ANALYZE`);
  });
  statements.clear();
  // Only what these lists read of a call.
  const parts = {
    db,
    workspaceId: 'w1',
    clocks: { schedule: { now: () => 1 } },
    actor: { kind: 'member', id: 'u', userId: 'u', role: 'owner' },
  };
  call = parts as unknown as MemberCall;
}, 120_000);
afterAll(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

it('the lists walk an index of their workspace: nothing is scanned, nothing sorted in a temporary tree', async () => {
  const page = { limit: 50 };
  const first = await listContacts(call, page);
  expect(first.items).toHaveLength(50);
  await listContacts(call, { ...page, cursor: first.nextCursor ?? undefined });
  await listContacts(call, { ...page, search: 'name1' });
  // Many have "name", few have "name1234", nothing has an index of two letters.
  for (const search of ['name1', 'name1234', 'me', 'name1234 me', '%_"*']) {
    await listContacts(call, { ...page, search });
    await listContacts(call, { ...page, search, listId: 'l' });
  }
  await listContacts(call, { ...page, listId: 'l' });
  const stoplist = await listStoplist(call, page);
  await listStoplist(call, { ...page, cursor: stoplist.nextCursor ?? undefined });
  await listNotifications(call, page);
  expect((await listAutomations(call)).items).toHaveLength(10);

  const client = createClient({ url });
  const bad: string[] = [];
  for (const text of statements) {
    const args = Array.from({ length: text.split('?').length - 1 }, () => null);
    const { rows } = await client.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    for (const { detail } of rows) {
      // The at most 2,000 that a search found are sorted.
      if (/AS few/.test(text) && /TEMP B-TREE/.test(String(detail))) continue;
      if (/^SCAN (?!\w+ VIRTUAL TABLE)|TEMP B-TREE/.test(String(detail)))
        bad.push(`${detail} <= ${text.slice(0, 300)}`);
    }
  }
  client.close();
  expect(bad.join('\n')).toBe('');
});
