import { and, asc, eq, gte, isNotNull, isNull, type SQL, sql } from 'drizzle-orm';
import type { SQLiteColumn, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { must } from '#shared/kernel/assert.ts';
import type { WorkingWindow } from '#shared/schedule/settings.ts';
import { nextOpen } from '#shared/schedule/window.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ChannelRow, EngineContext } from './context.ts';
import { isOnline } from './holds/presence.ts';
import { watchDueAt, watchEveryMs } from './inbound/watches.ts';
import {
  isEnding,
  isInFlight,
  isLive,
  isLocked,
  isPlanned,
  isToWithdraw,
  isWaiting,
  laneMayFire,
} from './predicates.ts';
import { settingsOf } from './rows.ts';
import { isConnected, mailReadEveryMs } from './steps/email.ts';
import { nextPageAt } from './wayIn/listImports.ts';

const {
  admission,
  channel,
  cursor,
  dailyLimitWait,
  enrollment,
  entering,
  enteringBatch,
  hold,
  lane,
  listImport,
  relation,
  sender,
  suppression,
  task,
} = schema;

type Moment = number | null;

/** The earliest of an index, in schedule time. */
function head(at: SQLiteColumn, from: SQLiteTable, where?: SQL): SQL {
  const isCounted = where ? sql` WHERE ${where}` : sql``;
  return sql`(SELECT ${at} FROM ${from}${isCounted} ORDER BY ${asc(at)} LIMIT 1)`;
}

/** What the stages of a round take up, one index each. */
const stageHeads = [
  head(cursor.wakeAt, cursor, and(isWaiting, isNotNull(cursor.wakeAt))),
  head(task.notBefore, task, isPlanned),
  head(admission.nextAt, admission),
  head(entering.at, entering),
  head(enteringBatch.at, enteringBatch),
  head(hold.until, hold, and(isNull(hold.liftedAt), isNotNull(hold.until))),
  head(relation.lockedUntil, relation, isLocked),
  head(dailyLimitWait.nextAt, dailyLimitWait),
  head(suppression.at, suppression, isEnding),
];
/** The mail workers look for work after each round. */
const mailHead = head(lane.nextAt, lane, sql`${lane.executor} = 'server' AND ${laneMayFire}`);

/** When the engine's next round finds something to do, in schedule time, as far as is planned; null: nothing is. */
export async function nextDue({ db }: Pick<EngineContext, 'db'>): Promise<Moment> {
  return earliest(await valuesOf(db.reader, [...stageHeads, mailHead]));
}

async function valuesOf(q: Queryable, parts: readonly SQL[]): Promise<Moment[]> {
  const [row] = await q.values<Moment[]>(sql`SELECT ${sql.join([...parts], sql`, `)}`);
  return Array.from(must(row, 'the row of a SELECT without FROM'));
}

function earliest(times: readonly (number | null | undefined)[]): Moment {
  const known = times.filter((at) => at !== null && at !== undefined);
  return known.length === 0 ? null : Math.min(...known);
}

export interface Idle {
  idle: boolean;
  /** The earliest of both below, in schedule time; null: nothing is planned. */
  nextDueAt: Moment;
  /** The earliest work: steps, delays, admissions, and reads that a contact's next move waits for. */
  nextWorkAt: Moment;
  /** The earliest read that is made for what it might find. */
  nextReadAt: Moment;
}

/**
 * Whether nothing is in flight and nothing is due now: only then may schedule time be moved ahead, to `nextDueAt`.
 * What waits for a device that is offline does not count as due.
 */
export async function isIdle(ctx: EngineContext): Promise<Idle> {
  const now = ctx.clocks.schedule.now();
  const inflight = sql`(SELECT 1 FROM ${task} WHERE ${isInFlight} LIMIT 1)`;
  const [isBusy, ...stages] = await valuesOf(ctx.db.reader, [inflight, ...stageHeads]);
  const all = await agendas(ctx.db.reader);
  const channels = all.map((agenda) => plansOf(ctx, agenda));
  const pages = await pagesToRead(ctx, all);
  const nextWorkAt = earliest([...stages, ...channels.flatMap(({ work }) => work), ...pages]);
  const nextReadAt = earliest(channels.map(({ read }) => read));
  const nextDueAt = earliest([nextWorkAt, nextReadAt]);
  return {
    idle: isBusy === null && (nextDueAt === null || nextDueAt > now),
    nextDueAt,
    nextWorkAt,
    nextReadAt,
  };
}

type Agenda = Awaited<ReturnType<typeof agendas>>[number];

/** Every channel with what is planned on it. */
function agendas(q: Queryable) {
  const isTheirs = and(eq(enrollment.senderId, channel.senderId), isLive);
  const awaited = sql`${enrollment} JOIN ${cursor} ON ${eq(cursor.enrollmentId, enrollment.id)}`;
  // A read made since the deadline is what was waited for: the other channels' may still be missing.
  const lastRead = sql`coalesce(CASE ${channel.kind} WHEN 'email' THEN ${channel.inboxReadAt}
    ELSE min(${channel.inboxReadAt}, ${channel.acceptancesReadAt}) END, 0)`;
  const isUnread = and(eq(cursor.waitsFor, 'fresh_read'), gte(cursor.deadlineAt, lastRead));
  return q
    .select({
      channel,
      sender,
      stepAt: sql<Moment>`(SELECT min(${lane.nextAt}) FROM ${lane} WHERE ${eq(lane.channelId, channel.id)} AND ${laneMayFire})`,
      withdrawAt: sql<Moment>`(SELECT min(${relation.withdrawAt}) FROM ${relation}
        WHERE ${eq(relation.senderId, channel.senderId)} AND ${isToWithdraw})`,
      isImporting: sql<number>`${eq(channel.kind, 'linkedin')} AND EXISTS (SELECT 1 FROM ${listImport}
        WHERE ${and(eq(listImport.senderId, channel.senderId), sql`state = 'running'`)})`,
      isUsed: sql<number>`EXISTS (SELECT 1 FROM ${enrollment} WHERE ${isTheirs})`,
      isReadAwaited: sql<number>`EXISTS (SELECT 1 FROM ${awaited} WHERE ${and(isTheirs, isUnread)})`,
    })
    .from(channel)
    .innerJoin(sender, eq(sender.id, channel.senderId));
}

/** When the browsers that are there may read the next page of a list that is imported. */
async function pagesToRead(ctx: EngineContext, all: readonly Agenda[]): Promise<Moment[]> {
  const pages: Moment[] = [];
  for (const { channel: row, sender: theirs, isImporting } of all) {
    if (!isImporting || row.status !== 'active' || row.holdCount > 0) continue;
    if (!isOnline(row, ctx.clocks.lease.now())) continue;
    pages.push(await nextPageAt(ctx.db.reader, row, settingsOf(theirs), ctx.clocks.schedule.now()));
  }
  return pages;
}

/** When this channel next sends or reads something that somebody waits for, and when it reads anyway. */
function plansOf(ctx: EngineContext, agenda: Agenda): { work: number[]; read: Moment } {
  const { channel: row, stepAt, withdrawAt } = agenda;
  const isLinkedin = row.kind === 'linkedin';
  const isThere = row.status === 'active' && isOnline(row, ctx.clocks.lease.now());
  if (!(isLinkedin ? isThere : isConnected(row))) return { work: [], read: null };
  const { window } = settingsOf(agenda.sender);
  const now = ctx.clocks.schedule.now();
  const work: number[] = [];
  if (stepAt !== null) work.push(nextOpen(window, Math.max(stepAt, now)));
  if (row.reconcileFrom !== null) work.push(row.reconcileFrom);
  if (isLinkedin && withdrawAt !== null)
    work.push(nextOpen(window, Math.max(withdrawAt, watchDueAt(row, 'sent_invitations'), now)));
  const read = agenda.isUsed ? readDue(row, window, now) : null;
  if (read !== null && agenda.isReadAwaited) work.push(read);
  return { work, read };
}

/** Reads go with the acceptances' rhythm here: shorter ones would only slow a moved clock down. */
function readDue(row: ChannelRow, window: WorkingWindow, now: number): number {
  if (row.kind === 'email')
    return (row.inboxReadAt ?? 0) + Math.max(mailReadEveryMs, watchEveryMs.acceptances);
  // A read that was missed before the window closed waits for the next one, like the device does.
  return nextOpen(window, Math.max(watchDueAt(row, 'acceptances'), now));
}
