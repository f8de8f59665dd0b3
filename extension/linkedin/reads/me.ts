import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { LinkedinMember } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { memberOf } from '../session.ts';
import { included } from './entities.ts';
import { getJson, ME, problem, type Read } from './http.ts';

/**
 * Who is logged in. An answer without a member is an interstitial: a security check is waiting. One with a member whose
 * fields are not the known ones, or with something that does not say what it is, is LinkedIn's change.
 */
export async function readMe(env: PageEnv, signal: AbortSignal): Promise<Read<LinkedinMember>> {
  const answer = await getJson(env, ME, z.looseObject({ included }), signal);
  if (!answer.ok) return answer;
  const member = memberOf(answer.value);
  if (member) return ok(member);
  const isMember = answer.value.included.some(({ $type }) => !$type || $type.endsWith('.MiniProfile'));
  return isMember
    ? problem('changed', 'layout_unknown', 'LinkedIn names who is logged in in a shape that is not known.')
    : problem('stop', 'challenge', 'LinkedIn answers without naming who is logged in.');
}
