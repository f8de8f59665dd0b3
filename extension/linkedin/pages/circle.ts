import type { LinkedinTarget } from '#shared/protocol/linkedin.ts';
import { isEnabled, labelOf, onlyIn, textOf, visibleIn } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { mentions, slugInPath, slugOf } from '../identity.ts';
import { type Labels, says } from '../selectors/labels/index.ts';

/** The rows that a group's or event's list shows now. */
export function circleRows(env: PageEnv): HTMLElement[] {
  return visibleIn(env, env.document, 'circleRow');
}

/** The target's own row: every profile link in it leads to them. */
export function circleRowOf(env: PageEnv, target: LinkedinTarget): HTMLElement | null {
  const own = circleRows(env).filter((row) => {
    const links = visibleIn(env, row, 'circleProfile');
    return links.length > 0 && links.every((link) => leadsTo(link, target));
  });
  return own.length === 1 ? (own[0] ?? null) : null;
}

function leadsTo(link: Element, { slug, profileId }: LinkedinTarget): boolean {
  const shown = slugInPath(link.getAttribute('href') ?? '');
  return shown !== null && (shown === slugOf(slug) || (profileId !== null && shown === slugOf(profileId)));
}

/**
 * The row's one control that writes to the target: named with their name, and where it is a link, to their
 * profile id.
 */
export function circleMessage(
  env: PageEnv,
  row: Element,
  target: LinkedinTarget,
  labels: Labels,
): HTMLElement | null {
  const found = visibleIn(env, row, 'circleControl').filter((control) => {
    const label = labelOf(control);
    return (
      says(label, labels.messageStarts) &&
      mentions(label, target.name) &&
      isEnabled(control) &&
      recipientFits(control, target)
    );
  });
  return found.length === 1 ? (found[0] ?? null) : null;
}

function recipientFits(control: Element, { profileId }: LinkedinTarget): boolean {
  const href = control.getAttribute('href');
  if (href === null) return true;
  return new URL(href, 'https://www.linkedin.com').searchParams.get('recipient') === profileId;
}

/** The list's own search field, where it has one. */
export function circleSearch(env: PageEnv): HTMLInputElement | null {
  return onlyIn(env, env.document, 'circleSearch') as HTMLInputElement | null;
}

/**
 * Whether the page itself says that the member does not belong: it offers to join, once, and has no heading of a list.
 */
export function offersToJoin(env: PageEnv, labels: Labels): boolean {
  const headings = visibleIn(env, env.document, 'circleHeading');
  if (circleSearch(env) || headings.some((one) => says(textOf(one), labels.peopleHeading))) return false;
  const joins = visibleIn(env, env.document, 'circleJoin').filter((one) => says(labelOf(one), labels.join));
  return joins.length === 1;
}
