import type { LinkedinStep, PrepareResult } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { openProfile } from './openProfile.ts';

/** A visit is done by reading: the page load was LinkedIn's, the profile is what the step is for. */
export async function prepareVisit(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const { profile } = await openProfile(env, step, signal);
  return { outcome: 'closed', reason: 'visited', profile };
}
