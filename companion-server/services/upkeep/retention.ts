import { and, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { firstIdSince } from '#shared/kernel/ids.ts';
import { schema } from '../../db/index.ts';
import type { Services } from '../context.ts';

const { notification, systemMail, webhookDelivery } = schema;

const KEPT = 90 * DAY;
const AT_ONCE = 500;

/** What is over for good and stands in the activity log as well, with what it must be to go. */
const logs = [
  { table: webhookDelivery, isOver: sql`${webhookDelivery.state} <> 'pending'` },
  { table: systemMail, isOver: sql`${systemMail.state} <> 'planned'` },
  { table: notification, isOver: sql`${notification.seenAt} IS NOT NULL` },
] as const;

/** Removes logs older than 90 days, some at a time. True: there may be more. */
export async function trimLogs(services: Services): Promise<boolean> {
  const before = firstIdSince(services.clocks.lease.now() - KEPT);
  let more = false;
  for (const { table, isOver } of logs) if (await trim(services, table, isOver, before)) more = true;
  return more;
}

async function trim(
  { db }: Services,
  table: (typeof logs)[number]['table'],
  isOver: SQL,
  before: string,
): Promise<boolean> {
  // Ids begin with the moment they were made at: the oldest come first.
  const old = await db.reader
    .select({ id: table.id })
    .from(table)
    .where(and(lt(table.id, before), isOver))
    .orderBy(table.id)
    .limit(AT_ONCE);
  if (old.length === 0) return false;
  const ids = old.map(({ id }) => id);
  await db.write((tx) => tx.delete(table).where(inArray(table.id, ids)));
  return old.length === AT_ONCE;
}
