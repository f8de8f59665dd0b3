import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { LinkedinMember } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { memberOf } from '../session.ts';
import { getJson, problem, type Read } from './http.ts';

/** Who is logged in. An answer without a member is an interstitial: a security check is waiting. */
export async function readMe(env: PageEnv, signal: AbortSignal): Promise<Read<LinkedinMember>> {
  const answer = await getJson(env, '/voyager/api/me', z.looseObject({}), signal);
  if (!answer.ok) return answer;
  const member = memberOf(answer.value);
  return member
    ? ok(member)
    : problem('stop', 'challenge', 'LinkedIn answers without naming who is logged in.');
}
