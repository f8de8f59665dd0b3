import { isEnabled, isVisible, labelOf, textOf } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { slugInPath, slugOf } from '../identity.ts';
import { css, type SelectorKey } from '../selectors/catalogue.ts';
import { type Labels, says } from '../selectors/labels/index.ts';

/** A post on a member's activity page. */
interface ShownPost {
  /** The activity's urn in the old stack; in the new one only the card's key, which another load may change. */
  id: string;
  /** Tells posts apart where the keys changed; never the text itself. */
  print: string;
  /** Written by the member. A repost, or something they only reacted to, names somebody else as well. */
  own: boolean;
  /** Null where the control or its state is not clear. */
  like: { control: HTMLElement; liked: boolean } | null;
}

/** The posts of a page, the open one or a copy, in its order: newest first. */
export function readPosts(
  env: PageEnv,
  page: Document,
  author: { slug: string; profileId: string },
  labels: Labels,
): ShownPost[] {
  const found = inside(env, page, page, 'post');
  const cards = found.filter((one) => !found.some((other) => other !== one && other.contains(one)));
  return cards.map((card) => ({
    id: card.getAttribute('data-urn') ?? card.getAttribute('componentkey') ?? '',
    print: fingerprint(textOf(card.querySelector(css(env, 'postText')))),
    own: isOwn(env, page, card, author),
    like: likeOf(env, page, card, labels),
  }));
}

/** Whether the page says that this member has posted nothing. */
export function saysNoActivity(env: PageEnv, labels: Labels): boolean {
  return inside(env, env.document, env.document, 'activityEmpty').some((line) =>
    says(textOf(line), labels.noActivity),
  );
}

/** Only the author is linked outside the text and the comments. */
function isOwn(
  env: PageEnv,
  page: Document,
  card: Element,
  { slug, profileId }: { slug: string; profileId: string },
): boolean {
  const links = inside(env, page, card, 'postLink').filter(
    (link) => link.closest(css(env, 'postText')) === null && !inComments(env, link),
  );
  const wanted = [slugOf(slug), slugOf(profileId)];
  return (
    links.length > 0 &&
    links.every((link) => {
      const linked = slugInPath(link.getAttribute('href') ?? '');
      return linked !== null && wanted.includes(linked);
    })
  );
}

/** The post's one Like control. Its name or its being pressed tells the state; where they disagree, neither. */
function likeOf(env: PageEnv, page: Document, card: Element, labels: Labels): ShownPost['like'] {
  const controls = inside(env, page, card, 'postButton').filter(
    (button) =>
      !inComments(env, button) && says(labelOf(button), [...labels.reactionState, ...labels.likeControl]),
  );
  const [control, more] = controls;
  if (!control || more || !isEnabled(control)) return null;
  const name = labelOf(control);
  const attribute = control.getAttribute('aria-pressed');
  const pressed = attribute === null ? null : attribute === 'true';
  const told = says(name, labels.reactionState) ? !says(name, labels.noReaction) : null;
  if (told !== null && pressed !== null && told !== pressed) return null;
  const liked = told ?? pressed;
  return liked === null ? null : { control, liked };
}

function inComments(env: PageEnv, element: Element): boolean {
  return element.closest(css(env, 'postComments')) !== null;
}

/** A copy that was never shown has no visibility to ask for. */
function inside(env: PageEnv, page: Document, scope: ParentNode, key: SelectorKey): HTMLElement[] {
  const all = [...scope.querySelectorAll<HTMLElement>(css(env, key))];
  return page === env.document ? all.filter(isVisible) : all;
}

/** A short number for a text (FNV-1a). */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(16);
}
