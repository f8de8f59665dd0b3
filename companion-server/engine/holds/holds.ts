import { and, eq, inArray, isNull, lte, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import type { HoldReason, HoldScope } from '#shared/statuses/engine.ts';
import { STOPS_ENTRY } from '#shared/statuses/holds.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { Unit } from '../context.ts';
import { isHeldBack } from '../predicates.ts';
import { appendEvent, publish } from '../record.ts';
import { shapes } from '../shapes.ts';
import { cancelAlert, planAlert } from './alerts.ts';

const { hold, channel, lane, automation, task, cursor } = schema;

export type HoldRow = typeof hold.$inferSelect;

export interface HoldKey {
  workspaceId: string;
  scope: HoldScope;
  scopeId: string;
  /** Scope kind: the action kind; scopeId is the channel. */
  kind?: string;
  reason: HoldReason;
}

export interface NewHold extends HoldKey {
  detail?: string | null;
  until?: number | null;
  by: string;
}

/** The kind of a hold that stops first emails of a mailbox, but not follow-ups: no lane has it. */
export const FIRST_EMAIL = 'first_email';
/** The kind of a hold that stops a mailbox's emails to one domain. */
export const toDomain = (domain: string) => `to:${domain}`;
/** What tasks are parked on while a hold stops only some of their lane; null: the whole lane waits. */
export function partOfLane({
  scope,
  scopeId,
  kind,
}: Pick<HoldRow, 'scope' | 'scopeId' | 'kind'>): string | null {
  const isPart = scope === 'kind' && (kind === FIRST_EMAIL || kind.startsWith('to:'));
  return isPart ? `${kind}:${scopeId}` : null;
}

/** Puts a hold; one that is open already gets the new detail and date. True when it is new. */
export async function setHold(unit: Unit, wanted: NewHold): Promise<boolean> {
  const open = await findHold(unit.tx, wanted);
  if (open) {
    await unit.tx
      .update(hold)
      .set({ detail: wanted.detail ?? open.detail, until: wanted.until ?? open.until, reconciling: false })
      .where(eq(hold.id, open.id));
    return false;
  }
  const id = unit.newId();
  await unit.tx.insert(hold).values({
    id,
    workspaceId: wanted.workspaceId,
    scope: wanted.scope,
    scopeId: wanted.scopeId,
    kind: wanted.kind ?? '',
    reason: wanted.reason,
    detail: wanted.detail ?? null,
    since: unit.now,
    until: wanted.until ?? null,
    by: wanted.by,
  });
  await recountHolds(unit, wanted);
  await logHold(unit, wanted, 'hold_set', id, wanted.by);
  await planAlert(unit, id, wanted);
  return true;
}

/** Its cause is gone: what was missed meanwhile is read before it lifts. `failure`: why that does not succeed yet. */
export async function markReconciling(unit: Unit, key: HoldKey, failure: string | null): Promise<void> {
  const open = await findHold(unit.tx, key);
  if (!open) return;
  await unit.tx.update(hold).set({ reconciling: true, detail: failure }).where(eq(hold.id, open.id));
}

/** Lifts the open hold of exactly this scope and reason; false when there is none. */
export async function liftHold(unit: Unit, key: HoldKey, by: string): Promise<boolean> {
  const open = await findHold(unit.tx, key);
  if (!open) return false;
  await unit.tx.update(hold).set({ liftedAt: unit.now, liftedBy: by }).where(eq(hold.id, open.id));
  await recountHolds(unit, key);
  if (key.scope === 'automation' || key.scope === 'enrollment') {
    await unpark(unit, `${key.scope}:${key.scopeId}`);
  }
  await letGoOn(unit, key);
  const part = partOfLane(open);
  if (part !== null) await unpark(unit, part);
  await logHold(unit, key, 'hold_lifted', `${open.id}:lifted`, by);
  await cancelAlert(unit, open.id, key.reason);
  return true;
}

/** Whether what an automation does by itself (tags, notices, webhooks) must wait, as its steps do. */
export async function isHeld(
  unit: Unit,
  { workspaceId, automationId }: { workspaceId: string; automationId: string },
): Promise<boolean> {
  const open = await openHolds(unit.tx, [
    { scope: 'workspace', scopeId: workspaceId },
    { scope: 'automation', scopeId: automationId },
  ]);
  return open.some(({ reason }) => reason !== STOPS_ENTRY);
}

/** The same for rows of a query; one part for each scope, as SQLite walks all open holds for an OR of them. */
export function isHeldRow(of: { workspaceId: SQLWrapper; automationId: SQLWrapper }): SQL {
  const isOpen = (scope: HoldKey['scope'], id: SQLWrapper) =>
    sql`EXISTS (SELECT 1 FROM hold WHERE lifted_at IS NULL AND scope = ${scope} AND scope_id = ${id}
      AND reason <> ${STOPS_ENTRY})`;
  return sql`(${isOpen('workspace', of.workspaceId)} OR ${isOpen('automation', of.automationId)})`;
}

/** Branches that stood before a data node look again, in the wake stage's small batches. */
async function letGoOn(unit: Unit, { workspaceId, scope, scopeId }: HoldKey): Promise<void> {
  if (scope !== 'workspace' && scope !== 'automation') return;
  const ofAutomation = scope === 'automation' ? eq(cursor.automationId, scopeId) : undefined;
  await unit.tx
    .update(cursor)
    .set({ wakeAt: unit.now })
    .where(and(eq(cursor.workspaceId, workspaceId), ofAutomation, isHeldBack));
}

/** Lifts up to `limit` holds whose time is over. */
export async function expireHolds(unit: Unit, limit: number): Promise<number> {
  const due = await unit.tx
    .select()
    .from(hold)
    .where(and(isNull(hold.liftedAt), lte(hold.until, unit.now)))
    .orderBy(hold.until)
    .limit(limit);
  for (const row of due) await liftHold(unit, row, 'system');
  return due.length;
}

/** The open hold with this scope, kind and reason; null: there is none. */
export async function findHold(q: Queryable, key: HoldKey): Promise<HoldRow | null> {
  const rows = await q
    .select()
    .from(hold)
    .where(
      and(
        eq(hold.scope, key.scope),
        eq(hold.scopeId, key.scopeId),
        eq(hold.kind, key.kind ?? ''),
        eq(hold.reason, key.reason),
        isNull(hold.liftedAt),
      ),
    );
  return rows[0] ?? null;
}

/** Open holds on any of these scopes. */
export function openHolds(
  q: Queryable,
  scopes: readonly { scope: HoldScope; scopeId: string; kind?: string }[],
): Awaitable<HoldRow[]> {
  const rows = rowsOf(q);
  const loaded = rows.loadGroups(
    shapes.hold,
    'open',
    scopes.map(({ scope, scopeId }) => [scope, scopeId]),
  );
  return whenThere(loaded, () => {
    const found: HoldRow[] = [];
    for (const { scope, scopeId, kind } of scopes) {
      for (const row of rows.loadedGroup(shapes.hold, 'open', scope, scopeId)) {
        if (kind === undefined || row.kind === kind) found.push(row);
      }
    }
    return found.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
  });
}

/** Tasks parked on a hold become plannable again; the wake stage takes them up in small batches. */
export async function unpark(unit: Unit, blockedOn: string): Promise<void> {
  await unit.tx.update(task).set({ blockedOn: null, reason: null }).where(eq(task.blockedOn, blockedOn));
}

/** The counters are counted anew from the open holds, so that they cannot drift. */
async function recountHolds(unit: Unit, key: HoldKey): Promise<void> {
  const { tx } = unit;
  if (key.scope === 'automation') {
    await tx
      .update(automation)
      .set({
        holdCount: sql`(SELECT count(*) FROM hold WHERE scope = 'automation' AND scope_id = ${key.scopeId} AND lifted_at IS NULL)`,
        updatedAt: unit.now,
      })
      .where(eq(automation.id, key.scopeId));
    return;
  }
  if (key.scope === 'enrollment') return;
  const channels = await tx
    .select({ id: channel.id })
    .from(channel)
    .where(
      key.scope === 'workspace'
        ? eq(channel.workspaceId, key.scopeId)
        : key.scope === 'sender'
          ? eq(channel.senderId, key.scopeId)
          : eq(channel.id, key.scopeId),
    );
  await recountChannels(
    unit,
    channels.map((row) => row.id),
  );
}

/** Also for a new channel, which may be born under a hold of its workspace. */
export async function recountChannels(unit: Unit, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  // One count per scope: each is a search in the index of open holds, which holds those of all contacts too.
  const openOn = (scope: string, id: string) =>
    `(SELECT count(*) FROM hold WHERE scope = '${scope}' AND scope_id = channel.${id} AND lifted_at IS NULL)`;
  const onChannel = sql.raw(
    [openOn('channel', 'id'), openOn('sender', 'sender_id'), openOn('workspace', 'workspace_id')].join(' + '),
  );
  await unit.tx
    .update(channel)
    .set({ holdCount: onChannel })
    .where(inArray(channel.id, [...ids]));
  const onLane = sql`(SELECT hold_count FROM channel WHERE channel.id = lane.channel_id) + (SELECT count(*) FROM hold
    WHERE lifted_at IS NULL AND scope = 'kind' AND scope_id = lane.channel_id AND hold.kind = lane.kind)`;
  await unit.tx
    .update(lane)
    .set({ holdCount: onLane })
    .where(inArray(lane.channelId, [...ids]));
}

async function logHold(
  unit: Unit,
  key: HoldKey,
  type: 'hold_set' | 'hold_lifted',
  dedupe: string,
  by: string,
): Promise<void> {
  await appendEvent(unit, {
    workspaceId: key.workspaceId,
    type,
    dedupeKey: `hold:${dedupe}`,
    data: { scope: key.scope, scopeId: key.scopeId, kind: key.kind ?? '', reason: key.reason, by },
  });
  const topic = key.scope === 'kind' || key.scope === 'channel' ? 'sender' : key.scope;
  publish(unit, key.workspaceId, topic, key.scopeId);
}
