import { and, eq, or } from 'drizzle-orm';
import { domainOf } from '#shared/identity/email.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ContactRow } from './context.ts';

const { suppression, company, contactIdentity } = schema;

/** One probe: is any identifier of this person on the stoplist? */
export async function isStoplisted(q: Queryable, contact: ContactRow): Promise<boolean> {
  const identities = await q
    .select({ kind: contactIdentity.kind, value: contactIdentity.value })
    .from(contactIdentity)
    .where(eq(contactIdentity.contactId, contact.id));
  const keys: { kind: typeof suppression.$inferSelect.kind; value: string }[] = [...identities];
  const add = (kind: (typeof keys)[number]['kind'], value: string | null) => {
    if (value) keys.push({ kind, value });
  };
  add('email', contact.email);
  add('linkedin_slug', contact.linkedinSlug);
  add('linkedin_profile', contact.linkedinProfileId);
  add('linkedin_member', contact.linkedinMemberId);
  for (const { kind, value } of [...keys]) if (kind === 'email') add('domain', domainOf(value));
  if (contact.companyId) {
    const rows = await q.select().from(company).where(eq(company.id, contact.companyId));
    add('company', rows[0]?.key ?? null);
  }
  if (keys.length === 0) return false;
  const any = keys.map((key) =>
    and(
      eq(suppression.workspaceId, contact.workspaceId),
      eq(suppression.kind, key.kind),
      eq(suppression.value, key.value),
    ),
  );
  const found = await q
    .select({ id: suppression.id })
    .from(suppression)
    .where(or(...any))
    .limit(1);
  return found.length > 0;
}
