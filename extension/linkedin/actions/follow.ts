import type { ActResult, LinkedinStep, PrepareResult } from '#shared/protocol/linkedin.ts';
import { click } from '../dom/input.ts';
import type { PageEnv } from '../env.ts';
import { before, maybe, StepStop, stop } from '../failure.ts';
import { requireLabels, sessionFailure } from '../guards.ts';
import { type FollowControl, menuFollow, rowFollow } from '../pages/follow.ts';
import { readTopCard, type TopCard } from '../pages/profile.ts';
import { readFollowing } from '../reads/following.ts';
import { type Labels, labelsOf } from '../selectors/labels/index.ts';
import { packBaseline } from './baseline.ts';
import { collapseMenu, expandMenu, settledInMenu } from './openMenu.ts';
import { openProfile } from './openProfile.ts';
import { type Prepared, remember, take } from './prepared.ts';

/** Finds the Follow control, one click short of following. The same control ends it where one follows. */
export async function prepareFollow(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const labels = requireLabels(env);
  const { card, profile } = await openProfile(env, step, signal);
  if (profile.relation === 'self') stop('wrong_person', 'This profile is the sender’s own.');
  const told = await readFollowing(env, card.profileId, signal);
  if (!told.ok && told.error.kind === 'stop') throw new StepStop(told.error.failure);
  if (told.ok && told.value) return { outcome: 'closed', reason: 'already_following', profile };
  const found = await shownFollow(env, profile.memberId, labels, signal);
  if (!found) {
    const failure = before('layout_unknown', 'The top card and its menu show neither Follow nor Following.');
    return { outcome: 'failed', failure, profile };
  }
  if (found.following) {
    await collapseMenu(env, card, labels, signal);
    return { outcome: 'closed', reason: 'already_following', profile };
  }
  const { taskId, fence } = step;
  const target = { ...step.target, memberId: profile.memberId ?? step.target.memberId };
  remember(env, { taskId, fence, target, profileId: card.profileId, mode: found.mode, text: null });
  const baseline = packBaseline({ kind: 'follow', profileId: card.profileId });
  return { outcome: 'ready', profile, noteDropped: false, lastInboundAt: null, baseline };
}

interface ShownFollow extends FollowControl {
  mode: Extract<Prepared['mode'], 'row' | 'menu'>;
}

/**
 * The control in the row, else in the menu, which then stays open. The menu is opened in any case: that it
 * opens proves that the page reacts, so that the one click on Follow is not swallowed.
 */
export async function shownFollow(
  env: PageEnv,
  memberId: string | null,
  labels: Labels,
  signal: AbortSignal,
): Promise<ShownFollow | null> {
  const card = readTopCard(env);
  if (!card) return null;
  await expandMenu(env, card, labels, signal);
  const inRow = rowFollow(env, card, memberId, labels);
  if (inRow) {
    await collapseMenu(env, card, labels, signal);
    return { ...inRow, mode: 'row' };
  }
  const inMenu = await settledInMenu(env, card, signal, () => menuFollow(env, card, labels));
  return inMenu && { ...inMenu, mode: 'menu' };
}

/** Follows: every check again, without waiting, then one click. */
export function actFollow(env: PageEnv, step: LinkedinStep): ActResult {
  const prepared = take(env, step);
  if ('code' in prepared) return { outcome: 'failed', failure: prepared };
  const failure = sessionFailure(env);
  if (failure) return { outcome: 'failed', failure };
  const card = readTopCard(env);
  const labels = labelsOf(env);
  if (!labels || card?.profileId !== prepared.profileId) {
    const moved = before('layout_unknown', 'The page shows somebody else than before.');
    return { outcome: 'failed', failure: moved };
  }
  const found = preparedControl(env, card, prepared, labels);
  if (!found || found.following) {
    const gone = before('linkedin_error', 'Follow is not where it was prepared.');
    return { outcome: 'failed', failure: gone };
  }
  try {
    click(found.control);
  } catch {
    return { outcome: 'failed', failure: maybe('linkedin_error', 'The page failed at the click on Follow.') };
  }
  return { outcome: 'clicked' };
}

function preparedControl(
  env: PageEnv,
  card: TopCard,
  { mode, target }: Prepared,
  labels: Labels,
): FollowControl | null {
  return mode === 'menu' ? menuFollow(env, card, labels) : rowFollow(env, card, target.memberId, labels);
}
