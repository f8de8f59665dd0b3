import { FIRST_ROWS } from '../render/html.ts';

/** Rows that a page adds only when somebody can see where they would go, as the real one does. */

const STEP = 10;

/**
 * Shows the first rows at once and more whenever `more` comes into sight. A hidden tab gets no
 * intersections, so there the list stays at its first rows. `served`: the first rows came with the page.
 */
export function lazily(
  more: Element | null,
  total: number,
  add: (from: number, to: number) => void,
  served = false,
): void {
  let shown = served ? Math.min(total, FIRST_ROWS) : 0;
  const step = () => {
    const to = Math.min(total, shown + STEP);
    add(shown, to);
    shown = to;
  };
  if (!served) step();
  if (!more || shown >= total) return;
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    step();
    observer.unobserve(more);
    if (shown < total) observer.observe(more);
  });
  observer.observe(more);
}
