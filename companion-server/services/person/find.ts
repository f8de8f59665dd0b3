import { and, eq, or } from 'drizzle-orm';
import type { z } from 'zod';
import type { personSeen } from '#shared/contract/devicePerson.ts';
import { normalizeSlug } from '#shared/identity/linkedin.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { Call } from '../context.ts';

const { contactIdentity } = schema;

export type Seen = z.output<typeof personSeen>;
type Key = { kind: 'linkedin_profile' | 'linkedin_slug'; value: string };

/** What names the person of a profile page, strongest first. */
export function keysOf({ profileId, slug }: Seen): Key[] {
  const folded = slug === null ? null : normalizeSlug(slug);
  return [
    ...(profileId === null ? [] : [{ kind: 'linkedin_profile' as const, value: profileId }]),
    ...(folded === null ? [] : [{ kind: 'linkedin_slug' as const, value: folded }]),
  ];
}

/** The contact that has one of these identifiers; it may be in the bin, or merged into another. */
export async function contactIdOf(q: Queryable, call: Call, seen: Seen): Promise<string | null> {
  const keys = keysOf(seen);
  if (keys.length === 0) return null;
  const rows = await q
    .select({ kind: contactIdentity.kind, contactId: contactIdentity.contactId })
    .from(contactIdentity)
    .where(
      and(
        eq(contactIdentity.workspaceId, call.workspaceId),
        or(
          ...keys.map(({ kind, value }) =>
            and(eq(contactIdentity.kind, kind), eq(contactIdentity.value, value)),
          ),
        ),
      ),
    );
  for (const { kind } of keys) {
    const found = rows.find((row) => row.kind === kind);
    if (found) return found.contactId;
  }
  return null;
}
