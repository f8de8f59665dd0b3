import { sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { type Reader, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { accountOf, atCommit } from '../pace/usage.ts';
import { channelById, findTask } from '../rows.ts';
import type { Drift } from './counters.ts';

/** The longest window of a limit that the recount looks at. */
const WINDOW = 7 * DAY;
const AT_ONCE = 2000;

/** What a commit of each kind spends, in SQL; kinds that spend nothing there have none. */
const spentKind = sql.raw(
  `CASE t.kind ${Object.entries(atCommit)
    .flatMap(([kind, [spent]]) => (spent ? [`WHEN '${kind}' THEN '${spent}'`] : []))
    .join(' ')} END`,
);

/** Steps that were allowed within the window and do not count against the account's limits. */
export async function findUnspent(reader: Reader, now: number, pause: () => Promise<void>): Promise<Drift[]> {
  const found: Drift[] = [];
  for (let after = ''; ; ) {
    const [last] = await reader.all<{ id: string | null }>(
      sql`SELECT max(id) AS id FROM (SELECT id FROM task WHERE id > ${after} ORDER BY id LIMIT ${AT_ONCE})`,
    );
    if (!last?.id) return found;
    const rows = await reader.all<{ id: string; workspace_id: string }>(
      sql`SELECT t.id, t.workspace_id FROM task t JOIN channel c ON c.id = t.channel_id
        WHERE t.id > ${after} AND t.id <= ${last.id} AND ${spentKind} IS NOT NULL
          AND t.committed_at >= max(${now - WINDOW}, coalesce(c.first_used_at, 0))
          AND NOT EXISTS (SELECT 1 FROM usage u WHERE u.account = c.kind || ':' || coalesce(c.address, c.id)
            AND u.kind = ${spentKind} AND u.at = t.committed_at AND u.task_id = t.id)`,
    );
    for (const { id, workspace_id } of rows) {
      found.push({ counter: 'usage', workspaceId: workspace_id, key: [id], stored: 0, counted: 1 });
    }
    after = last.id;
    await pause();
  }
}

/** Counts a step again at the moment it was allowed. */
export async function spendAgain(unit: Unit, taskId: string): Promise<void> {
  const task = await findTask(unit.tx, taskId);
  if (!task || task.committedAt === null) return;
  const [kind] = atCommit[task.kind];
  if (!kind) return;
  const channel = await channelById(unit.tx, task.channelId);
  await unit.tx
    .insert(schema.usage)
    .values({ account: accountOf(channel), kind, at: task.committedAt, taskId })
    .onConflictDoNothing();
}
