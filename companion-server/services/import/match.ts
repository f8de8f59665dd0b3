import { and, eq, inArray, sql } from 'drizzle-orm';
import { schema, type Tx } from '../../db/index.ts';
import type { ImportedPerson } from './readRow.ts';

const { contact, contactIdentity } = schema;

export type ContactRow = typeof contact.$inferSelect;
export type IdentityKind = typeof contactIdentity.$inferSelect.kind;

/** The identifiers of a person, strongest first: LinkedIn's ids, then slug, then email. */
export function identitiesOf(person: ImportedPerson): { kind: IdentityKind; value: string }[] {
  const all: { kind: IdentityKind; value: string | null }[] = [
    { kind: 'linkedin_member', value: person.memberId },
    { kind: 'linkedin_profile', value: person.profileId },
    { kind: 'linkedin_slug', value: person.slug },
    { kind: 'email', value: person.email },
  ];
  return all.flatMap(({ kind, value }) => (value === null ? [] : [{ kind, value }]));
}

/** Tells identities apart in a map. */
export function identityKey(identity: { kind: string; value: string }): string {
  return `${identity.kind}:${identity.value}`;
}

/** Whom the identifiers in the file already belong to. */
export async function knownIdentities(
  tx: Tx,
  workspaceId: string,
  people: readonly ImportedPerson[],
): Promise<Map<string, string>> {
  const wanted = JSON.stringify(people.flatMap(identitiesOf));
  const rows = await tx
    .select({
      kind: contactIdentity.kind,
      value: contactIdentity.value,
      contactId: contactIdentity.contactId,
    })
    .from(contactIdentity)
    .innerJoin(
      sql`json_each(${wanted}) AS j`,
      and(
        eq(contactIdentity.workspaceId, workspaceId),
        sql`${contactIdentity.kind} = j.value ->> 'kind'`,
        sql`${contactIdentity.value} = j.value ->> 'value'`,
      ),
    );
  return new Map(rows.map((row) => [identityKey(row), row.contactId]));
}

const LOOKUP_SIZE = 500;

/** Contacts by their id; those that are not there are left out. */
export async function contactsById(tx: Tx, ids: readonly string[]): Promise<Map<string, ContactRow>> {
  const found = new Map<string, ContactRow>();
  for (let at = 0; at < ids.length; at += LOOKUP_SIZE) {
    const part = ids.slice(at, at + LOOKUP_SIZE);
    for (const row of await tx.select().from(contact).where(inArray(contact.id, part)))
      found.set(row.id, row);
  }
  return found;
}
