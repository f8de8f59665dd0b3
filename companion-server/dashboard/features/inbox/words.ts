import type { MessageView, ThreadFilter, ThreadView } from '#shared/contract/inbox.ts';
import type { ThreadLabel } from '#shared/statuses/inbox.ts';

export const filterWords: Record<ThreadFilter, { label: string; empty: string; text: string }> = {
  all: {
    label: 'All',
    empty: 'Nobody has written yet',
    text: 'Answers of your contacts, on LinkedIn and by email, will stand here, the latest first.',
  },
  unread: { label: 'Unread', empty: 'Everything is read', text: 'New answers will stand here.' },
  waiting: {
    label: 'Waiting for a decision',
    empty: 'No reply waits for a decision',
    text: 'A reply stops the contact in every automation until somebody says how it goes on.',
  },
  snoozed: { label: 'Snoozed', empty: 'Nothing is snoozed', text: 'What you snooze comes back at its time.' },
};

export const labelWords: Record<ThreadLabel, string> = {
  interested: 'Interested',
  later: 'Later',
  not_interested: 'Not interested',
  wrong_person: 'Wrong person',
};

export const kindWords: Record<MessageView['kind'] | ThreadView['lastKind'], string> = {
  reply: 'Reply',
  auto_reply: 'Automatic reply',
  bounce: 'Came back',
  unsubscribe: 'Unsubscribed',
  complaint: 'Complaint',
  maybe_reply: 'Perhaps an answer',
  by_hand: 'Written by hand',
  automated: 'Sent by an automation',
};

/** How far an answer got. */
export const stateWords: Record<NonNullable<MessageView['state']>, string> = {
  queued: 'Goes out in a moment',
  sending: 'Being sent',
  sent: 'Sent',
  failed: 'Not sent',
  unknown: 'May have been sent',
};
