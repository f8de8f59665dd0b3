import type { ActResult, LinkedinStep, PrepareResult } from '#shared/protocol/linkedin.ts';
import { activityPath } from '../address.ts';
import { click } from '../dom/input.ts';
import { pause, waitFor } from '../dom/wait.ts';
import { deadline, type PageEnv } from '../env.ts';
import { before, maybe, StepStop, stop } from '../failure.ts';
import { requireLabels, requireMember, sessionFailure } from '../guards.ts';
import { slugOf, whyNotTarget } from '../identity.ts';
import { readPosts, saysNoActivity } from '../pages/activity.ts';
import { ofPerson } from '../reads/person.ts';
import { readIdentity } from '../reads/profile.ts';
import { type Labels, labelsOf } from '../selectors/labels/index.ts';
import { packBaseline } from './baseline.ts';
import { requireProfile } from './openProfile.ts';
import { remember, take } from './prepared.ts';

/** Between two looks at the page that must agree; until then its script may not be wired yet. */
const SETTLE_MS = 1_500;

/** Finds the newest post of the person's own and its Like, one click short of liking. */
export async function prepareLike(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const labels = requireLabels(env);
  await requireMember(env, step.expectedMemberId, signal);
  const author = await requireAuthor(env, step, labels, signal);
  const posts = await settledPosts(env, author, labels, signal);
  const latest = posts.find((post) => post.own);
  if (!latest) return { outcome: 'closed', reason: 'no_post', profile: null };
  if (!latest.like) stop('layout_unknown', 'The newest post does not show its Like, or its state, clearly.');
  if (latest.like.liked) return { outcome: 'closed', reason: 'already_liked', profile: null };
  const { profileId, slug } = author;
  const { taskId, fence } = step;
  const target = { ...step.target, profileId, slug };
  remember(env, { taskId, fence, target, profileId, mode: 'plain', text: null, post: latest.id });
  const baseline = packBaseline({ kind: 'like', profileId, slug, post: latest.id, print: latest.print });
  return { outcome: 'ready', profile: null, noteDropped: false, lastInboundAt: null, baseline };
}

interface Author {
  slug: string;
  profileId: string;
}

/** Who the page is about, in LinkedIn's own words: the activity page itself shows no id. */
async function requireAuthor(
  env: PageEnv,
  step: LinkedinStep,
  labels: Labels,
  signal: AbortSignal,
): Promise<Author> {
  const failure = sessionFailure(env);
  if (failure) throw new StepStop(failure);
  requireProfile(env, labels);
  const read = await ofPerson(env, step.target.profileId ?? step.target.slug, readIdentity, signal);
  if (!read.ok) throw new StepStop(read.error.failure);
  const why = whyNotTarget(step.target, read.value);
  if (why) stop('wrong_person', why);
  const { profileId } = read.value;
  const slug = read.value.slug ?? step.target.slug;
  if (!isActivityPage(env, { slug, profileId }))
    stop('wrong_person', 'The page is not the one of this person’s posts.');
  return { slug, profileId };
}

function isActivityPage(env: PageEnv, author: Author): boolean {
  const path = slugOf(env.window.location.pathname).replace(/\/?$/u, '/');
  return [author.slug, author.profileId].some((ref) => path === slugOf(activityPath(ref)));
}

/** The posts once the page is loaded and two looks agree; empty only where the page says so itself. */
async function settledPosts(env: PageEnv, author: Author, labels: Labels, signal: AbortSignal) {
  await waitFor(env, 'page', signal, () => env.document.readyState === 'complete');
  const until = env.clock.now() + deadline(env, 'page');
  let last = '';
  for (;;) {
    const failure = sessionFailure(env);
    if (failure) throw new StepStop(failure);
    const posts = readPosts(env, env.document, author, labels);
    const seen = posts.map(({ id }) => id).join(' ');
    if (posts.length > 0 && seen === last) return posts;
    if (posts.length === 0 && saysNoActivity(env, labels)) return posts;
    if (env.clock.now() >= until) break;
    last = seen;
    await pause(env, SETTLE_MS, signal);
  }
  return stop(
    env.document.hidden ? 'needs_visible_tab' : 'layout_unknown',
    'The page of posts shows neither posts nor that there are none.',
  );
}

/** Likes: every check again, without waiting, then one click. */
export function actLike(env: PageEnv, step: LinkedinStep): ActResult {
  const prepared = take(env, step);
  if ('code' in prepared) return { outcome: 'failed', failure: prepared };
  const failure = sessionFailure(env);
  if (failure) return { outcome: 'failed', failure };
  const labels = labelsOf(env);
  const author = { slug: prepared.target.slug, profileId: prepared.profileId };
  if (!labels || !isActivityPage(env, author)) {
    const moved = before('layout_unknown', 'The page shows something else than before.');
    return { outcome: 'failed', failure: moved };
  }
  const post = readPosts(env, env.document, author, labels).find(({ id }) => id === prepared.post);
  if (!post?.own || !post.like || post.like.liked) {
    const changed = before('linkedin_error', 'The post is not shown any more as it was prepared.');
    return { outcome: 'failed', failure: changed };
  }
  try {
    click(post.like.control);
  } catch {
    return { outcome: 'failed', failure: maybe('linkedin_error', 'The page failed at the click on Like.') };
  }
  return { outcome: 'clicked' };
}
