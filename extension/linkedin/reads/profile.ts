import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { PageEnv } from '../env.ts';
import { included, memberIdOf, ofType, profileIdOf } from './entities.ts';
import { getJson, problem, type Read } from './http.ts';
import { withDecoration } from './queryIds.ts';

const profile = z.looseObject({
  entityUrn: z.string(),
  objectUrn: z.string().nullish(),
  publicIdentifier: z.string().nullish(),
  firstName: z.string().nullish(),
  lastName: z.string().nullish(),
  headline: z.string().nullish(),
});

const answer = z.looseObject({ data: z.unknown(), included });

export interface Identity {
  profileId: string;
  memberId: string | null;
  slug: string | null;
  name: string;
  headline: string | null;
}

/** Who a slug or a profile id belongs to. */
export async function readIdentity(
  env: PageEnv,
  slugOrId: string,
  signal: AbortSignal,
): Promise<Read<Identity>> {
  const path = `/voyager/api/identity/dash/profiles?q=memberIdentity&memberIdentity=${encodeURIComponent(slugOrId)}`;
  const read = await withDecoration(env, 'topCard', (id) =>
    getJson(env, `${path}&decorationId=${id}`, answer, signal),
  );
  if (!read.ok) return read;
  const found = ofType(read.value.included, 'Profile', profile)?.find((one) => matches(one, slugOrId));
  const profileId = profileIdOf(found?.entityUrn);
  if (!found?.firstName || !profileId)
    return problem('changed', 'layout_unknown', 'The profile has a shape that is not known.');
  return ok({
    profileId,
    memberId: memberIdOf(found.objectUrn),
    slug: found.publicIdentifier ?? null,
    name: [found.firstName, found.lastName].filter(Boolean).join(' '),
    headline: found.headline ?? null,
  });
}

function matches(one: z.infer<typeof profile>, slugOrId: string): boolean {
  const slug = one.publicIdentifier?.toLowerCase();
  return profileIdOf(one.entityUrn) === slugOrId || slug === slugOrId.toLowerCase();
}
