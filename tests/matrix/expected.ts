import type { Case } from './dimensions.ts';

/** How a case must end, whether LinkedIn's ledger may show its one effect, and how far the clicking may go. */
export interface Expected {
  ends: string;
  happens: boolean;
  /** No control at all, only such as open something, or once the one that acts. */
  clicks: 'none' | 'opening' | 'act';
}

const nothing = (ends: string, clicks: Expected['clicks'] = 'none'): Expected => ({
  ends,
  happens: false,
  clicks,
});
const stopped = (code: string, clicks?: Expected['clicks']): Expected =>
  nothing(`${code} before_effect`, clicks);
const done: Expected = { ends: 'verified', happens: true, clicks: 'act' };

/** What the specification asks for, written from it and not from the code under test. */
export function expectedOf(each: Case): Expected {
  const early = beforeThePerson(each) ?? aboutThePerson(each);
  if (early) return early;
  const late = atTheClick(each);
  return { ...late, clicks: isOneClickShort(each) ? 'opening' : 'act' };
}

/** What is found only when everything is open, and before the click that acts. */
function isOneClickShort({ kind, fault }: Case): boolean {
  if (fault === 'new_query_ids') return kind !== 'group';
  return fault === 'reloaded' || fault === 'long_note' || (fault === 'no_notes' && kind === 'note');
}

/** The session and the pace come before everything. */
function beforeThePerson({ fault, locale, kind }: Case): Expected | null {
  switch (fault) {
    case 'check_before':
      return stopped('challenge');
    case 'other_member':
      return stopped('wrong_account');
    case 'read_429':
      return stopped('too_many_requests');
    case 'read_999':
      return stopped('restricted');
    case 'read_login':
      return stopped('logged_out');
    case 'read_hangs':
      return stopped('timeout');
    case 'no_text':
      return stopped('content_rejected');
    default:
      // An unknown language forbids every click; reading a profile needs none.
      return locale === 'unknown' && kind !== 'visit' ? stopped('layout_unknown') : null;
  }
}

/** Who it is, whether the page is understood, and what the relation allows. */
function aboutThePerson(each: Case): Expected | null {
  const { kind, relation, front, locale } = each;
  if (relation === 'gone') return stopped('profile_not_found');
  // What a page says in a language without a table is not read: only what LinkedIn's answers say.
  if (relation === 'unavailable')
    return stopped(locale === 'unknown' ? 'layout_unknown' : 'profile_unavailable');
  const ownPage = ['visit', 'connect', 'note', 'follow', 'withdraw'].includes(kind);
  if (ownPage && front === 'ember') return stopped('layout_unknown');
  if (relation === 'someone_else') return stopped('wrong_person');
  switch (kind) {
    case 'visit':
      return nothing('visited');
    case 'connect':
    case 'note':
      return refusedInvitation(relation);
    case 'message':
      return relation === 'connected' ? null : stopped('not_connected');
    case 'inmail':
      return refusedInmail(relation);
    case 'follow':
      return relation === 'connected' ? nothing('already_following', 'opening') : null;
    case 'withdraw':
      if (relation === 'connected') return nothing('already_connected');
      return relation === 'pending' ? null : nothing('nothing_to_withdraw');
    case 'group':
    case 'like':
      return null;
  }
}

function refusedInvitation(relation: Case['relation']): Expected | null {
  switch (relation) {
    case 'connected':
      return nothing('already_connected');
    case 'pending':
      return nothing('already_invited');
    case 'incoming':
      return stopped('cannot_be_invited');
    case 'absent':
      return stopped('cannot_be_invited', 'opening');
    case 'email':
      return stopped('email_required', 'opening');
    case 'withdrawn':
      return stopped('cannot_resend_yet', 'act');
    default:
      return null;
  }
}

/** In this suite `absent` takes no InMail, and for `email` the Basic account has no credit: its plan offers none. */
function refusedInmail(relation: Case['relation']): Expected | null {
  // To a connection one writes for free; the step goes on as one that is done.
  if (relation === 'connected') return nothing('already_connected');
  return relation === 'absent' || relation === 'email' ? stopped('inmail_not_allowed') : null;
}

/** The one click: what LinkedIn answers, and how much of that the page shows. */
function atTheClick({ kind, fault, front }: Case): Expected {
  const invites = kind === 'connect' || kind === 'note';
  const writes = ['message', 'inmail', 'group'].includes(kind);
  // Sent to the login, the iframe shows it inside itself: the page around it says nothing.
  const unseen = front === 'iframe' && (invites || kind === 'group');
  // Only a written message leaves the page no way to tell that nothing arrived.
  const certainty = writes ? 'maybe_effect' : 'before_effect';
  const refused = nothing(`linkedin_error ${certainty}`);
  switch (fault) {
    case 'answer_429':
      return nothing(`too_many_requests ${certainty}`);
    case 'answer_999':
      // The new pages' own scripts say nothing to an answer they cannot read.
      return nothing(`restricted ${invites ? certainty : 'maybe_effect'}`);
    case 'answer_500':
    case 'answer_error':
      return refused;
    case 'answer_html':
      return invites || writes ? refused : nothing('not_seen');
    case 'answer_silent':
    case 'answer_hangs':
      return nothing('not_seen');
    case 'reloaded':
      // What was prepared is gone with its page.
      return stopped('tab_closed');
    case 'long_note':
      return stopped('note_too_long');
    case 'answer_login':
      return nothing(unseen ? 'not_seen' : 'logged_out maybe_effect');
    // Whatever the page shows: LinkedIn's answer to who is signed in says it.
    case 'logout_between':
      return nothing('logged_out maybe_effect');
    case 'check_between':
      return nothing('challenge maybe_effect');
    case 'new_query_ids':
      // A new message shows no thread, so whether they wrote before cannot be told.
      return kind === 'group' ? done : stopped('layout_unknown');
    case 'weekly_block':
      return stopped('weekly_invite_limit');
    case 'no_invites':
      return stopped('invites_restricted');
    case 'no_notes':
      return kind === 'note' ? stopped('note_quota_reached') : done;
    default:
      return done;
  }
}
