import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { ContactView } from '#shared/contract/contact.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { Call } from '../context.ts';
import { notFound } from '../refusal.ts';

const { contact } = schema;

export type ContactRow = typeof contact.$inferSelect;

/** The domain without what stands before its first dot; a name without a dot stays. */
const above = (domain: string) => `substr(${domain}, instr(${domain}, '.') + 1)`;
const host = `substr(i.value, instr(i.value, '@') + 1)`;
/** How many names a domain may have before the one that is on the stoplist. */
const domains = sql.raw([host, above(host), above(above(host)), above(above(above(host)))].join(', '));

/** Whether any identifier of the contact in this row is on the stoplist, as SQL over `contact`. */
export const isStoplistedSql: SQL<number> = sql<number>`(
  EXISTS (SELECT 1 FROM contact_identity i JOIN suppression s
    ON s.workspace_id = i.workspace_id AND s.kind = i.kind AND s.value = i.value WHERE i.contact_id = contact.id)
  OR EXISTS (SELECT 1 FROM contact_identity i CROSS JOIN suppression s
    ON s.workspace_id = i.workspace_id AND s.kind = 'domain' AND s.value IN (${domains})
    WHERE i.contact_id = contact.id AND i.kind = 'email')
  OR EXISTS (SELECT 1 FROM suppression s
    WHERE s.workspace_id = contact.workspace_id AND s.kind = 'company' AND s.value = contact.company_key)
  OR EXISTS (SELECT 1 FROM company c JOIN suppression s
    ON s.workspace_id = c.workspace_id AND s.kind = 'company' AND s.value = c.key WHERE c.id = contact.company_id))`;

/** A contact as lists show it. */
export function viewContact(row: ContactRow, stoplisted: boolean): ContactView {
  return {
    id: row.id,
    firstName: row.firstName,
    lastName: row.lastName,
    email: row.email,
    linkedinSlug: row.linkedinSlug,
    company: row.companyName,
    title: row.title,
    location: row.location,
    stoplisted,
    addressGone: row.email !== null && row.email === row.undeliverableEmail,
    repliedAt: row.repliedAt,
    createdAt: row.createdAt ?? 0,
  };
}

/** What a contact is called: the name, else the address or the profile. */
export function contactName(
  row: Pick<ContactRow, 'firstName' | 'lastName' | 'email' | 'linkedinSlug'>,
): string {
  return `${row.firstName} ${row.lastName}`.trim() || row.email || row.linkedinSlug || 'Unnamed contact';
}

/** A contact of this workspace that is not in the bin; one that was merged leads to the one that has its history. */
export async function contactOf(db: Queryable, call: Call, contactId: string): Promise<ContactRow> {
  const rows = await db
    .select()
    .from(contact)
    .where(and(eq(contact.workspaceId, call.workspaceId), eq(contact.id, contactId)));
  const row = rows[0];
  if (row?.mergedInto) return contactOf(db, call, row.mergedInto);
  if (!row || row.deletedAt !== null) throw notFound('contact');
  return row;
}
