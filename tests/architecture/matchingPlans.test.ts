import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { describe, expect, it } from 'vitest';
import type { EnrollmentFilter } from '#shared/automation/bulk.ts';
import {
  connectionsTo,
  countMatching,
  matchingIds,
  reasonsPresent,
} from '../../companion-server/engine/index.ts';
import { openStage } from '../simulation/setup.ts';

const fields: EnrollmentFilter = {
  status: 'failed',
  nodeId: 'invite',
  senderId: 's1',
  reason: 'timeout',
  search: 'anna b',
};

/** Every subset of the filter's fields. */
function combinations(): EnrollmentFilter[] {
  const entries = Object.entries(fields);
  return Array.from({ length: 2 ** entries.length }, (_, bits) =>
    Object.fromEntries(entries.filter((_, at) => bits & (1 << at))),
  );
}

describe('the filters of an automation’s contacts', () => {
  it('walk an index in its order, whatever is combined', async () => {
    const statements = new Set<string>();
    const stage = await openStage(1, (text) => statements.add(text));
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
        const wide =
          /^SCAN (?!\(subquery|CONSTANT)/.test(String(detail)) || /TEMP B-TREE/.test(String(detail));
        if (wide) bad.push(`${String(detail)}: ${text}`);
      }
    }
    plans.close();
    expect(bad).toEqual([]);
  });
});
