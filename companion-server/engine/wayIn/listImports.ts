import { and, asc, eq } from 'drizzle-orm';
import type { NextWork } from '#shared/contract/deviceWork.ts';
import { type LinkedinList, linkedinListOf } from '#shared/identity/linkedinList.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import { nextSlot } from '#shared/schedule/pacing.ts';
import type { SenderSettings } from '#shared/schedule/settings.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { findHold, setHold } from '../holds/holds.ts';
import { accountOf, capOf, usageTimes } from '../pace/usage.ts';
import { shapes } from '../shapes.ts';

const { listImport } = schema;

/** People on one page of Sales Navigator: each costs a load of its own, for only that names the public profile. */
const LEADS_PER_PAGE = 25;
const PER_PAGE = 100;
/** The kind of a hold that stops the imports of an account: no lane has it. */
const IMPORTS = 'imports';

type Work = Extract<NextWork, { type: 'import' }>;

/** The next page of a running import that this channel may read now, or when one may be; null: there is none. */
export async function nextListPage(
  unit: Unit,
  channel: ChannelRow,
  settings: SenderSettings,
): Promise<{ work: Work } | { at: number } | null> {
  const found = await firstRunning(unit.tx, channel);
  if (!found) return null;
  const { row, list } = found;
  const slot = await pageSlot(unit.tx, unit.now, channel, settings, list);
  const refusedUntil = (await importsHeldUntil(unit.tx, channel)) ?? 0;
  if (refusedUntil > unit.now) return { at: refusedUntil };
  const at = Math.max(slot.at, row.nextAt);
  if (at > unit.now) return { at };
  const count = Math.min(slot.count, row.atMost - row.start);
  await spendPage(unit, channel, row, spendsLoads(list) ? count : 0);
  return {
    work: {
      type: 'import',
      importId: row.id,
      list,
      start: row.start,
      count,
      expectedMemberId: channel.address,
    },
  };
}

/** When the next page of a running import may be read, in schedule time; null: none runs. */
export async function nextPageAt(
  q: Queryable,
  channel: ChannelRow,
  settings: SenderSettings,
  now: number,
): Promise<number | null> {
  const found = await firstRunning(q, channel);
  if (!found) return null;
  const slot = await pageSlot(q, now, channel, settings, found.list);
  return Math.max(slot.at, found.row.nextAt, (await importsHeldUntil(q, channel)) ?? 0);
}

/** LinkedIn asked to slow down while a list was read: no import of this account goes on before (product §4.5). */
export async function holdImports(
  unit: Unit,
  channel: ChannelRow,
  { until, detail }: { until: number; detail: string },
): Promise<void> {
  await setHold(unit, { ...importsOf(channel), until, detail, by: 'linkedin' });
}

/** Until when LinkedIn refuses to be read for imports; null: it does not. */
export async function importsHeldUntil(q: Queryable, channel: ChannelRow): Promise<number | null> {
  return (await findHold(q, importsOf(channel)))?.until ?? null;
}

function importsOf({ workspaceId, id: scopeId }: ChannelRow) {
  return { workspaceId, scope: 'kind', scopeId, kind: IMPORTS, reason: 'too_many_requests' } as const;
}

async function firstRunning(q: Queryable, { senderId }: ChannelRow) {
  const [row] = await q
    .select()
    .from(listImport)
    .where(and(eq(listImport.senderId, senderId), eq(listImport.state, 'running')))
    .orderBy(asc(listImport.nextAt))
    .limit(1);
  const list = row ? linkedinListOf(row.url) : null;
  return row && list ? { row, list } : null;
}

function spendsLoads(list: LinkedinList): boolean {
  return list.kind === 'sales_search' || list.kind === 'sales_list';
}

/** When the next page may be read, and how many people it may bring: the page itself, and each lead of Sales Navigator. */
async function pageSlot(
  q: Queryable,
  now: number,
  channel: ChannelRow,
  settings: SenderSettings,
  list: LinkedinList,
) {
  const kinds: UsageKind[] = spendsLoads(list) ? ['search_page', 'page_load'] : ['search_page'];
  const budgets = [];
  for (const kind of kinds) {
    const times = await usageTimes(q, channel, kind, now);
    budgets.push({ kind, usageTimes: times, cap: capOf(channel, settings, kind, now) });
  }
  const pages = budgets[0]?.usageTimes ?? [];
  const lastActionAt = Math.max(channel.lastActionAt ?? 0, pages.at(-1) ?? 0) || null;
  const slot = nextSlot({
    now,
    window: settings.window,
    // Loads of leads come many at once: their cap rules, their spread would make the next page wait for a day.
    budgets: budgets.slice(0, 1),
    gaps: settings.gaps.linkedin,
    lastActionAt,
    restUntil: channel.restUntil,
    rng: seededRng(seedOf(`${channel.id}:import:${lastActionAt ?? 0}`)),
  });
  const loads = budgets[1];
  if (!loads) return { ...slot, count: PER_PAGE };
  const day = loads.usageTimes.filter((each) => each > now - DAY);
  const left = Math.min(loads.cap.daily - day.length, loads.cap.weekly - loads.usageTimes.length);
  if (left < 1) {
    const isWeekly = loads.cap.weekly <= loads.usageTimes.length;
    const freed = isWeekly ? (loads.usageTimes[0] ?? now) + 7 * DAY : (day[0] ?? now) + DAY;
    return { at: freed, bindingLimit: isWeekly ? ('weekly_cap' as const) : ('daily_cap' as const), count: 0 };
  }
  return { ...slot, count: Math.min(LEADS_PER_PAGE, left) };
}

/** At the moment it is handed out: the page may have been loaded whatever comes after. */
async function spendPage(
  unit: Unit,
  channel: ChannelRow,
  row: typeof listImport.$inferSelect,
  leads: number,
): Promise<void> {
  const account = accountOf(channel);
  const taskId = `${row.id}:${row.pagesLoaded}`;
  const rows = rowsOf(unit.tx);
  rows.insert(shapes.usage, { account, kind: 'search_page', at: unit.now, taskId }, true);
  for (let lead = 0; lead < leads; lead++) {
    rows.insert(
      shapes.usage,
      { account, kind: 'page_load', at: unit.now, taskId: `${taskId}:${lead}` },
      true,
    );
  }
  await unit.tx
    .update(listImport)
    .set({ pagesLoaded: row.pagesLoaded + 1 + leads })
    .where(eq(listImport.id, row.id));
}
