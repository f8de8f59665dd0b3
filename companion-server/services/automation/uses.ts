import { and, eq, sql } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import type { Call } from '../context.ts';

const { automation } = schema;

/** How many a refusal names. */
export const NAMED_AT_MOST = 5;

/**
 * The automations whose draft or version under way names this id, as words; archived ones need nothing any more. An id is
 * found as a piece of text: it is unique, and stands in settings of steps and within texts.
 */
export async function automationsNaming(
  q: Queryable,
  { workspaceId }: Pick<Call, 'workspaceId'>,
  id: string,
): Promise<string[]> {
  const rows = await q
    .select({ name: automation.name })
    .from(automation)
    .where(
      and(
        eq(automation.workspaceId, workspaceId),
        sql`${automation.status} <> 'archived'`,
        sql`(instr(${automation.draft}, ${id}) > 0 OR EXISTS (
          SELECT 1 FROM automation_version v
          WHERE v.automation_id = ${automation.id} AND instr(v.graph, ${id}) > 0
            AND (v.id = ${automation.versionId} OR EXISTS (
              SELECT 1 FROM enrollment e WHERE e.version_id = v.id AND e.ended_at IS NULL
            ))
        ))`,
      ),
    )
    .limit(NAMED_AT_MOST);
  return rows.map(({ name }) => `the automation "${name}"`);
}
