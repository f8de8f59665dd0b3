import { and, asc, eq, inArray } from 'drizzle-orm';
import type { SenderView } from '#shared/contract/sender.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { Call } from '../context.ts';
import type { ChannelRow } from '../scope.ts';

const { task, lane, contact, automation } = schema;

interface Candidate {
  taskId: string;
  kind: string;
  at: number | null;
  limit: string | null;
}

/** What goes next from these channels, when, and the one limit that binds it; null: nothing is planned. */
export async function nextActionOf(
  db: Queryable,
  call: Call,
  channels: ChannelRow[],
): Promise<SenderView['next']> {
  const now = call.clocks.schedule.now();
  const candidates: Candidate[] = [];
  for (const channel of channels) candidates.push(...(await candidatesOf(db, channel, now)));
  candidates.sort((a, b) => (a.at ?? Number.MAX_SAFE_INTEGER) - (b.at ?? Number.MAX_SAFE_INTEGER));
  const next = candidates[0];
  if (!next) return null;
  const names = await db
    .select({ first: contact.firstName, last: contact.lastName, automationName: automation.name })
    .from(task)
    .innerJoin(contact, eq(contact.id, task.contactId))
    .innerJoin(automation, eq(automation.id, task.automationId))
    .where(eq(task.id, next.taskId));
  const name = names[0];
  return {
    kind: next.kind,
    at: next.at,
    limit: next.limit,
    contactName: name ? `${name.first} ${name.last}`.trim() : null,
    automationName: name?.automationName ?? null,
  };
}

/** At most one per lane with ready tasks, else the earliest planned one. */
async function candidatesOf(db: Queryable, channel: ChannelRow, now: number): Promise<Candidate[]> {
  const busy = await firstTask(db, channel.id, ['claimed', 'committing']);
  if (busy) return [{ taskId: busy.id, kind: busy.kind, at: now, limit: null }];
  const lanes = await db.select().from(lane).where(eq(lane.channelId, channel.id));
  const found: Candidate[] = [];
  for (const row of lanes) {
    if (row.readyCount === 0) continue;
    const first = await firstTask(db, channel.id, ['ready'], row.kind);
    if (!first) continue;
    const at = Math.max(row.nextAt, channel.nextAt, first.notBefore ?? 0, now);
    const held = row.holdCount > 0 || channel.holdCount > 0;
    const limit = row.nextAt >= channel.nextAt ? row.nextLimit : channel.nextLimit;
    found.push({ taskId: first.id, kind: row.kind, at: held ? null : at, limit: held ? 'hold' : limit });
  }
  if (found.length > 0) return found;
  const planned = await firstTask(db, channel.id, ['scheduled']);
  return planned ? [{ taskId: planned.id, kind: planned.kind, at: planned.notBefore, limit: 'window' }] : [];
}

async function firstTask(
  db: Queryable,
  channelId: string,
  states: ('ready' | 'claimed' | 'committing' | 'scheduled')[],
  kind?: string,
) {
  const rows = await db
    .select({ id: task.id, kind: task.kind, notBefore: task.notBefore })
    .from(task)
    .where(
      and(
        eq(task.channelId, channelId),
        inArray(task.state, states),
        kind === undefined ? undefined : eq(task.kind, kind as typeof task.$inferSelect.kind),
      ),
    )
    .orderBy(asc(task.priority), asc(task.notBefore), asc(task.id))
    .limit(1);
  return rows[0];
}
