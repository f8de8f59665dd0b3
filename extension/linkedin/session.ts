import type { SessionReport } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from './env.ts';
import { restrictedHeadings } from './selectors/labels/session.ts';
import { sessionSelectors as css } from './selectors/session.ts';

type Inactive = Extract<SessionReport, { state: 'inactive' }>;
type Member = Extract<SessionReport, { state: 'logged_in' }>['member'];
type Challenge = Inactive['challenge'];

/** The part of the environment the sentinel has: no fetch and no time needed. */
export type SessionPage = Pick<PageEnv, 'window' | 'document'>;

/**
 * The session's state as this page shows it: by path, page key and visible forms, never by text that
 * other members may have written.
 */
export function detectSession(env: SessionPage): SessionReport {
  const path = env.window.location.pathname;
  if (hasHumanCheck(env.document)) return challenge('captcha');
  const kind = challengeOf(path, env.document);
  if (kind) return pinRefused(env.document) ? inactive('wrong_verification_code') : challenge(kind);
  if (shown(env.document, css.chrome)) return { state: 'logged_in', member: embeddedMember(env.document) };
  if (isRestricted(env.document)) return inactive('restricted');
  if (isLoginPath(path) || hasLoginForm(env.document)) return loginState(env);
  return { state: 'unknown' };
}

/** Whether a path belongs to signing in (also where a redirected request ended). */
export function isLoginPath(path: string): boolean {
  return /^\/(login|uas\/login|checkpoint\/lg\/|authwall|signup|m\/login|uas\/logout)/u.test(path);
}

/** Whether a path belongs to a security check. */
export function isChallengePath(path: string): boolean {
  return /^\/(checkpoint\/(challenge|rm\/|rc\/)|uas\/consumer-email-challenge)/u.test(path);
}

/** Whether somebody signs in or answers a check at a path. */
export function isSignInPath(path: string): boolean {
  return isLoginPath(path) || isChallengePath(path);
}

function inactive(reason: Inactive['reason']): Inactive {
  return { state: 'inactive', reason, challenge: null };
}

function challenge(kind: Challenge): Inactive {
  return { state: 'inactive', reason: 'challenge', challenge: kind };
}

function loginState(env: SessionPage): Inactive {
  const refused = [...env.document.querySelectorAll(css.credentialError)].some(
    (element) => isShown(element) && (element.textContent ?? '').trim() !== '',
  );
  if (refused) return inactive('wrong_credentials');
  const { pathname, search } = env.window.location;
  const sentHere = /[?&](session_?redirect)=/iu.test(search) || pathname.startsWith('/authwall');
  return inactive(sentHere ? 'session_expired' : 'logged_out');
}

function challengeOf(path: string, page: Document): Challenge {
  if (path.startsWith('/checkpoint/lg/')) return null;
  const key = page.querySelector(css.pageKey)?.getAttribute('content') ?? '';
  const byKey = key.startsWith('d_checkpoint_ch_');
  if (!byKey && !isChallengePath(path) && !page.querySelector(css.challengeForm)) return null;
  if (/captcha/iu.test(key) || page.querySelector(css.captcha)) return 'captcha';
  if (/emailPin/iu.test(key) || page.querySelector(css.emailPin)) return 'email_pin';
  if (/linkedInApp/iu.test(key) || page.querySelector(css.appApproval)) return 'app_approval';
  if (/twoStep|phone|sms/iu.test(key) || page.querySelector(css.phonePin)) return 'phone_code';
  return 'other';
}

function pinRefused(page: Document): boolean {
  return [...page.querySelectorAll(css.pinError)].some(isShown);
}

/** A security check inside a page. The same iframe id is used harmlessly elsewhere: it must be large. */
function hasHumanCheck(page: Document): boolean {
  return [...page.querySelectorAll(css.humanCheck)].some((element) => {
    const box = element.getBoundingClientRect();
    return isShown(element) && box.width >= 200 && box.height >= 100;
  });
}

function hasLoginForm(page: Document): boolean {
  return shown(page, css.loginForm) || shown(page, css.password);
}

function isRestricted(page: Document): boolean {
  return [...page.querySelectorAll(css.heading)].some((heading) =>
    restrictedHeadings.some((pattern) => pattern.test(heading.textContent ?? '')),
  );
}

function shown(page: Document, selector: string): boolean {
  return [...page.querySelectorAll(selector)].some(isShown);
}

function isShown(element: Element): boolean {
  return element.checkVisibility({ visibilityProperty: true });
}

/** Who is logged in, where an old-stack page carries the answer of /me in its source. */
function embeddedMember(page: Document): Member {
  for (const request of page.querySelectorAll(css.embedded)) {
    const meta = objectOf(request.textContent);
    if (meta?.request !== '/voyager/api/me' || typeof meta.body !== 'string') continue;
    const member = memberOf(objectOf(page.getElementById(meta.body)?.textContent));
    if (member) return member;
  }
  return null;
}

type Fields = Record<string, unknown>;

/** The member in an answer of /me, or null when it has not the known shape (an interstitial has none). */
export function memberOf(answer: Fields | null): Member {
  const data = asFields(answer?.data);
  const included = Array.isArray(answer?.included) ? answer.included.map(asFields) : [];
  const mini = included.find((entry) => String(entry?.$type).endsWith('MiniProfile'));
  const plainId = data?.plainId;
  const urn = mini?.dashEntityUrn ?? mini?.entityUrn;
  if (!mini || typeof urn !== 'string' || typeof mini.publicIdentifier !== 'string') return null;
  const memberId = typeof plainId === 'number' ? String(plainId) : String(mini.objectUrn).split(':').pop();
  if (!memberId || !/^\d+$/u.test(memberId)) return null;
  return {
    memberId,
    profileId: urn.slice(urn.lastIndexOf(':') + 1),
    slug: mini.publicIdentifier,
    name: [mini.firstName, mini.lastName].filter((part) => typeof part === 'string').join(' '),
    premium: data?.premiumSubscriber === true,
  };
}

function objectOf(text: string | null | undefined): Fields | null {
  try {
    return asFields(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null;
}
