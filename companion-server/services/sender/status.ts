import { MINUTE } from '#shared/kernel/clock.ts';
import { linkedinInactiveReasons } from '#shared/statuses/dictionary.ts';
import { isFailingLogin, isFlapping, type LossRow } from '../../engine/index.ts';
import type { ChannelRow } from '../scope.ts';
import { READING } from './holdView.ts';

const CONNECTING_TOO_LONG_MS = 30 * MINUTE;
const RECONNECTING =
  'The account was reconnected. Sign in to LinkedIn in the browser with Rapport; it turns green by itself.';

/** One sentence about the LinkedIn account for the rep; null: nothing to say. */
export function linkedinSentence(channel: ChannelRow, scheduleNow: number): string | null {
  switch (channel.status) {
    case 'active':
      return channel.reconcileFrom === null ? null : READING;
    case 'not_set_up':
      return 'Install the extension and pair it with this profile.';
    case 'connecting':
      return scheduleNow - (channel.statusSince ?? scheduleNow) > CONNECTING_TOO_LONG_MS
        ? 'Connecting takes too long. Check that the browser runs, that you are signed in to LinkedIn in it, and open linkedin.com once.'
        : 'The extension is paired. Open LinkedIn in that browser, signed in.';
    case 'inactive': {
      if (channel.reason === null) return RECONNECTING;
      const { sentence, whatToDo } = linkedinInactiveReasons[channel.reason];
      return [sentence, channel.reasonDetail, whatToDo].filter(Boolean).join(' ');
    }
  }
}

/** What is flagged about an account, with what to check. */
export function linkedinWarnings(loss: LossRow | null, now: number): string[] {
  const warnings: string[] = [];
  if (isFlapping(loss, now)) {
    warnings.push(
      'This account keeps losing its session. Check that the browser keeps its cookies, that nobody signs in to the account elsewhere or through a VPN, and that no other tool works with it.',
    );
  }
  if (isFailingLogin(loss)) {
    warnings.push(
      'Two logins in a row failed. Check the email and the password on LinkedIn itself, ask for a new code, and that you sign in as the member bound to this profile.',
    );
  }
  return warnings;
}

/** The red dot: a connected account is Inactive. */
export function redDots(channels: { linkedin: ChannelRow; email: ChannelRow }) {
  const { linkedin, email } = channels;
  return {
    linkedin: linkedin.status === 'inactive',
    email: email.smtpStatus === 'inactive' || email.imapStatus === 'inactive',
  };
}
