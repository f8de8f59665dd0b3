import type { EventType, HoldReason } from './engine.ts';
import { linkedinErrors } from './errors.ts';
import { holdReasons } from './holds.ts';
import type { LinkedinErrorCode } from './linkedin.ts';

/** Machine reasons of enrollments, branches, steps and log lines that are no LinkedIn code and no hold. */
export const otherReasons = new Map(
  Object.entries({
    replied: 'The contact replied; decide how it goes on.',
    manual: 'A person decided it.',
    paused_by_person: 'A person paused it.',
    completed: 'A person completed it.',
    duplicate: 'This person was here already under another entry; the two are one now.',
    unsubscribed: 'The contact opted out.',
    no_linkedin: 'The contact has no LinkedIn profile.',
    link_refused:
      'A person said that the LinkedIn link led to somebody else, and it was taken off. With the right link it goes on by itself.',
    sending_error: 'The mail server did not take the email.',
    consent: 'The rep has not agreed to automation yet.',
    not_running: 'The automation, or the contact in it, does not run any more.',
    merged: 'Another branch came here first and goes on for both.',
    skipped: 'A person skipped the step.',
    retried: 'A person had the failed step tried again.',
    undone: 'A bulk action was taken back.',
    enrollment_stopped: 'The contact does not go on in this automation.',
    unsure: 'Nobody knows yet whether it happened.',
    person: 'A person decided it.',
    retention: 'The time that contacts are kept without being written to was over.',
    request: 'The person asked for it.',
    bin: 'The time in the recycle bin was over.',
    deleted: 'The contact was put into the recycle bin.',
    internal_error:
      'Rapport could not handle this contact. Resume it to try again; if it pauses again, report it.',
    colleague_replied: 'A colleague at the same company replied; decide how it goes on.',
    same_person:
      'This contact and another proved to be one person, and both were written to here. Look at what they got, then resume or cancel.',
    postponed: 'A person postponed it after the account came back.',
    bounced: 'The email came back.',
    node_missing: 'The step does not exist in this version of the automation.',
    tag_missing: 'The tag does not exist any more.',
    list_missing: 'The list does not exist any more.',
    nobody_to_notify: 'Nobody is left to be notified.',
    no_variant: 'Every variant of the split is retired.',
    sender_changed: 'The sender profile was changed; it goes on as the new one.',
    node_deleted: 'The step they stood on was removed from the automation.',
    segment_removed: 'The segment they waited to enter by was removed from the automation.',
    too_many_steps: 'The contact passed more steps than an enrollment may.',
    no_email: 'The contact has no email address.',
    auto_reply: 'An automatic reply said that they are away; it goes on when they are back.',
    text_changed: 'The data behind the text changed after it was approved; look at it again.',
    skipped_by_person: 'A person skipped the step.',
    passed_by: 'The contact had gone past the step.',
    other_inbox_unread:
      "The replies on the sender's other channel were not read within the last hour, and the automation waits for them.",
    maybe_reply:
      'A message from another address may be their answer; say in the inbox whether it is. After a week it goes on by itself.',
    spacing: 'Some hours must lie between two messages or invites to one person.',
    inbox_stale: 'The mailbox is read first; it goes on by itself.',
    visited: 'The profile was read.',
    nothing_to_withdraw: 'No invitation is pending.',
    already_following: 'The sender follows them already.',
    already_liked: 'The sender liked their latest post already.',
    no_post: 'There is no post to like.',
    recipient_changed: 'The profile link or the address was changed; it is prepared anew for the new one.',
    note_dropped: 'Sent without the note, because none was left.',
    contact_deleted: 'The contact was put into the recycle bin.',
    contact_erased: 'The personal data of the contact was erased.',
    archived: 'The automation was archived.',
    not_a_connection: 'Only existing connections of the assigned sender enter, and this contact is none.',
    sender_busy: 'The sender has two days of profile reading ahead.',
    other_automation: 'Active in another automation.',
    other_not_running: 'The other automation does not run.',
    was_there: 'The contact was in the other automation already; entering again is decided by a person.',
    given_back:
      'It broke off several times before it had any effect, for a cause on our side; it is tried again by itself. If it stays, look at what the side panel of the extension says, or at the mailbox.',
    browser_ceiling:
      'The browser’s own record says that the most of such steps is done for now, or that record was lost; it goes on by itself.',
    contact_hours: 'It is outside of working hours where the contact is.',
    automation_limit: "The automation's own daily limit for this sender is reached.",
    sender_deleted: 'The sender profile was deleted.',
    sender_removed: 'The sender was removed from the automation.',
  }),
);

/** The sentence for any machine reason; never a bare "Error". */
export function reasonSentence(reason: string): string {
  if (Object.hasOwn(linkedinErrors, reason)) return linkedinErrors[reason as LinkedinErrorCode].meaning;
  const own = otherReasons.get(reason);
  if (own !== undefined) return own;
  if (Object.hasOwn(holdReasons, reason)) return holdReasons[reason as HoldReason].meaning;
  const words = reason.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

const limitNames = new Map(
  Object.entries({
    window: 'the working hours',
    daily_cap: 'the cap of 24 hours',
    weekly_cap: 'the cap of 7 days',
    ramp: 'the ramp of a new account',
    gap: 'the pause between two steps',
    queue: 'the steps before it',
    other_automation: 'the other automation',
    rest: 'a rest after activity',
    automation_limit: "the automation's own daily limit",
    given_back: 'its next try',
    browser_ceiling: 'the most that the browser allows by its own record',
    maybe_reply: 'a decision about a message that may be their answer',
    auto_reply: 'the day they are back',
    contact_hours: 'the working hours where the contact is',
    spacing: 'the time between two messages to one person',
    other_inbox_unread: "a read of the sender's other channel",
    cannot_resend_yet: 'the end of the lock after a withdrawal',
    note_quota_reached: 'the next free note',
    active_limit: 'the limit of active contacts',
    coworkers_limit: 'the limit of contacts per company',
    stoplisted: 'the stoplist',
  }),
);

/** What binds something that goes on by itself, within a sentence: "the working hours". */
export function limitName(limit: string): string {
  if (Object.hasOwn(holdReasons, limit)) return `"${holdReasons[limit as HoldReason].label}"`;
  return limitNames.get(limit) ?? limit.replaceAll('_', ' ');
}

export const eventLabels: Record<EventType, string> = {
  imported: 'Imported',
  enrolled: 'Entered an automation',
  profile_read: 'Profile read',
  visited: 'Profile visited',
  invite_sent: 'Invitation sent',
  accepted: 'Invitation accepted',
  message_sent: 'Message sent',
  email_sent: 'Email sent',
  inmail_sent: 'InMail sent',
  group_message_sent: 'Message to a fellow member sent',
  followed: 'Followed',
  post_liked: 'Latest post liked',
  invite_withdrawn: 'Invitation withdrawn',
  invite_gone: 'Invitation gone without an acceptance',
  email_opened: 'Email opened',
  email_clicked: 'Link in an email clicked',
  reply_received: 'Reply received',
  auto_reply_received: 'Automatic reply received',
  bounced: 'Email came back',
  unsubscribed: 'Unsubscribed',
  stoplisted: 'Put on the stoplist',
  task_failed: 'Step failed',
  task_unknown: 'Step may have happened',
  task_closed: 'Step had nothing to do',
  task_settled: 'Step settled',
  task_canceled: 'Step canceled',
  status_changed: 'Status changed',
  merged: 'Merged with a second entry of this person',
  person_refused: 'Somebody else stood at the LinkedIn link; it was taken off',
  contact_deleted: 'Put into the recycle bin',
  contact_restored: 'Restored from the recycle bin',
  contact_erased: 'Personal data erased',
  hold_set: 'Held',
  hold_lifted: 'Hold lifted',
  session_changed: 'LinkedIn session changed',
  manual_task_ended: 'Manual task ended',
  text_approved: 'Text approved',
  tag_added: 'Tag added',
  tag_removed: 'Tag removed',
  list_added: 'Put into a list',
  list_removed: 'Taken out of a list',
  field_set: 'Field set',
  sender_changed: 'Sender changed',
  sender_chosen: 'Sender chosen',
  notified: 'Member notified',
  webhook_queued: 'Webhook call planned',
  webhook_delivered: 'Webhook called',
  webhook_failed: 'Webhook call failed',
  enroll_skipped: 'Not enrolled in the other automation',
  node_passed: 'Step had nothing to do',
};
