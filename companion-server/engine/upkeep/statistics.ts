import { and, asc, eq, gt, gte, lt, lte, type SQL, sql } from 'drizzle-orm';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import { firstIdSince } from '#shared/kernel/ids.ts';
import { type StatMetric, type StatScope, statMetrics } from '#shared/statuses/statistics.ts';
import { type Queryable, schema, type Tx } from '../../db/index.ts';
import { type EngineContext, unitOfWork } from '../context.ts';

const { event, statDaily, statMark } = schema;

/** Events are counted in the order of their ids, once every unit that made an earlier one has certainly ended. */
const LAG_MS = MINUTE;
const MARK = 'self';

interface Counted {
  workspaceId: string;
  scope: StatScope;
  scopeId: string;
  day: number;
  metric: StatMetric;
  n: number;
}

type EventRow = Pick<
  typeof event.$inferSelect,
  'workspaceId' | 'type' | 'at' | 'automationId' | 'senderId' | 'nodeId'
>;

const columns = {
  id: event.id,
  workspaceId: event.workspaceId,
  type: event.type,
  at: event.at,
  automationId: event.automationId,
  senderId: event.senderId,
  nodeId: event.nodeId,
};

/** The day (UTC) of a moment, in days since 1970. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY);
}

/**
 * Counts up to `limit` events of the log into `stat_daily`, each once. Behind the log by a minute, so that no step waits
 * for its statistics. True: there may be more.
 */
export async function rollUp(ctx: EngineContext, limit: number): Promise<boolean> {
  const from = await markOf(ctx.db.reader);
  const rows = await ctx.db.reader
    .select(columns)
    .from(event)
    .where(and(gt(event.id, from), lt(event.id, firstIdSince(ctx.clocks.lease.now() - LAG_MS))))
    .orderBy(asc(event.id))
    .limit(limit);
  const last = rows.at(-1);
  if (!last) return false;
  await unitOfWork(ctx, async ({ tx }) => {
    if ((await markOf(tx)) !== from) return;
    await add(tx, tally(rows));
    const mark = { eventId: last.id };
    await tx
      .insert(statMark)
      .values({ id: MARK, ...mark })
      .onConflictDoUpdate({ target: statMark.id, set: mark });
  });
  return rows.length === limit;
}

/** Up to which event is counted. */
async function markOf(q: Queryable): Promise<string> {
  const [row] = await q.select({ eventId: statMark.eventId }).from(statMark).where(eq(statMark.id, MARK));
  return row?.eventId ?? '';
}

function tally(rows: readonly EventRow[]): Counted[] {
  const sums = new Map<string, Counted>();
  for (const { workspaceId, type, at, automationId, senderId, nodeId } of rows) {
    if (!isMetric(type) || at === null) continue;
    const scopes: [StatScope, string | null][] = [
      ['workspace', workspaceId],
      ['automation', automationId],
      ['sender', senderId],
      ['node', automationId && nodeId ? `${automationId}:${nodeId}` : null],
    ];
    for (const [scope, scopeId] of scopes) {
      if (scopeId === null) continue;
      const counted = { workspaceId, scope, scopeId, day: dayOf(at), metric: type, n: 1 };
      const known = sums.get(keyOf(counted));
      if (known) known.n += 1;
      else sums.set(keyOf(counted), counted);
    }
  }
  return [...sums.values()];
}

function isMetric(type: string): type is StatMetric {
  return Object.hasOwn(statMetrics, type);
}

function keyOf({ scope, scopeId, day, metric }: Omit<Counted, 'n'>): string {
  return [scope, scopeId, day, metric].join('\n');
}

async function add(tx: Tx, counted: readonly Counted[]): Promise<void> {
  if (counted.length === 0) return;
  await tx.run(sql`INSERT INTO stat_daily (workspace_id, scope, scope_id, day, metric, n) ${listed(counted)}
    ON CONFLICT (workspace_id, scope, scope_id, day, metric) DO UPDATE SET n = n + excluded.n`);
}

function listed(counted: readonly Counted[]): SQL {
  return sql`SELECT value ->> 'workspaceId', value ->> 'scope', value ->> 'scopeId', value ->> 'day',
    value ->> 'metric', value ->> 'n' FROM json_each(${JSON.stringify(counted)}) WHERE true`;
}

export interface StatQuery {
  workspaceId: string;
  scope: StatScope;
  scopeId: string;
  /** Days since 1970 (UTC), both included. */
  from: number;
  until: number;
}

/** What was counted for one scope, by day. */
export async function statisticsOf(
  q: Queryable,
  { workspaceId, scope, scopeId, from, until }: StatQuery,
): Promise<{ day: number; metric: StatMetric; n: number }[]> {
  return await q
    .select({ day: statDaily.day, metric: statDaily.metric, n: statDaily.n })
    .from(statDaily)
    .where(
      and(
        eq(statDaily.workspaceId, workspaceId),
        eq(statDaily.scope, scope),
        eq(statDaily.scopeId, scopeId),
        gte(statDaily.day, from),
        lte(statDaily.day, until),
      ),
    )
    .orderBy(asc(statDaily.day), asc(statDaily.metric));
}

/** Events that one step of a recount reads. */
const AT_ONCE = 2000;

/** What `stat_daily` should say for a day of a workspace, counted from the log up to what was counted there. */
export async function recountDay(
  q: Queryable,
  workspaceId: string,
  day: number,
  pause: () => Promise<void>,
): Promise<Counted[]> {
  const mark = await markOf(q);
  const sums = new Map<string, Counted>();
  for (let place = { at: day * DAY, id: '' }; ; ) {
    const rows = await q
      .select(columns)
      .from(event)
      .where(
        and(
          eq(event.workspaceId, workspaceId),
          sql`(${event.at}, ${event.id}) > (${place.at}, ${place.id})`,
          lt(event.at, (day + 1) * DAY),
        ),
      )
      .orderBy(asc(event.at), asc(event.id))
      .limit(AT_ONCE);
    for (const each of tally(rows.filter(({ id }) => id <= mark))) {
      const known = sums.get(keyOf(each));
      if (known) known.n += each.n;
      else sums.set(keyOf(each), each);
    }
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE) return [...sums.values()];
    place = { at: last.at ?? 0, id: last.id };
    await pause();
  }
}

/** Writes a day as it was counted anew. */
export async function rewriteDay(tx: Tx, workspaceId: string, day: number): Promise<void> {
  const counted = await recountDay(tx, workspaceId, day, async () => {});
  await tx.delete(statDaily).where(and(eq(statDaily.workspaceId, workspaceId), eq(statDaily.day, day)));
  await add(tx, counted);
}
