import type { PageEnv } from '../env.ts';
import { css, type SelectorKey } from '../selectors/catalogue.ts';

/** A place where LinkedIn may render a dialog: the page, its open shadow root, its /preload/ iframe. */
type Root = Document | ShadowRoot;

/** All roots that exist now. The iframe is reached only while it is same-origin. */
export function roots(env: PageEnv): Root[] {
  const found: Root[] = [env.document];
  const outlet = env.document.querySelector(css(env, 'interopOutlet'));
  if (outlet?.shadowRoot) found.push(outlet.shadowRoot);
  for (const frame of env.document.querySelectorAll<HTMLIFrameElement>(css(env, 'interopFrame'))) {
    const inner = frameDocument(frame);
    if (inner) found.push(inner);
  }
  return found;
}

function frameDocument(frame: HTMLIFrameElement): Document | null {
  try {
    return frame.contentDocument;
  } catch {
    return null;
  }
}

/** Visible matches of a catalogue entry inside one scope. */
export function visibleIn(env: PageEnv, scope: ParentNode, key: SelectorKey): HTMLElement[] {
  return [...scope.querySelectorAll<HTMLElement>(css(env, key))].filter(isVisible);
}

/** Visible matches of a catalogue entry in every root. */
export function visibleEverywhere(env: PageEnv, key: SelectorKey): HTMLElement[] {
  return roots(env).flatMap((root) => visibleIn(env, root, key));
}

/** The only visible match, or null if there is none or more than one: an ambiguous control is no control. */
export function onlyIn(env: PageEnv, scope: ParentNode, key: SelectorKey): HTMLElement | null {
  const found = visibleIn(env, scope, key);
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** Rendered and not hidden. Opacity does not count: LinkedIn's dialog iframe itself has opacity 0. */
export function isVisible(element: Element): boolean {
  return element.checkVisibility({ visibilityProperty: true });
}

/** Text with white space collapsed. */
export function textOf(element: Element | null | undefined): string {
  return collapse(element?.textContent ?? '');
}

/** White space collapsed, ends trimmed. */
export function collapse(text: string): string {
  return text.replace(/\s+/gu, ' ').trim();
}

/** What a control is called: its aria-label, else its text. */
export function labelOf(element: Element): string {
  return collapse(element.getAttribute('aria-label') ?? '') || textOf(element);
}

/** A button that would react: not disabled in either of LinkedIn's two ways. */
export function isEnabled(element: Element): boolean {
  return !element.matches(':disabled') && element.getAttribute('aria-disabled') !== 'true';
}
