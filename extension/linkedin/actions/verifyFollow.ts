import type { LinkedinStep, VerifyResult } from '#shared/protocol/linkedin.ts';
import { pause } from '../dom/wait.ts';
import { deadline, type PageEnv } from '../env.ts';
import { maybe, StepStop, stoppedLooking } from '../failure.ts';
import { sessionFailure } from '../guards.ts';
import { errorNotices } from '../pages/composer.ts';
import { readTopCard } from '../pages/profile.ts';
import { readFollowing } from '../reads/following.ts';
import { labelsOf } from '../selectors/labels/index.ts';
import { unpackBaseline } from './baseline.ts';
import { shownFollow } from './follow.ts';

/** Reads the follow back: LinkedIn's own answer, else what the profile shows. */
export async function verifyFollow(
  env: PageEnv,
  step: LinkedinStep,
  baseline: string,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const profileId = unpackBaseline(baseline, 'follow')?.profileId ?? step.target.profileId;
  if (profileId === null) return { outcome: 'not_seen', detail: 'Who was to be followed is not known.' };
  const until = env.clock.now() + deadline(env, 'verify');
  let refusedTwice = false;
  for (;;) {
    const told = await readFollowing(env, profileId, signal);
    if (!told.ok && told.error.kind === 'stop') return stoppedLooking(told.error.failure);
    if (told.ok && told.value) return verified('LinkedIn says that this person is followed');
    const refusal = refusalShown(env, told.ok);
    if (refusal && refusedTwice) return refusal;
    refusedTwice = refusal !== null;
    if (env.clock.now() >= until) {
      // The page shows it before LinkedIn took it: its word counts only late, and only where LinkedIn gives none.
      if (!told.ok && (await pageShows(env, profileId, signal)))
        return verified('Following shown on the profile');
      return { outcome: 'not_seen', detail: 'LinkedIn does not show this person as followed.' };
    }
    await pause(env, 700, signal);
  }
}

function verified(proof: string): VerifyResult {
  return { outcome: 'verified', proof, remoteId: null };
}

async function pageShows(env: PageEnv, profileId: string, signal: AbortSignal): Promise<boolean> {
  const labels = labelsOf(env);
  const card = readTopCard(env);
  if (!labels || card?.profileId !== profileId) return false;
  try {
    const shown = await shownFollow(env, card.memberId, labels, signal);
    return shown?.following === true;
  } catch (error) {
    if (error instanceof StepStop) return false;
    throw error;
  }
}

/** What the page refuses. Certain only where LinkedIn itself says that the person is not followed. */
function refusalShown(env: PageEnv, notFollowed: boolean): VerifyResult | null {
  const session = sessionFailure(env);
  if (session) return stoppedLooking(session);
  if (errorNotices(env).length === 0) return null;
  const failure = maybe('linkedin_error', 'LinkedIn showed an error notice for the follow.');
  return { outcome: 'refused', failure: notFollowed ? { ...failure, effect: 'before_effect' } : failure };
}
