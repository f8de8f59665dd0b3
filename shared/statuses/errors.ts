import type { WhoMustAct } from './engine.ts';
import { entry, type StatusColour, type StatusEntry } from './entry.ts';
import type { LinkedinErrorCode } from './linkedin.ts';

/** Every LinkedIn error code with its meaning (product §4.5). */

export interface ErrorEntry extends StatusEntry {
  who: WhoMustAct;
}

function error(
  label: string,
  colour: StatusColour,
  who: WhoMustAct,
  meaning: string,
  clearedBy: string,
  setBy = "LinkedIn's page",
): ErrorEntry {
  return { ...entry(label, colour, meaning, setBy, clearedBy), who };
}

const byItself = 'Goes on by itself';

export const linkedinErrors: Record<LinkedinErrorCode, ErrorEntry> = {
  email_required: error(
    'Email required',
    'red',
    'manager',
    'LinkedIn invites this person only with their email address.',
    'Another way to reach them',
  ),
  note_too_long: error(
    'Note too long',
    'orange',
    'manager',
    'A note may have 200 characters on Basic accounts and 300 on paid plans.',
    'A shorter note',
  ),
  note_quota_reached: error(
    'No notes left',
    'yellow',
    'nobody',
    'LinkedIn allows this account no more invitations with a note for now.',
    'The choice made in the Connect step: send without, wait, or skip',
  ),
  weekly_invite_limit: error(
    'Invitation limit',
    'yellow',
    'nobody',
    'LinkedIn accepts no more invitations from this account for now.',
    byItself,
  ),
  too_many_requests: error('Too many requests', 'yellow', 'nobody', 'LinkedIn asks to slow down.', byItself),
  already_connected: error('Already connected', 'green', 'nobody', 'There is nothing to do.', byItself),
  already_invited: error('Already invited', 'green', 'nobody', 'An invitation is pending.', byItself),
  cannot_resend_yet: error(
    'Cannot invite again yet',
    'yellow',
    'nobody',
    'After a withdrawal LinkedIn refuses a new invitation for up to 3 weeks.',
    'The date LinkedIn gives',
  ),
  not_connected: error(
    'Not connected',
    'red',
    'manager',
    'LinkedIn sends messages to connections only.',
    'A connection first',
  ),
  profile_not_found: error(
    'Profile not found',
    'red',
    'manager',
    'The link leads to no profile: it is dead, closed, or blocked.',
    'A correct link',
  ),
  profile_unavailable: error(
    'Profile unavailable',
    'red',
    'manager',
    'LinkedIn does not show this profile to this account.',
    'Another sender',
  ),
  cannot_be_invited: error(
    'Cannot be invited',
    'red',
    'manager',
    'LinkedIn offers no way to invite this person.',
    'Another way to reach them',
  ),
  inmail_no_credits: error('No InMail credits', 'yellow', 'nobody', 'No credits are left.', byItself),
  inmail_not_allowed: error(
    'InMail not allowed',
    'red',
    'manager',
    'This person accepts no InMail, or the account cannot send it.',
    'Another way to reach them',
  ),
  content_rejected: error(
    'Text refused',
    'red',
    'manager',
    'LinkedIn did not accept the text.',
    'Another text',
  ),
  invites_restricted: error(
    'Invitations restricted',
    'yellow',
    'rep',
    'LinkedIn does not let this account invite for now.',
    byItself,
  ),
  logged_out: error('Signed out', 'red', 'rep', 'LinkedIn asks to sign in.', 'Signing in to LinkedIn'),
  wrong_account: error(
    'Another account',
    'red',
    'rep',
    'Another LinkedIn member is signed in.',
    'Signing in as the bound member',
  ),
  challenge: error(
    'LinkedIn asks for a check',
    'red',
    'rep',
    'LinkedIn wants to make sure that it is the rep.',
    'The rep answering it on LinkedIn',
  ),
  restricted: error(
    'Account restricted',
    'red',
    'rep',
    'LinkedIn has restricted this account.',
    'The rep, after LinkedIn lifted it',
  ),
  wrong_person: error(
    'Not this person',
    'red',
    'rep',
    'The page shows somebody other than the contact; nothing was done.',
    'A person who confirms or corrects the contact',
    'The check of the person before every step',
  ),
  layout_unknown: error(
    'Unknown page',
    'orange',
    'manager',
    'The page looks different from what is known; nothing was clicked.',
    'A new catalogue',
    'The check of the page',
  ),
  needs_visible_tab: error(
    'Needs a visible tab',
    'orange',
    'rep',
    'LinkedIn finishes this page only in a visible tab.',
    "The rep showing Rapport's LinkedIn tab",
  ),
  timeout: error('Took too long', 'yellow', 'nobody', 'LinkedIn did not answer in time.', 'A retry'),
  linkedin_error: error('Error at LinkedIn', 'yellow', 'nobody', 'LinkedIn showed an error.', 'A retry'),
  tab_closed: error(
    'Tab closed',
    'yellow',
    'nobody',
    'The LinkedIn tab was closed in the middle.',
    'A retry',
    'The browser',
  ),
  stoplisted: error(
    'On the stoplist',
    'grey',
    'nobody',
    'This person must not be contacted.',
    '',
    'The check before every step',
  ),
  replied_meanwhile: error(
    'Replied meanwhile',
    'blue',
    'rep',
    'The contact replied before this step; nothing was sent.',
    'A person deciding how it goes on',
    'The check before every step',
  ),
};
