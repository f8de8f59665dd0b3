import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { PageEnv } from '../env.ts';
import { included, ofType, profileIdOf } from './entities.ts';
import { getJson, problem, type Read } from './http.ts';
import { withDecoration } from './queryIds.ts';

const followingState = z.looseObject({ entityUrn: z.string(), following: z.boolean() });
const answer = z.looseObject({ data: z.unknown(), included });

/** Whether the logged-in member follows a person. Connections are followed unless somebody ended it. */
export async function readFollowing(
  env: PageEnv,
  profileId: string,
  signal: AbortSignal,
): Promise<Read<boolean>> {
  const path = `/voyager/api/identity/dash/profiles?q=memberIdentity&memberIdentity=${encodeURIComponent(profileId)}`;
  const read = await withDecoration(env, 'followingState', (id) =>
    getJson(env, `${path}&decorationId=${id}`, answer, signal),
  );
  if (!read.ok) return read;
  const state = ofType(read.value.included, 'FollowingState', followingState)?.find(
    (one) => profileIdOf(one.entityUrn) === profileId,
  );
  return state
    ? ok(state.following)
    : problem('changed', 'layout_unknown', 'The profile does not say whether it is followed.');
}
