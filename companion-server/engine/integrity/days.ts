import { and, eq } from 'drizzle-orm';
import { type Queryable, type Reader, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { dayOf, recountDay, rewriteDay } from '../upkeep/statistics.ts';
import type { Drift } from './counters.ts';

const { statDaily, workspace } = schema;

/** The days before today that a recount looks at: later a day hardly changes any more. */
const DAYS = 2;

/** Daily statistics that are not what the activity log says. */
export async function findDayDrifts(
  reader: Reader,
  now: number,
  pause: () => Promise<void>,
): Promise<Drift[]> {
  const found: Drift[] = [];
  for (const { id } of await reader.select({ id: workspace.id }).from(workspace)) {
    for (let day = dayOf(now) - DAYS; day < dayOf(now); day++) {
      found.push(...(await driftsOf(reader, id, day, pause)));
    }
  }
  return found;
}

async function driftsOf(
  q: Queryable,
  workspaceId: string,
  day: number,
  pause: () => Promise<void>,
): Promise<Drift[]> {
  const stored = await q
    .select()
    .from(statDaily)
    .where(and(eq(statDaily.workspaceId, workspaceId), eq(statDaily.day, day)));
  const counted = await recountDay(q, workspaceId, day, pause);
  const sums = new Map<string, { key: string[]; stored: number; counted: number }>();
  const at = ({ scope, scopeId, metric }: Pick<(typeof stored)[number], 'scope' | 'scopeId' | 'metric'>) => {
    const key = [scope, scopeId, String(day), metric];
    const known = sums.get(key.join('\n')) ?? { key, stored: 0, counted: 0 };
    sums.set(key.join('\n'), known);
    return known;
  };
  for (const row of stored) at(row).stored = row.n;
  for (const row of counted) at(row).counted = row.n;
  return [...sums.values()]
    .filter((each) => each.stored !== each.counted)
    .map((each) => ({ counter: 'stat_daily.n' as const, workspaceId, ...each }));
}

/** Counts the days of these drifts anew. `key`: scope, its id, day, metric. */
export async function rewriteDays(
  unit: Unit,
  workspaceId: string,
  keys: readonly (readonly string[])[],
): Promise<void> {
  for (const day of new Set(keys.map((key) => Number(key[2])))) await rewriteDay(unit.tx, workspaceId, day);
}
