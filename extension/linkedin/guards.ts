import type { Result } from '#shared/kernel/result.ts';
import type { LinkedinFailure, LinkedinMember, SessionReport } from '#shared/protocol/linkedin.ts';
import { textOf, visibleEverywhere } from './dom/find.ts';
import type { PageEnv } from './env.ts';
import { before, StepStop, stop } from './failure.ts';
import type { ReadProblem } from './reads/http.ts';
import { readMe } from './reads/me.ts';
import { type Labels, labelsOf, says } from './selectors/labels/index.ts';
import { detectSession, isSignInPath } from './session.ts';

/** The session as the page and LinkedIn's own answer to "who am I" show it. */
export async function readSession(env: PageEnv, signal: AbortSignal): Promise<SessionReport> {
  const shown = detectSession(env);
  if (shown.state === 'inactive' && !mayBeOutdated(env)) return shown;
  const me = await readMe(env, signal);
  if (me.ok) return { state: 'logged_in', member: me.value };
  return shown.state === 'inactive' ? shown : sessionAfter(me.error);
}

/**
 * A login or check page stays as it was when the member signs in or answers it in another tab. It is asked
 * and not loaded again: that could send a second PIN while the first is being typed.
 */
function mayBeOutdated({ window }: PageEnv): boolean {
  return isSignInPath(window.location.pathname);
}

function sessionAfter({ failure }: ReadProblem): SessionReport {
  switch (failure.code) {
    case 'logged_out':
      return { state: 'inactive', reason: 'session_expired', challenge: null };
    case 'challenge':
      return { state: 'inactive', reason: 'challenge', challenge: 'other' };
    case 'restricted':
      return { state: 'inactive', reason: 'restricted', challenge: null };
    default:
      return { state: 'unknown' };
  }
}

/** Stops unless the expected member is logged in; returns who it is. */
export async function requireMember(
  env: PageEnv,
  expectedMemberId: string | null,
  signal: AbortSignal,
): Promise<LinkedinMember> {
  requireSession(env);
  return memberAnswering(env, expectedMemberId, signal);
}

/** As `requireMember`, on any page, whatever that shows. */
export async function memberAnswering(
  env: PageEnv,
  expectedMemberId: string | null,
  signal: AbortSignal,
): Promise<LinkedinMember> {
  const me = await readMe(env, signal);
  if (!me.ok) throw new StepStop(me.error.failure);
  if (expectedMemberId !== null && me.value.memberId !== expectedMemberId) {
    stop('wrong_account', 'Another LinkedIn member is logged in than the one bound to this sender.');
  }
  return me.value;
}

/**
 * Whether the bound member is the one whom LinkedIn answers just now; `unknown`: it does not say. A failure: it stops
 * whoever asks, and nothing more is to be asked.
 */
export async function whoAnswers(
  env: PageEnv,
  expectedMemberId: string | null,
  signal: AbortSignal,
): Promise<'bound' | 'other' | 'unknown' | LinkedinFailure> {
  if (expectedMemberId === null) return 'bound';
  const me = await readMe(env, signal);
  if (!me.ok) return me.error.kind === 'stop' ? me.error.failure : 'unknown';
  return me.value.memberId === expectedMemberId ? 'bound' : 'other';
}

/**
 * A read that counts only as the bound member's: asked before it and after it, because cookies are the browser's
 * and somebody else may sign in while it runs. What the open page shows is not asked: it may be an old login page.
 */
export async function asMember<T>(
  env: PageEnv,
  expectedMemberId: string | null,
  signal: AbortSignal,
  read: (me: LinkedinMember) => Promise<Result<T, LinkedinFailure>>,
): Promise<Result<T, LinkedinFailure>> {
  const me = await memberAnswering(env, expectedMemberId, signal);
  const value = await read(me);
  if (value.ok) await memberAnswering(env, me.memberId, signal);
  return value;
}

/** Stops when the page shows a login, a security check or a restricted account. */
function requireSession(env: PageEnv): void {
  const failure = sessionFailure(env);
  if (failure) throw new StepStop(failure);
}

/** What the page itself says against going on; null when it says nothing. */
export function sessionFailure(env: PageEnv): LinkedinFailure | null {
  const shown = detectSession(env);
  if (shown.state !== 'inactive') return null;
  switch (shown.reason) {
    case 'challenge':
    case 'wrong_verification_code':
      return before('challenge', `LinkedIn shows a security check (${shown.challenge ?? 'other'}).`);
    case 'restricted':
      return before('restricted', 'LinkedIn shows that this account is restricted.');
    default:
      return before('logged_out', 'LinkedIn shows its login page.');
  }
}

/**
 * Stops on a page language without a label table: a control is never guessed. A login or a security check is
 * named first: it is one in every language.
 */
export function requireLabels(env: PageEnv): Labels {
  requireSession(env);
  return (
    labelsOf(env) ?? stop('layout_unknown', 'LinkedIn is shown in a language this version does not know.')
  );
}

/** What LinkedIn's notices and dialogs say against inviting now; null when nothing does. */
export function inviteRefusal(env: PageEnv, labels: Labels): LinkedinFailure | null {
  for (const toast of visibleEverywhere(env, 'errorToast')) {
    const text = textOf(toast);
    if (says(text, labels.resendBlocked)) {
      return before(
        'cannot_resend_yet',
        'LinkedIn allows a new invitation only 3 weeks after the withdrawal.',
      );
    }
    if (says(text, labels.invitesRestricted)) return invitesRestricted();
    return before('linkedin_error', 'LinkedIn showed an error notice instead of sending the invitation.');
  }
  for (const dialog of visibleEverywhere(env, 'anyDialog')) {
    if (says(textOf(dialog), labels.invitesRestricted)) return invitesRestricted();
  }
  return null;
}

function invitesRestricted(): LinkedinFailure {
  return before('invites_restricted', 'LinkedIn has restricted this account from sending invitations.');
}

/** The weekly limit dialog: blocked, only a warning, or not there. */
export function weeklyLimit(env: PageEnv, labels: Labels): 'blocked' | 'warning' | null {
  const [dialog] = visibleEverywhere(env, 'fuseLimit');
  if (!dialog) return null;
  const text = textOf(dialog);
  return says(text, labels.weeklyWarning) && !says(text, labels.weeklyBlocked) ? 'warning' : 'blocked';
}
