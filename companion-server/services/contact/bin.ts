import { and, asc, desc, eq, inArray, sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { AnnouncedContact, BinnedContact, personalDataRoutes } from '#shared/contract/contact.ts';
import { schema } from '../../db/index.ts';
import { binContact, unbinContact } from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { decodeCursor, pageOf, timeKey } from '../page.ts';
import { notFound } from '../refusal.ts';
import { requireManager } from '../scope.ts';
import { workspaceOf } from '../workspace/me.ts';
import { contactName, contactOf } from './view.ts';

const { contact, contactBin, retentionNotice } = schema;

type PageQuery = z.output<typeof personalDataRoutes.bin.query>;

/** Contacts of the recycle bin, latest first. */
export async function listBin(call: Call, query: PageQuery) {
  const before = decodeCursor(query.cursor, timeKey);
  const rows = await call.db.reader
    .select({ bin: contactBin, contact })
    .from(contactBin)
    .innerJoin(contact, eq(contact.id, contactBin.contactId))
    .where(
      and(
        eq(contactBin.workspaceId, call.workspaceId),
        before ? sql`(${contactBin.at}, ${contactBin.contactId}) < (${before[0]}, ${before[1]})` : undefined,
      ),
    )
    .orderBy(desc(contactBin.at), desc(contactBin.contactId))
    .limit(query.limit + 1);
  return pageOf(
    rows,
    query.limit,
    ({ bin }) => [bin.at ?? 0, bin.contactId],
    ({ bin, contact: row }): BinnedContact => ({
      id: row.id,
      name: contactName(row),
      company: row.companyName,
      reason: bin.reason,
      deletedAt: bin.at ?? 0,
      erasedAt: bin.eraseAt ?? 0,
    }),
  );
}

/** What retention will put into the recycle bin, soonest first. */
export async function announcedContacts(call: Call, query: PageQuery) {
  const after = decodeCursor(query.cursor, timeKey);
  const rows = await call.db.reader
    .select({ notice: retentionNotice, contact })
    .from(retentionNotice)
    .innerJoin(contact, eq(contact.id, retentionNotice.contactId))
    .where(
      and(
        eq(retentionNotice.workspaceId, call.workspaceId),
        after
          ? sql`(${retentionNotice.dueAt}, ${retentionNotice.contactId}) > (${after[0]}, ${after[1]})`
          : undefined,
      ),
    )
    .orderBy(asc(retentionNotice.dueAt), asc(retentionNotice.contactId))
    .limit(query.limit + 1);
  const { retentionMonths } = await workspaceOf(call.db.reader, call);
  const page = pageOf(
    rows,
    query.limit,
    ({ notice }) => [notice.dueAt ?? 0, notice.contactId],
    ({ notice, contact: row }): AnnouncedContact => ({
      id: row.id,
      name: contactName(row),
      company: row.companyName,
      goesAt: notice.dueAt ?? 0,
    }),
  );
  return { ...page, months: retentionMonths };
}

const KEPT_AT_ONCE = 500;

/** They count as contacted today. `ids` null: all that are announced now. */
export async function keepContacts(
  call: MemberCall,
  ids: readonly string[] | null,
): Promise<{ kept: number }> {
  requireManager(call);
  let kept = 0;
  for (let more = true; more; more = ids === null && more) {
    const some = await call.db.write(async (tx) => {
      const due = await tx
        .select({ id: retentionNotice.contactId })
        .from(retentionNotice)
        .where(
          and(
            eq(retentionNotice.workspaceId, call.workspaceId),
            ids ? inArray(retentionNotice.contactId, [...ids]) : undefined,
          ),
        )
        .limit(KEPT_AT_ONCE);
      const found = due.map(({ id }) => id);
      if (found.length === 0) return 0;
      await tx.delete(retentionNotice).where(inArray(retentionNotice.contactId, found));
      await tx
        .update(contact)
        .set({ retentionFrom: call.clocks.schedule.now() })
        .where(inArray(contact.id, found));
      await audit(tx, call, {
        action: 'contacts.kept',
        entity: 'workspace',
        entityId: call.workspaceId,
        data: { contactIds: found },
      });
      return found.length;
    });
    kept += some;
    more = some === KEPT_AT_ONCE;
  }
  return { kept };
}

/** Into the recycle bin; every automation of the contact ends. */
export async function deleteContact(call: MemberCall, contactId: string): Promise<Record<string, never>> {
  requireManager(call);
  await call.db.write(async (tx) => {
    const { id } = await contactOf(tx, call, contactId);
    await binContact(unitOf(call, tx), id, { by: call.actor.userId, reason: 'person' });
    await audit(tx, call, { action: 'contact.deleted', entity: 'contact', entityId: id });
  });
  return {};
}

/** Out of the recycle bin, with history and lists, never with steps. */
export async function restoreContact(call: MemberCall, contactId: string): Promise<Record<string, never>> {
  requireManager(call);
  await call.db.write(async (tx) => {
    const rows = await tx
      .select({ id: contactBin.contactId })
      .from(contactBin)
      .where(and(eq(contactBin.workspaceId, call.workspaceId), eq(contactBin.contactId, contactId)));
    if (rows.length === 0) throw notFound('contact in the recycle bin');
    await unbinContact(unitOf(call, tx), contactId);
    await audit(tx, call, { action: 'contact.restored', entity: 'contact', entityId: contactId });
  });
  return {};
}
