import { domainOf } from '#shared/identity/email.ts';
import { type Queryable, rowsOf, type schema } from '../db/index.ts';
import type { ContactRow } from './context.ts';
import { shapes } from './shapes.ts';

type SuppressionKind = typeof schema.suppression.$inferSelect.kind;

/** One probe: is any identifier of this person on the stoplist? */
export async function isStoplisted(q: Queryable, contact: ContactRow): Promise<boolean> {
  const keys = await stoplistKeys(q, contact);
  const rows = rowsOf(q);
  await rows.loadGroups(shapes.suppression, 'value', keys);
  for (const key of keys) {
    if ((await rows.group(shapes.suppression, 'value', ...key)).length > 0) return true;
  }
  return false;
}

/** Everything a stoplist entry may name this person by, as workspace, kind and value. */
export async function stoplistKeys(q: Queryable, contact: ContactRow): Promise<[string, string, string][]> {
  const rows = rowsOf(q);
  const identities = await rows.group(shapes.identity, 'contact', contact.id);
  const keys = new Map<string, { kind: SuppressionKind; value: string }>();
  const add = (kind: SuppressionKind, value: string | null) => {
    if (value) keys.set(`${kind}:${value}`, { kind, value });
  };
  for (const { kind, value } of identities) add(kind, value);
  add('email', contact.email);
  add('linkedin_slug', contact.linkedinSlug);
  add('linkedin_profile', contact.linkedinProfileId);
  add('linkedin_member', contact.linkedinMemberId);
  for (const { kind, value } of [...keys.values()]) if (kind === 'email') add('domain', domainOf(value));
  if (contact.companyId) add('company', (await rows.get(shapes.company, contact.companyId))?.key ?? null);
  return [...keys.values()].map(({ kind, value }) => [contact.workspaceId, kind, value]);
}
