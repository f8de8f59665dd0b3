import { and, eq, gt, min, type SQL, sql } from 'drizzle-orm';
import type { BulkSelection, EnrollmentFilter } from '#shared/automation/bulk.ts';
import { must } from '#shared/kernel/assert.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { findByText, hasWord, isIndexed, wordsOf } from './contactText.ts';

const { automation, enrollment, enrollmentCount } = schema;

/** Counting stops here: "more than 10,000" is answer enough. */
const COUNT_AT_MOST = 10_000;

/**
 * Ids of an automation's enrollments that match, newest first, those below `before`. Every combination walks one
 * index in its order; what that index does not hold is tested row by row. Two branches may stand on one step.
 */
export async function matchingIds(
  q: Queryable,
  automationId: string,
  filter: EnrollmentFilter,
  { before, limit }: { before: string | null; limit: number },
): Promise<string[]> {
  const found = await searched(q, automationId, filter);
  const rows = await q.all<{ id: string }>(
    sql`SELECT DISTINCT ${orderKey(filter)} AS id ${matches(automationId, filter, found, before)} ORDER BY ${orderKey(filter)} DESC LIMIT ${limit}`,
  );
  return rows.map(({ id }) => id);
}

/** How many match; `atLeast`: there are more than that. */
export async function countMatching(
  q: Queryable,
  automationId: string,
  filter: EnrollmentFilter,
): Promise<{ total: number; atLeast: boolean }> {
  const { status, ...rest } = filter;
  if (Object.values(rest).every((value) => value === undefined)) {
    const counts = await q
      .select()
      .from(enrollmentCount)
      .where(eq(enrollmentCount.automationId, automationId));
    const wanted = counts.filter((row) => status === undefined || row.status === status);
    return { total: wanted.reduce((sum, { n }) => sum + n, 0), atLeast: false };
  }
  const found = await searched(q, automationId, filter);
  const [row] = await q.all<{ n: number }>(
    sql`SELECT count(*) AS n FROM (SELECT DISTINCT ${orderKey(filter)} ${matches(automationId, filter, found, null)} LIMIT ${COUNT_AT_MOST + 1})`,
  );
  const n = row?.n ?? 0;
  return { total: Math.min(n, COUNT_AT_MOST), atLeast: n > COUNT_AT_MOST };
}

/** The reasons that stand beside the contacts of an automation now, the most frequent first. */
export async function reasonsPresent(
  q: Queryable,
  automationId: string,
): Promise<{ reason: string; total: number; atLeast: boolean }[]> {
  const found: { reason: string; total: number; atLeast: boolean }[] = [];
  for (let reason = await reasonAfter(q, automationId, ''); reason !== null; ) {
    found.push({ reason, ...(await countMatching(q, automationId, { reason })) });
    reason = await reasonAfter(q, automationId, reason);
  }
  return found.sort((a, b) => b.total - a.total);
}

/** One step in the index for each reason, however many contacts have it. */
async function reasonAfter(q: Queryable, automationId: string, after: string): Promise<string | null> {
  const [row] = await q
    .select({ reason: min(enrollment.reason) })
    .from(enrollment)
    .where(and(eq(enrollment.automationId, automationId), gt(enrollment.reason, after)));
  return row?.reason ?? null;
}

export interface Connections {
  contacts: number;
  notConnected: number;
  /** There are more; only the newest were looked at. */
  atLeast: boolean;
}

/** How many of those selected are not connected to a sender; for a rep, of those of their own profiles. */
export async function connectionsTo(
  q: Queryable,
  automationId: string,
  {
    selection,
    senderId,
    onlyOwner,
  }: { selection: BulkSelection; senderId: string; onlyOwner: string | null },
): Promise<Connections> {
  const found = 'filter' in selection ? await searched(q, automationId, selection.filter) : everybody;
  const [row] = await q.all<{ contacts: number; connected: number }>(
    sql`SELECT count(*) AS contacts, coalesce(sum(EXISTS (SELECT 1 FROM relation r
        WHERE r.contact_id = (SELECT contact_id FROM enrollment WHERE enrollment.id = chosen_id)
          AND r.sender_id = ${senderId} AND r.status = 'connected')), 0) AS connected
      FROM (${selected(automationId, selection, found, onlyOwner)})`,
  );
  const { contacts, connected } = row ?? { contacts: 0, connected: 0 };
  return { contacts, notConnected: contacts - connected, atLeast: contacts === COUNT_AT_MOST };
}

function selected(
  automationId: string,
  selection: BulkSelection,
  found: Searched,
  onlyOwner: string | null,
): SQL {
  const own =
    onlyOwner === null
      ? sql``
      : sql`AND (SELECT owner_user_id FROM sender WHERE sender.id = e.sender_id) = ${onlyOwner}`;
  if ('ids' in selection) {
    const ids = selection.ids.map((id) => sql`${id}`);
    return sql`SELECT e.id AS chosen_id ${matches(automationId, {}, found, null)} AND e.id IN (${sql.join(ids, sql`, `)}) ${own}`;
  }
  const { filter } = selection;
  return sql`SELECT DISTINCT ${orderKey(filter)} AS chosen_id ${matches(automationId, filter, found, null)} ${own}
    ORDER BY ${orderKey(filter)} DESC LIMIT ${COUNT_AT_MOST}`;
}

/** What a search leaves to be looked at. */
interface Searched {
  /** The few contacts who have all words that are indexed; null: too many to begin with them. */
  contactIds: readonly string[] | null;
  /** Words that are looked for in each row. */
  words: readonly string[];
}

const everybody: Searched = { contactIds: null, words: [] };

/** Asks the full-text index first: of a rare word it leaves a few contacts, whatever the size of the automation. */
async function searched(q: Queryable, automationId: string, filter: EnrollmentFilter): Promise<Searched> {
  const words = wordsOf(filter.search);
  if (words.length === 0) return everybody;
  const [owner] = await q
    .select({ workspaceId: automation.workspaceId })
    .from(automation)
    .where(eq(automation.id, automationId));
  const { ids } = await findByText(q, must(owner, `automation ${automationId}`).workspaceId, words);
  return { contactIds: ids, words: ids === null ? words : words.filter((word) => !isIndexed(word)) };
}

/** A search that found few contacts leads; else, where somebody stands on a node, the branches; else the enrollments. */
function matches(
  automationId: string,
  filter: EnrollmentFilter,
  { contactIds, words }: Searched,
  before: string | null,
): SQL {
  const { nodeId, status, senderId, reason } = filter;
  const parts = [sourceOf(automationId, nodeId, contactIds)];
  if (before !== null) parts.push(sql`AND ${orderKey(filter)} < ${before}`);
  if (status !== undefined) parts.push(sql`AND e.status = ${status}`);
  if (senderId !== undefined) parts.push(sql`AND e.sender_id = ${senderId}`);
  if (reason !== undefined) parts.push(sql`AND e.reason = ${reason}`);
  for (const word of words) parts.push(sql`AND ${hasWord(word, sql`e.contact_id`)}`);
  return sql.join(parts, sql` `);
}

function sourceOf(
  automationId: string,
  nodeId: string | undefined,
  contactIds: readonly string[] | null,
): SQL {
  if (contactIds !== null) {
    const standsThere =
      nodeId === undefined
        ? sql`WHERE true`
        : sql`CROSS JOIN cursor c ON c.enrollment_id = e.id AND c.node_id = ${nodeId} AND c.state <> 'ended' WHERE true`;
    return sql`FROM json_each(${JSON.stringify(contactIds)}) AS few
      CROSS JOIN enrollment e ON e.contact_id = few.value AND e.automation_id = ${automationId} ${standsThere}`;
  }
  if (nodeId === undefined) return sql`FROM enrollment e WHERE e.automation_id = ${automationId}`;
  return sql`FROM cursor c CROSS JOIN enrollment e ON e.id = c.enrollment_id
    WHERE c.automation_id = ${automationId} AND c.node_id = ${nodeId} AND c.state <> 'ended'`;
}

function orderKey({ nodeId }: EnrollmentFilter): SQL {
  return nodeId === undefined ? sql`e.id` : sql`c.enrollment_id`;
}
