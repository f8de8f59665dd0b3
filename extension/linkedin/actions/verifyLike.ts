import type { VerifyResult } from '#shared/protocol/linkedin.ts';
import { activityPath } from '../address.ts';
import { pause } from '../dom/wait.ts';
import { deadline, type PageEnv } from '../env.ts';
import { maybe, stoppedLooking } from '../failure.ts';
import { sessionFailure } from '../guards.ts';
import { readPosts } from '../pages/activity.ts';
import { errorNotices } from '../pages/composer.ts';
import { getPage } from '../reads/http.ts';
import { labelsOf } from '../selectors/labels/index.ts';
import { type Baseline, unpackBaseline } from './baseline.ts';

type LikeBaseline = Extract<Baseline, { kind: 'like' }>;

/**
 * Reads the like back. The page shows it before LinkedIn took it, so a fresh copy of the page decides; the
 * page's own word counts where the copy does not hold the post.
 */
export async function verifyLike(
  env: PageEnv,
  baselineText: string,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const baseline = unpackBaseline(baselineText, 'like');
  if (!baseline) return { outcome: 'not_seen', detail: 'Which post it was is not known.' };
  const until = env.clock.now() + deadline(env, 'verify');
  let shownFor = 0;
  let refusedFor = 0;
  for (;;) {
    const session = sessionFailure(env);
    if (session) return stoppedLooking(session);
    const late = env.clock.now() >= until;
    shownFor = likedIn(env, env.document, baseline) === true ? shownFor + 1 : 0;
    refusedFor = shownFor === 0 && errorNotices(env).length > 0 ? refusedFor + 1 : 0;
    // A copy costs LinkedIn a page: it is asked for when the open page has settled, and once at the end.
    if (late || shownFor === 2 || refusedFor === 2) {
      const copy = await getPage(env, activityPath(baseline.slug), signal);
      if (!copy.ok && copy.error.kind === 'stop') return stoppedLooking(copy.error.failure);
      const liked = copy.ok ? likedIn(env, copy.value, baseline) : null;
      if (liked === true) return verified('the like stands in a fresh copy of the page', baseline);
      if (liked === null && shownFor >= 2) return verified('the post is shown as liked', baseline);
      if (refusedFor > 0) return refused(liked === false);
      if (late) return { outcome: 'not_seen', detail: 'The post is not shown as liked.' };
    }
    await pause(env, 700, signal);
  }
}

function verified(proof: string, { post }: LikeBaseline): VerifyResult {
  return { outcome: 'verified', proof, remoteId: post.startsWith('urn:li:activity:') ? post : null };
}

/** Certain only where a fresh copy still shows the post without our like. */
function refused(notLiked: boolean): VerifyResult {
  const failure = maybe('linkedin_error', 'LinkedIn showed an error notice for the like.');
  return { outcome: 'refused', failure: notLiked ? { ...failure, effect: 'before_effect' } : failure };
}

/** Whether a page shows the post as liked; null where it does not show the post, or not clearly. */
function likedIn(env: PageEnv, page: Document, baseline: LikeBaseline): boolean | null {
  const labels = labelsOf(env);
  if (!labels) return null;
  const own = readPosts(env, page, baseline, labels).filter((post) => post.own);
  const alike = own.filter((post) => post.print === baseline.print);
  const post = own.find(({ id }) => id === baseline.post) ?? (alike.length === 1 ? alike[0] : undefined);
  return post?.like?.liked ?? null;
}
