import type { RelationState } from '#shared/protocol/linkedin.ts';
import { isVisible, labelOf, onlyIn, textOf, visibleIn } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { slugInPath } from '../identity.ts';
import { css } from '../selectors/catalogue.ts';
import { isLabel, type Labels, says, startsWithLabel } from '../selectors/labels/index.ts';

/** The profile page's top card: the only part of it that belongs to the viewed member for certain. */
export interface TopCard {
  element: HTMLElement;
  profileId: string;
  memberId: string | null;
  slug: string | null;
  name: string;
  headline: string | null;
  company: string | null;
  location: string | null;
}

/** The top card once it is complete; null while it is missing, or when two people's cards are there. */
export function readTopCard(env: PageEnv): TopCard | null {
  const cards = [...env.document.querySelectorAll<HTMLElement>(css(env, 'topCard'))];
  const ids = new Set(cards.map(cardProfileId));
  const [element] = cards;
  const [profileId] = ids;
  if (!element || !profileId || ids.size !== 1) return null;
  const name = textOf(element.querySelector(css(env, 'name')));
  if (name === '') return null;
  return {
    element,
    profileId,
    memberId: memberIdIn(env, element),
    slug: slugOfPage(env, element),
    name,
    ...details(env, element),
  };
}

/** The page says that there is no such profile, or that it cannot be shown. */
export function missingProfile(env: PageEnv, labels: Labels | null): 'not_found' | 'unavailable' | null {
  if (/^\/404\/?$/u.test(env.window.location.pathname)) return 'not_found';
  const main = env.document.querySelector('main');
  if (!main || env.document.querySelector(css(env, 'screen'))) return null;
  return labels && says(textOf(main), labels.profileUnavailable) ? 'unavailable' : null;
}

/** The Connect link in the top card's row that leads to an invitation of exactly this person. */
export function rowConnect(env: PageEnv, card: TopCard): HTMLElement | null {
  return onlyLink(visibleIn(env, card.element, 'connectLink'), card);
}

/** The Connect link in the open More menu that leads to an invitation of exactly this person. */
export function menuConnect(env: PageEnv, card: TopCard): HTMLElement | null {
  const menu = openMenu(env, card);
  return menu && onlyLink(visibleIn(env, menu, 'menuConnect'), card);
}

/** The top card's More button. */
export function moreButton(env: PageEnv, card: TopCard, labels: Labels): HTMLElement | null {
  const named = visibleIn(env, card.element, 'moreButton').filter((button) => isMore(button, labels));
  return named.length === 1 ? (named[0] ?? null) : null;
}

function isMore(button: Element, labels: Labels): boolean {
  return isLabel(labelOf(button), labels.more) || isLabel(textOf(button), labels.more);
}

/** The menu that belongs to the top card's expanded More button, if it is open. */
export function openMenu(env: PageEnv, card: TopCard): HTMLElement | null {
  const expanded = visibleIn(env, card.element, 'moreButton').filter(
    (button) => button.getAttribute('aria-expanded') === 'true',
  );
  return expanded.length === 1 ? onlyIn(env, env.document, 'openMenu') : null;
}

/** Whether the top card shows that an invitation is pending. */
export function showsPending(env: PageEnv, card: TopCard): boolean {
  return visibleIn(env, card.element, 'pending').length > 0;
}

/** The relation as the top card alone shows it; null when it gives no clear sign. */
export function shownRelation(env: PageEnv, card: TopCard, labels: Labels | null): RelationState | null {
  if (card.element.querySelector(css(env, 'editIntro'))) return 'self';
  if (showsPending(env, card)) return 'invite_sent';
  if (labels && showsAccept(env, card, labels)) return 'invite_received';
  const degree = visibleDegree(env, card);
  if (degree === 1) return 'connected';
  return degree !== null || rowConnect(env, card) ? 'not_connected' : null;
}

function showsAccept(env: PageEnv, card: TopCard, labels: Labels): boolean {
  return visibleIn(env, card.element, 'topCardButton').some((button) =>
    startsWithLabel(labelOf(button), labels.acceptStarts),
  );
}

/** The degree is rendered twice, once hidden with an optimistic value: only the visible one counts. */
function visibleDegree(env: PageEnv, card: TopCard): 1 | 2 | 3 | null {
  const shown = visibleIn(env, card.element, 'textLine')
    .map(degreeIn)
    .filter((one) => one !== null);
  const distinct = new Set(shown);
  return distinct.size === 1 ? (shown[0] ?? null) : null;
}

function degreeIn(line: Element): 1 | 2 | 3 | null {
  const digit = /^[·•]\s*([123])\D{0,8}$/u.exec(textOf(line))?.[1];
  return digit ? (Number(digit) as 1 | 2 | 3) : null;
}

function onlyLink(links: HTMLElement[], card: TopCard): HTMLElement | null {
  const right = links.filter((link) => card.slug !== null && invitedSlug(link) === card.slug);
  return right.length === 1 ? (right[0] ?? null) : null;
}

/** Whom an invitation link invites. */
function invitedSlug(link: Element): string | null {
  const query = (link.getAttribute('href') ?? '').split('?')[1] ?? '';
  const slug = new URLSearchParams(query).get('vanityName');
  return slug ? slugInPath(`/in/${encodeURIComponent(slug)}`) : null;
}

function cardProfileId(card: Element): string | null {
  const key = [card.getAttribute('componentkey'), card.id].find((text) => text?.endsWith('Topcard'));
  return /profile\.card\.ref([\w-]+)Topcard$/u.exec(key ?? '')?.[1] ?? null;
}

function memberIdIn(env: PageEnv, card: Element): string | null {
  const ids = new Set(
    [...card.querySelectorAll(css(env, 'memberKey'))].map(
      (element) => /urn:li:member:(\d+)/u.exec(element.getAttribute('componentkey') ?? '')?.[1] ?? null,
    ),
  );
  const [id] = ids;
  return ids.size === 1 ? (id ?? null) : null;
}

/** The address bar and the card's own contact link must name the same slug. */
function slugOfPage(env: PageEnv, card: Element): string | null {
  const path = slugInPath(env.window.location.pathname);
  const link = card.querySelector(css(env, 'contactInfo'))?.getAttribute('href');
  const own = link ? slugInPath(link) : path;
  return own === path || path === null || /^ac[ow]aa/iu.test(path) ? own : null;
}

function details(env: PageEnv, card: Element): Pick<TopCard, 'headline' | 'company' | 'location'> {
  const lines = [...card.querySelectorAll(css(env, 'textLine'))].filter(isVisible);
  const told = lines.filter(
    (line) => degreeIn(line) === null && !isPronouns(textOf(line)) && textOf(line) !== '',
  );
  const box = card.querySelector(css(env, 'contactInfo'))?.closest('div');
  const place = lines.find((line) => box?.contains(line));
  const headline = told.find((line) => line !== place);
  const company = textOf(card.querySelector(css(env, 'companyPill')));
  return {
    headline: textOf(headline).slice(0, 500) || null,
    company: company.slice(0, 300) || null,
    location: textOf(place).slice(0, 300) || null,
  };
}

function isPronouns(text: string): boolean {
  return /^\p{L}{1,8}(\/\p{L}{1,8}){1,2}$/u.test(text);
}
