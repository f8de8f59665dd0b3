import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import type { EnrollmentFilter } from '#shared/automation/bulk.ts';
import { schema } from '../../companion-server/db/index.ts';
import {
  connectionsTo,
  countMatching,
  matchingIds,
  reasonsPresent,
} from '../../companion-server/engine/index.ts';
import { openStage, WORKSPACE } from '../simulation/setup.ts';

const fields: EnrollmentFilter = {
  status: 'failed',
  nodeId: 'invite',
  senderId: 's1',
  reason: 'timeout',
};

/** Few have the one in the index of texts, more than are looked at by themselves the other. */
const searches = ['rarissima b', 'anna b'];

/** Every subset of the filter's fields, with either search. */
function combinations(): EnrollmentFilter[] {
  return searches.flatMap((search) => subsets({ ...fields, search }));
}

function subsets(filter: EnrollmentFilter): EnrollmentFilter[] {
  const entries = Object.entries(filter);
  return Array.from({ length: 2 ** entries.length }, (_, bits) =>
    Object.fromEntries(entries.filter((_, at) => bits & (1 << at))),
  );
}

describe('the filters of an automation’s contacts', () => {
  it('walk an index in its order, whatever is combined', async () => {
    const statements = new Set<string>();
    const stage = await openStage(1, (text) => statements.add(text));
    await stage.db.write(async (tx) => {
      const own = { workspaceId: WORKSPACE, createdAt: 1, updatedAt: 1 };
      await tx
        .insert(schema.automation)
        .values({ ...own, id: 'a1', name: 'A', draft: { nodes: [], edges: [] }, createdBy: 'u' });
      await tx.run(sql`INSERT INTO contact (id, workspace_id, sort_name, source, legal_basis, created_at, updated_at)
        SELECT printf('p%06d', value), ${WORKSPACE}, 'anna b', 'csv', 'x', 1, 1 FROM generate_series(1, 2100)`);
    });
    statements.clear();
    for (const filter of combinations()) {
      await matchingIds(stage.db.reader, 'a1', filter, { before: null, limit: 50 });
      await matchingIds(stage.db.reader, 'a1', filter, { before: 'x', limit: 50 });
      await countMatching(stage.db.reader, 'a1', filter);
      await connectionsTo(stage.db.reader, 'a1', { selection: { filter }, senderId: 's2', onlyOwner: 'u1' });
    }
    const ids = { selection: { ids: ['e1', 'e2'] }, senderId: 's2', onlyOwner: null };
    await connectionsTo(stage.db.reader, 'a1', ids);
    await reasonsPresent(stage.db.reader, 'a1');
    await stage.close();
    expect(statements.size).toBeGreaterThan(80);
    const plans = createClient({
      url: `file:${join(mkdtempSync(join(tmpdir(), 'rapport-plan-')), 'plan.db')}`,
    });
    await plans.executeMultiple(stage.schemaText);
    const bad: string[] = [];
    for (const text of statements) {
      const args = Array.from({ length: text.match(/\?/g)?.length ?? 0 }, () => null);
      const { rows } = await plans.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
      for (const { detail } of rows) {
        // Of a rare word at most 2,000 contacts come, each by its id, and those may be sorted.
        const isFew = /json_each\(\?\) AS few/.test(text) && /^SCAN few|TEMP B-TREE/.test(String(detail));
        const wide =
          /^SCAN (?!\(subquery|CONSTANT|contact_search VIRTUAL)/.test(String(detail)) ||
          /TEMP B-TREE/.test(String(detail));
        if (wide && !isFew) bad.push(`${String(detail)}: ${text}`);
      }
    }
    plans.close();
    expect(bad).toEqual([]);
  });
});
