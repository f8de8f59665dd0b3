/** Rows that a page adds only when somebody can see where they would go, as the real one does. */

const STEP = 10;

/**
 * Shows the first rows at once and more whenever `more` comes into sight. A hidden tab gets no
 * intersections, so there the list stays at its first rows.
 */
export function lazily(more: Element | null, total: number, add: (from: number, to: number) => void): void {
  let shown = 0;
  const step = () => {
    const to = Math.min(total, shown + STEP);
    add(shown, to);
    shown = to;
  };
  step();
  if (!more || shown >= total) return;
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    step();
    observer.unobserve(more);
    if (shown < total) observer.observe(more);
  });
  observer.observe(more);
}
