import { visibleIn } from '../dom/find.ts';
import { click } from '../dom/input.ts';
import { pause, waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { stop } from '../failure.ts';
import { moreButton, openMenu, type TopCard } from '../pages/profile.ts';
import type { Labels } from '../selectors/labels/index.ts';

/** LinkedIn swallows clicks on controls that its script has not wired yet. */
const OPENING_CLICKS = 4;
const WAIT = 1_500;

/** Opens the top card's More menu. That it opens also proves that the card's controls react by now. */
export async function expandMenu(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; attempt < OPENING_CLICKS; attempt++) {
    if (openMenu(env, card)) return;
    const more = moreButton(env, card, labels);
    if (!more) stop('layout_unknown', 'The top card shows no More menu.');
    click(more);
    if (await waitFor(env, WAIT, signal, () => openMenu(env, card))) return;
  }
  stop(env.document.hidden ? 'needs_visible_tab' : 'layout_unknown', 'The More menu does not open.');
}

/** Closes the More menu by its own button; one that stays open disturbs nobody. */
export async function collapseMenu(
  env: PageEnv,
  card: TopCard,
  labels: Labels,
  signal: AbortSignal,
): Promise<void> {
  const more = openMenu(env, card) && moreButton(env, card, labels);
  if (!more) return;
  click(more);
  await waitFor(env, WAIT, signal, () => !openMenu(env, card));
}

/** Menu items arrive late: one counts as absent only after the menu stopped changing. */
export async function settledInMenu<T>(
  env: PageEnv,
  card: TopCard,
  signal: AbortSignal,
  find: () => T | null,
): Promise<T | null> {
  let last = -1;
  let still = 0;
  for (let look = 0; look < 40 && still < 5; look++) {
    const found = find();
    if (found) return found;
    const menu = openMenu(env, card);
    const items = menu ? visibleIn(env, menu, 'menuItem').length : 0;
    still = items > 0 && items === last ? still + 1 : 0;
    last = items;
    await pause(env, 200, signal);
  }
  return null;
}
