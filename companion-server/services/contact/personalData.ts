import { and, eq, getTableColumns, getTableName, is, isNull } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { z } from 'zod';
import { schema } from '../../db/index.ts';
import { eraseContact, everythingAbout } from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { mayRead } from '../inbox/access.ts';
import { notFound } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import { keepErasures } from '../upkeep/erasures.ts';

const { channel, contact, sender } = schema;

/** Every table whose rows name a contact. */
export const tablesOfContacts = Object.values(schema).flatMap((table) =>
  is(table, SQLiteTable) && 'contactId' in getTableColumns(table)
    ? [{ name: getTableName(table), table }]
    : [],
);

/** A contact of this workspace whose data is still there, in the recycle bin too. */
async function knownContact(db: Call['db']['reader'], call: Call, contactId: string) {
  const rows = await db
    .select()
    .from(contact)
    .where(
      and(eq(contact.workspaceId, call.workspaceId), eq(contact.id, contactId), isNull(contact.erasedAt)),
    );
  const row = rows[0];
  if (!row) throw notFound('contact');
  return row;
}

/** The person asked for it: their data goes now; what keeps them from coming in again lies beside the database too. */
export async function eraseOnRequest(call: MemberCall, contactId: string): Promise<Record<string, never>> {
  requireManager(call);
  const { id, mergedInto } = await knownContact(call.db.reader, call, contactId);
  await call.db.write(async (tx) => {
    const hashes = await eraseContact(unitOf(call, tx), mergedInto ?? id, { remember: true });
    await audit(tx, call, {
      action: 'contact.erased',
      entity: 'contact',
      entityId: mergedInto ?? id,
      data: { reason: 'request', identifiers: hashes.length },
    });
  });
  await keepErasures(call);
  return {};
}

/** Everything that is stored about the person, by table, but for conversations that the caller may not read. */
export async function exportPerson(call: MemberCall, contactId: string) {
  requireManager(call);
  const row = await knownContact(call.db.reader, call, contactId);
  const data = await everythingAbout(call.db.reader, row.id, tablesOfContacts);
  const withheldBy = await withholdConversations(call, data);
  await call.db.write((tx) =>
    audit(tx, call, { action: 'contact.exported', entity: 'contact', entityId: row.id }),
  );
  return { exportedAt: call.clocks.lease.now(), withheldBy, data: { contact: [row], ...data } };
}

/** Tables of what a rep and the contact wrote to each other: reading them needs the rep's consent (product §8). */
const conversations = ['inbound_message', 'hand_message', 'thread'];

const conversationRow = z.looseObject({ id: z.string(), channel_id: z.string(), at: z.number().optional() });

/** Reduces rows of unreadable conversations in `data` to their times; the names of whose they are. */
async function withholdConversations(call: MemberCall, data: Record<string, unknown[]>): Promise<string[]> {
  const channels = await call.db.reader
    .select({ id: channel.id, sender })
    .from(channel)
    .innerJoin(sender, eq(sender.id, channel.senderId))
    .where(eq(channel.workspaceId, call.workspaceId));
  const unreadable = new Map(
    channels.flatMap(({ id, sender: row }) => (mayRead(call, row) ? [] : [[id, row.name]])),
  );
  const names = new Set<string>();
  for (const table of conversations) {
    data[table] = (data[table] ?? []).map((value) => {
      const { id, channel_id, at } = conversationRow.parse(value);
      const name = unreadable.get(channel_id);
      if (name === undefined) return value;
      names.add(name);
      return { id, channel_id, at, withheld: true };
    });
  }
  return [...names].sort();
}
