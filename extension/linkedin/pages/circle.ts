import { mentions } from '#shared/identity/personName.ts';
import type { LinkedinTarget } from '#shared/protocol/linkedin.ts';
import { isEnabled, labelOf, onlyIn, textOf, visibleIn } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { slugInPath, slugOf } from '../identity.ts';
import { type Labels, labelsOf, says } from '../selectors/labels/index.ts';

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

/** What the list's headings say. */
function headingsOf(env: PageEnv, labels: Labels): string[] {
  const said = visibleIn(env, env.document, 'circleHeading').map(textOf);
  return said.filter((text) => says(text, labels.peopleHeading));
}

/** How many people the list's heading counts; null where it gives no number, or only a rounded one ("1.2K"). */
export function peopleCounted(env: PageEnv): number | null {
  const labels = labelsOf(env);
  const counts = (labels ? headingsOf(env, labels) : []).flatMap((text) => {
    const exact = /\d+(?:[.,\s]\d{3})*(?![\d.,]*\p{L})/u.exec(text)?.[0];
    return exact ? Number(exact.replace(/\D/gu, '')) : [];
  });
  return counts.length === 1 ? (counts[0] ?? null) : null;
}

/**
 * Whether the page itself says that the member does not belong: it offers to join, once, and has no heading of a list.
 */
export function offersToJoin(env: PageEnv, labels: Labels): boolean {
  if (circleSearch(env) || headingsOf(env, labels).length > 0) return false;
  const joins = visibleIn(env, env.document, 'circleJoin').filter((one) => says(labelOf(one), labels.join));
  return joins.length === 1;
}
