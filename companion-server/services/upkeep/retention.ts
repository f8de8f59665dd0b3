import { and, inArray, lt, type SQL, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { firstIdSince } from '#shared/kernel/ids.ts';
import { schema } from '../../db/index.ts';
import type { Services } from '../context.ts';

const { contactImport, notification, systemMail, webhookDelivery } = schema;

const KEPT = 90 * DAY;
/** An uploaded file holds people that nobody decided to import. */
const UPLOAD_KEPT = DAY;
const AT_ONCE = 500;

/** What is over for good, with what it must be to go. A failed call of a webhook waits until a manager decides. */
const logs = [
  { table: webhookDelivery, isOver: sql`${webhookDelivery.state} IN ('delivered', 'left')`, kept: KEPT },
  { table: systemMail, isOver: sql`${systemMail.state} <> 'planned'`, kept: KEPT },
  { table: notification, isOver: sql`${notification.seenAt} IS NOT NULL`, kept: KEPT },
  { table: contactImport, isOver: sql`${contactImport.state} = 'uploaded'`, kept: UPLOAD_KEPT },
] as const;

/** Removes logs older than 90 days and uploads older than a day, some at a time. True: there may be more. */
export async function trimLogs(services: Services): Promise<boolean> {
  const now = services.clocks.lease.now();
  let more = false;
  for (const { table, isOver, kept } of logs) {
    if (await trim(services, table, isOver, firstIdSince(now - kept))) more = true;
  }
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
