import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { expect, it } from 'vitest';
import { taskGroup } from '#shared/contract/task.ts';
import type { MemberCall } from '../../companion-server/services/context.ts';
import { countTasks, listTasks } from '../../companion-server/services/task/list.ts';
import { openStage, WORKSPACE } from '../simulation/setup.ts';

const cursors = {
  manual: [1, 'x'],
  approval: ['x'],
  unknown: ['x'],
  missing_data: ['x'],
  confirm: ['x', 'x'],
  reply: ['x', 'x'],
};

it('counts and lists what waits for people on partial indexes, in their order', async () => {
  const statements = new Set<string>();
  const stage = await openStage(1, (text) => statements.add(text));
  statements.clear();
  for (const role of ['owner', 'rep']) {
    // Only what these lists read of a call.
    const actor = { kind: 'member', id: 'm1', userId: 'u1', role };
    const call = { ...stage.ctx, workspaceId: WORKSPACE, actor } as unknown as MemberCall;
    await countTasks(call);
    for (const group of taskGroup.options) {
      const cursor = Buffer.from(JSON.stringify(cursors[group])).toString('base64url');
      await listTasks(call, { group, limit: 50 });
      await listTasks(call, { group, limit: 50, cursor });
    }
  }
  await stage.close();
  expect(statements.size).toBeGreaterThan(30);
  const plans = createClient({
    url: `file:${join(mkdtempSync(join(tmpdir(), 'rapport-plan-')), 'plan.db')}`,
  });
  await plans.executeMultiple(stage.schemaText);
  const bad: string[] = [];
  for (const text of statements) {
    const args = Array.from({ length: text.split('?').length - 1 }, () => null);
    const { rows } = await plans.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    for (const { detail } of rows) {
      const wide = /^SCAN (?!\(subquery)/.test(String(detail)) || /TEMP B-TREE/.test(String(detail));
      if (wide) bad.push(`${String(detail)}: ${text}`);
    }
  }
  plans.close();
  expect(bad).toEqual([]);
});
