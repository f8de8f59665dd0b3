import { likeness } from '#shared/identity/personName.ts';
import type { LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import { onlyIn, textOf, visibleEverywhere, visibleIn } from '../dom/find.ts';
import { richText } from '../dom/input.ts';
import type { PageEnv } from '../env.ts';
import { slugInPath, slugOf } from '../identity.ts';
import { css } from '../selectors/catalogue.ts';

/** The message page's conversation pane: one recipient, one composer. */
export interface Composer {
  pane: HTMLElement;
  form: HTMLElement;
  box: HTMLElement;
  /** Null in the mode where Enter sends. */
  send: HTMLElement | null;
  enterSends: boolean;
}

/** Where one writes: the message page, or the bubble that a list of people opens over itself. */
type Place = 'page' | 'overlay';

/** Where a step of this kind is written. */
export function placeOf(kind: LinkedinStep['kind']): Place {
  return kind === 'group_message' ? 'overlay' : 'page';
}

/** The composer of the open conversation; null while missing, or when there is more than one. */
export function readComposer(env: PageEnv, place: Place): Composer | null {
  const pane = place === 'page' ? threadPane(env) : overlayPane(env);
  const form = pane && onlyIn(env, pane, 'composerForm');
  const box = form && onlyIn(env, form, 'composerBox');
  if (!pane || !form || !box) return null;
  const send = onlyIn(env, form, 'sendButton');
  const enterSends = send === null && onlyIn(env, form, 'sendModes') !== null;
  return { pane, form, box, send, enterSends };
}

/** The one conversation pane of the page, with a composer or without. */
export function threadPane(env: PageEnv): HTMLElement | null {
  return onlyIn(env, env.document, 'threadPane');
}

/** The one open bubble, in whichever of the page's layers it is. */
function overlayPane(env: PageEnv): HTMLElement | null {
  const found = visibleEverywhere(env, 'overlayPane');
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** The profile links that say whom the open conversation is with. */
export function recipientLinks(env: PageEnv, pane: Element): HTMLElement[] {
  return [...visibleIn(env, pane, 'threadRecipient'), ...visibleIn(env, pane, 'overlayRecipient')];
}

/** The pane wants a subject or credits: that is an InMail to somebody who is not connected. */
export function isInmail(env: PageEnv, pane: Element): boolean {
  return visibleIn(env, pane, 'inmailSubject').length > 0;
}

/**
 * Whether the open conversation is with the target and nobody else: by the thread's own profile link,
 * or, in a new message, by the address's recipient id and the one pill.
 */
export function whyNotRecipient(env: PageEnv, pane: Element, target: LinkedinTarget): string | null {
  const links = recipientLinks(env, pane);
  const [link] = links;
  if (links.length > 1) return 'The conversation shows more than one recipient.';
  if (link) return whyNotLinked(link, target);
  const pills = visibleIn(env, pane, 'recipientPill');
  const [pill] = pills;
  if (!pill || pills.length !== 1) return 'The new message does not show exactly one recipient.';
  if (recipientInAddress(env) !== target.profileId) return 'The page’s address names another recipient.';
  return likeness(textOf(pill), target.name) === 'different' ? 'The recipient shown has another name.' : null;
}

function whyNotLinked(link: Element, target: LinkedinTarget): string | null {
  const shown = /\/in\/([^/?#]+)/u.exec(link.getAttribute('href') ?? '')?.[1];
  if (!shown) return 'The conversation does not link to its recipient.';
  if (decodeURIComponent(shown) === target.profileId) return null;
  return slugInPath(`/in/${shown}`) === slugOf(target.slug)
    ? null
    : 'The conversation is with somebody else.';
}

function recipientInAddress(env: PageEnv): string | null {
  const query = new URLSearchParams(env.window.location.search);
  const urn = query.get('profileUrn');
  const recipient = query.get('recipient');
  const fromUrn = urn?.split(':').pop() ?? null;
  if (fromUrn && recipient && fromUrn !== recipient) return null;
  return fromUrn ?? recipient;
}

/** One message as the thread shows it. */
interface ShownMessage {
  urn: string;
  inbound: boolean;
  text: string;
}

/** The messages of the open thread, in page order. */
export function shownMessages(env: PageEnv, pane: Element): ShownMessage[] {
  return visibleIn(env, pane, 'messageEvent').map((event) => {
    const body = event.querySelector<HTMLElement>(css(env, 'messageBody'));
    return {
      urn: event.getAttribute('data-event-urn') ?? '',
      inbound: event.classList.contains('msg-s-event-listitem--other'),
      text: body ? richText(body) : '',
    };
  });
}

/** Every visible error notice's text, for refusals of a message. */
export function errorNotices(env: PageEnv): string[] {
  return visibleEverywhere(env, 'errorToast').map(textOf);
}
