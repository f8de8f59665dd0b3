import { isEnabled, labelOf, textOf, visibleIn } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { isLabel, type Labels } from '../selectors/labels/index.ts';
import { openMenu, type TopCard } from './profile.ts';

/** The control that follows a member, or that would end it. */
export interface FollowControl {
  following: boolean;
  control: HTMLElement;
}

/** The Follow button in the top card's row, if its key names exactly this member; null: none, or not clear. */
export function rowFollow(
  env: PageEnv,
  card: TopCard,
  memberId: string | null,
  labels: Labels,
): FollowControl | null {
  const [control, more] = visibleIn(env, card.element, 'followButton');
  if (!control || more || !isEnabled(control)) return null;
  const key = /urn:li:member:(\d+)_(follow|following)$/u.exec(control.getAttribute('componentkey') ?? '');
  if (!key || (memberId !== null && key[1] !== memberId)) return null;
  const named = stateNamed(control, labels);
  return named !== null && named === (key[2] === 'following') ? { following: named, control } : null;
}

/** The Follow item in the top card's own open menu. */
export function menuFollow(env: PageEnv, card: TopCard, labels: Labels): FollowControl | null {
  const menu = openMenu(env, card);
  const found = (menu ? visibleIn(env, menu, 'menuItem') : []).flatMap((control) => {
    const following = stateNamed(control, labels);
    return following === null ? [] : [{ following, control }];
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

function stateNamed(control: Element, labels: Labels): boolean | null {
  const names = [textOf(control), labelOf(control)];
  if (names.some((name) => isLabel(name, labels.following))) return true;
  return names.some((name) => isLabel(name, labels.follow)) ? false : null;
}
