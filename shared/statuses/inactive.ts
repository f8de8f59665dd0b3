import { entry, type StatusEntry } from './entry.ts';
import type { LinkedinInactiveReason } from './linkedin.ts';

/** Why an account is Inactive, as the rep reads it. */
export interface InactiveEntry extends StatusEntry {
  /** One sentence for the rep. */
  sentence: string;
  whatToDo: string;
}

function inactive(label: string, sentence: string, whatToDo: string, setBy: string): InactiveEntry {
  const clearedBy = 'The bound member signed in again and messages and acceptances read';
  return { ...entry(label, 'red', sentence, setBy, clearedBy), sentence, whatToDo };
}

export const linkedinInactiveReasons: Record<LinkedinInactiveReason, InactiveEntry> = {
  logged_out: inactive(
    'Signed out',
    'You are signed out of LinkedIn in this browser.',
    'Sign in to LinkedIn. Everything goes on by itself.',
    "LinkedIn's login page instead of a page for members",
  ),
  session_expired: inactive(
    'Session expired',
    'LinkedIn ended your session: this happens about every 30 days, after a password change, a reset of two-step verification, a new device or region, or a long pause.',
    'Sign in to LinkedIn again. Everything goes on by itself.',
    'LinkedIn asking a member who was signed in to sign in again',
  ),
  wrong_credentials: inactive(
    'Wrong email or password',
    'LinkedIn refused the email or password you typed.',
    'Try again on LinkedIn, or reset the password there.',
    "LinkedIn's answer to the login",
  ),
  wrong_verification_code: inactive(
    'Wrong verification code',
    'The verification code was incorrect or has expired.',
    'Ask LinkedIn for a new code and type it there.',
    "LinkedIn's answer to the code",
  ),
  challenge: inactive(
    'LinkedIn asks for a check',
    'LinkedIn wants to make sure that it is you.',
    'Open LinkedIn and answer the check yourself: captcha, PIN by email, code by phone, or approval in the app.',
    "LinkedIn's security check",
  ),
  restricted: inactive(
    'Account restricted',
    'LinkedIn has restricted this account.',
    "Follow LinkedIn's instructions. Afterwards confirm here that automation may go on.",
    "LinkedIn's notice of a restriction",
  ),
  wrong_account: inactive(
    'Another account',
    'Another LinkedIn member is signed in in this browser.',
    'Sign out there and sign in as the member bound to this sender profile.',
    "The signed-in member's id",
  ),
  disconnected_by_user: inactive(
    'Disconnected',
    'You disconnected this account. Every step stays where it is.',
    'Click Reconnect Account when it should go on.',
    'The rep',
  ),
};
