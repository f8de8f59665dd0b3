import { DAY } from '#shared/kernel/clock.ts';
import { guardLimits, percent } from '#shared/schedule/guards.ts';
import type { HoldReason, WhoMustAct } from './engine.ts';
import type { StatusEntry } from './entry.ts';

/** Every hold reason with its meaning (product §4.10). */

export interface HoldEntry extends StatusEntry {
  who: WhoMustAct;
  /** Shown on what the hold stops, when it lifts by itself. */
  hint: string | null;
}

function hold(
  label: string,
  colour: StatusEntry['colour'],
  who: WhoMustAct,
  meaning: string,
  setBy: string,
  clearedBy: string,
  hint: string | null = null,
): HoldEntry {
  return { label, colour, meaning, setBy, clearedBy, who, hint };
}

const { failures, acceptance, bounces } = guardLimits;
const limitHint = 'Goes on by itself when the limit ends.';

export const holdReasons: Record<HoldReason, HoldEntry> = {
  manual: hold('Paused by a person', 'orange', 'manager', 'Somebody paused this.', 'A person', 'A person'),
  linkedin_account_disconnected: hold(
    'LinkedIn account disconnected',
    'red',
    'rep',
    'The LinkedIn session is lost; steps of this account wait.',
    'LinkedIn asking to sign in, a check, or another member being signed in',
    'The bound member signed in and messages and acceptances read',
    'Will auto-resume after LinkedIn account reconnection.',
  ),
  disconnected_by_user: hold(
    'Disconnected by the rep',
    'red',
    'rep',
    'The rep disconnected this account; every step stays where it is.',
    'The rep',
    'Reconnecting',
  ),
  account_restricted: hold(
    'LinkedIn account restricted',
    'red',
    'rep',
    'LinkedIn has restricted this account.',
    "LinkedIn's notice",
    'The rep, after LinkedIn lifted the restriction',
  ),
  email_disconnected: hold(
    'Mailbox disconnected',
    'red',
    'rep',
    'Sending or receiving does not work; without it replies, bounces and opt-outs would be missed.',
    'SMTP or IMAP Inactive',
    'Both Active and the inbox synced',
    'Will auto-resume after the mailbox is reconnected.',
  ),
  weekly_invite_limit: hold(
    'Invitation limit of LinkedIn',
    'yellow',
    'nobody',
    'LinkedIn accepts no more invitations from this account for now.',
    "LinkedIn's answer",
    'Time',
    limitHint,
  ),
  too_many_requests: hold(
    'Too many requests',
    'yellow',
    'nobody',
    'LinkedIn asks to slow down.',
    "LinkedIn's answer",
    'Time',
    limitHint,
  ),
  no_inmail_credits: hold(
    'No InMail credits',
    'yellow',
    'nobody',
    'This account has no InMail credits left.',
    "LinkedIn's answer",
    'Time',
    limitHint,
  ),
  layout_unknown: hold(
    'LinkedIn changed a page',
    'orange',
    'manager',
    'LinkedIn shows or answers something in another form than is known, so that nothing is clicked or sent blindly.',
    'The check of a page before its step, or a failed reading of replies and acceptances',
    'A newer catalogue of LinkedIn’s pages, or a person; after a failed reading the next good one',
    'Goes on by itself with a newer catalogue or extension, or once a failed reading succeeds; or resume LinkedIn on the sender profile.',
  ),
  needs_newer_extension: hold(
    'Needs a newer extension',
    'orange',
    'rep',
    'The Rapport extension in this browser cannot do this kind of step yet.',
    'The extension, which says what it can do',
    'An extension that can do it, in the same browser or another one',
    'Update the extension; the steps go on by themselves.',
  ),
  kill_switch: hold(
    'Switched off',
    'orange',
    'manager',
    'This kind of step is switched off for this version.',
    'Whoever runs the server',
    'The switch being taken back, or an extension it does not name',
  ),
  high_failure_rate: hold(
    'Many failures',
    'red',
    'manager',
    `${failures.inARow} failures in a row or ${percent(failures.stopAt)} of the last ${failures.of} steps of this account.`,
    'A guard',
    'A person who has seen the evidence',
    'Look at the figures, then resume the channel on the sender profile.',
  ),
  low_acceptance: hold(
    'Few acceptances',
    'red',
    'manager',
    `Fewer than ${percent(acceptance.stopBelow)} of ${acceptance.of} decided invitations were accepted.`,
    'A guard',
    'A person who has seen the evidence',
    'Look at the figures, then resume LinkedIn on the sender profile.',
  ),
  bounce_guard: hold(
    'Many bounces',
    'red',
    'manager',
    `Too many of the last emails came back: at ${percent(bounces.stopFirstAt)} first emails stop, at ${percent(bounces.stopAt)} the mailbox.`,
    `A guard: the last ${bounces.of} emails in ${bounces.within / DAY} days, from ${bounces.atLeast} on`,
    'A person who has seen the evidence',
    'Look at the figures, then resume email on the sender profile.',
  ),
  mail_throttled: hold(
    'The mail server asks to slow down',
    'yellow',
    'nobody',
    "The mailbox has used up its provider's quota or sends too fast, or one recipient's domain accepts no more for now.",
    "The mail server's answer (421, 4.7.x, or a quota)",
    'Time: 15 minutes, then 1, 4 and 24 hours if it comes again',
    limitHint,
  ),
  mail_refused: hold(
    'The mail server refuses this mailbox',
    'red',
    'rep',
    'The provider refused a message for what this mailbox is or sends (its own answer stands beside it), so that no others follow into the same.',
    "The mail server's answer (5.7.x, or a refused sender address)",
    'A person who has dealt with the cause',
    'Ask your provider or change what is sent, then resume email on the sender profile.',
  ),
  consent_withdrawn: hold(
    'Consent withdrawn',
    'red',
    'rep',
    'The rep withdrew the consent to automation; everything of that rep stopped.',
    'The rep',
    'The rep consenting again',
  ),
  owner_left: hold(
    'Its owner left',
    'red',
    'manager',
    'The owner of this sender profile is no member of the workspace any more; nothing goes out in their name.',
    'The owner leaving or being removed',
    'Giving the profile to a member, or its owner joining again',
    'Give the sender profile to a member, or delete it.',
  ),
  no_usable_sender: hold(
    'No usable sender',
    'red',
    'manager',
    'No sender profile of this automation can be used.',
    'Deleted or retired sender profiles',
    'Adding a sender profile',
    'Nobody new enters. Add a sender profile under "Senders" of the automation.',
  ),
  missing_data: hold(
    'Missing data',
    'orange',
    'manager',
    'The text needs something that is not known of this contact.',
    'Filling in the text',
    'The data, or a fallback in the text',
  ),
  restored_from_backup: hold(
    'Restored from a backup',
    'red',
    'manager',
    'The backup may not know what was sent after it was made.',
    'A restore',
    'Reading inboxes and acceptances, then a person',
  ),
};

/** Nobody enters while this hold is open; who is under way goes on, with a sender that finishes. */
export const STOPS_ENTRY: HoldReason = 'no_usable_sender';
