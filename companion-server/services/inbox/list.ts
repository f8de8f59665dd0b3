import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { inboxRoutes, ThreadView } from '#shared/contract/inbox.ts';
import { schema } from '../../db/index.ts';
import { contactName } from '../contact/view.ts';
import type { MemberCall } from '../context.ts';
import { decodeCursor, pageOf, timeKey } from '../page.ts';
import { type FoundThread, readableSenders } from './access.ts';

const { channel, contact, sender, thread } = schema;

type Query = z.output<typeof inboxRoutes.list.query>;

/** A reply after which nobody has decided how the automations go on. */
const isWaiting = sql<number>`EXISTS (SELECT 1 FROM enrollment e WHERE e.contact_id = ${thread.contactId}
  AND e.status = 'paused' AND e.reason = 'replied')`;

/** Counted no further. */
const COUNTED = 1000;

/** One page, latest first. */
export async function listThreads(call: MemberCall, query: Query) {
  const senders = (await readableSenders(call)).map(({ id }) => id);
  const wanted = query.senderId ? senders.filter((id) => id === query.senderId) : senders;
  const before = decodeCursor(query.cursor, timeKey);
  const rows = await call.db.reader
    .select({ thread, sender, channel, contact, waiting: isWaiting })
    .from(thread)
    .innerJoin(sender, eq(sender.id, thread.senderId))
    .innerJoin(channel, eq(channel.id, thread.channelId))
    .innerJoin(contact, eq(contact.id, thread.contactId))
    .where(
      and(
        eq(thread.workspaceId, call.workspaceId),
        ofSenders(wanted),
        matching(query, call.clocks.schedule.now()),
        before ? sql`(${thread.lastAt}, ${thread.id}) < (${before[0]}, ${before[1]})` : undefined,
      ),
    )
    .orderBy(desc(thread.lastAt), desc(thread.id))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    (row) => [row.thread.lastAt ?? 0, row.thread.id],
    (row) => viewThread(call, row, row.waiting === 1),
  );
}

/** The unary plus keeps the list's order the index's: senders are few, conversations many. */
function ofSenders(ids: string[]): SQL {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) return eq(thread.senderId, only);
  return sql`+${thread.senderId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;
}

function matching({ filter, channel: kind, label }: Query, now: number): SQL | undefined {
  const isSnoozed = sql`${thread.snoozedUntil} IS NOT NULL AND ${thread.snoozedUntil} > ${now}`;
  return and(
    filter === 'snoozed' ? isSnoozed : sql`NOT (${isSnoozed})`,
    filter === 'unread' ? eq(thread.unread, true) : undefined,
    filter === 'waiting' ? sql`${isWaiting} = 1` : undefined,
    kind ? eq(channel.kind, kind) : undefined,
    label ? eq(thread.label, label) : undefined,
  );
}

/** How many conversations the caller has not read, counted no further than a badge shows. */
export async function countThreads(call: MemberCall): Promise<{ unread: number }> {
  const ids = (await readableSenders(call)).map(({ id }) => id);
  const rows = await call.db.reader
    .select({ id: thread.id })
    .from(thread)
    .where(sql`unread = 1 AND ${thread.senderId} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`)
    .limit(COUNTED);
  return { unread: rows.length };
}

/** A conversation as the inbox lists it. `waiting`: somebody must decide about the reply. */
export function viewThread(call: MemberCall, found: FoundThread, waiting: boolean): ThreadView {
  const { thread: row, sender: profile, channel: place, contact: person } = found;
  const { id, senderId, contactId, lastKind, lastText, unread, label, snoozedUntil } = row;
  return {
    ...{ id, senderId, contactId, lastKind, lastText, unread, label, snoozedUntil, waiting },
    lastAt: row.lastAt ?? 0,
    channel: place.kind,
    senderName: profile.name,
    contactName: contactName(person),
    company: person.companyName,
    ofOther: profile.ownerUserId !== call.actor.userId,
  };
}
