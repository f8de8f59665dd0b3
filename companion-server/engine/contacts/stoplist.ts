import { companyKey as keyOfName } from '#shared/identity/company.ts';
import { domainsOf } from '#shared/identity/domains.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { type Queryable, rowsOf, type schema } from '../../db/index.ts';
import type { ContactRow } from '../context.ts';
import { stoplisted } from '../lookups.ts';
import { shapes } from '../shapes.ts';

type SuppressionKind = typeof schema.suppression.$inferSelect.kind;

/** One probe: is any identifier of this person on the stoplist? */
export function isStoplisted(q: Queryable, contact: ContactRow): Awaitable<boolean> {
  return whenThere(stoplistQuestion(q, contact), (key) =>
    whenThere(rowsOf(q).look(stoplisted, ...key), (found) => found.length > 0),
  );
}

/** What `stoplisted` is asked about this person. */
export function stoplistQuestion(q: Queryable, contact: ContactRow): Awaitable<[string, string]> {
  return whenThere(stoplistKeys(q, contact), (keys) => [contact.id, JSON.stringify(keys)]);
}

/** Everything a stoplist entry may name this person by, as workspace, kind and value. */
export function stoplistKeys(q: Queryable, contact: ContactRow): Awaitable<StoplistKey[]> {
  const rows = rowsOf(q);
  const { companyId } = contact;
  return whenThere(rows.group(shapes.identity, 'contact', contact.id), (identities) =>
    whenThere(companyId === null ? null : rows.get(shapes.company, companyId), (company) =>
      keysBy(contact, identities, company?.key ?? null),
    ),
  );
}

type StoplistKey = [workspaceId: string, kind: SuppressionKind, value: string];

function keysBy(
  contact: ContactRow,
  identities: readonly (typeof schema.contactIdentity.$inferSelect)[],
  companyKey: string | null,
): StoplistKey[] {
  const keys = new Map<string, { kind: SuppressionKind; value: string }>();
  const add = (kind: SuppressionKind, value: string | null) => {
    if (value) keys.set(`${kind}:${value}`, { kind, value });
  };
  for (const { kind, value } of identities) add(kind, value);
  add('email', contact.email);
  add('linkedin_slug', contact.linkedinSlug);
  add('linkedin_profile', contact.linkedinProfileId);
  add('linkedin_member', contact.linkedinMemberId);
  for (const { kind, value } of [...keys.values()]) {
    if (kind === 'email') for (const domain of domainsOf(value)) add('domain', domain);
  }
  add('company', companyKey);
  // Many companies are known by the domain of their people: an entry names them by their name.
  add('company', contact.companyKey ?? keyOfName(contact.companyName ?? ''));
  return [...keys.values()].map(({ kind, value }) => [contact.workspaceId, kind, value]);
}
