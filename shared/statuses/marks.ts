import { z } from 'zod';
import { entry, type StatusEntry } from './entry.ts';

/** What stands beside an account, a sender profile or a contact and is no status of it. */
export const mark = z.enum([
  'online',
  'offline',
  'reconciling',
  'reconnect',
  'retiring',
  'removed',
  'leaving',
  'deleted',
  'stoplisted',
  'replied',
  'address_gone',
]);
export type Mark = z.infer<typeof mark>;

export const marks: Record<Mark, StatusEntry> = {
  online: entry(
    'Online',
    'green',
    'A browser of this account runs with the extension and reports.',
    'A report of the extension in the last 3 minutes',
    '3 minutes without a report',
  ),
  offline: entry(
    'Offline',
    'grey',
    'No browser of this account runs: shut, asleep, or the extension is off. This is no error; its tasks wait.',
    '3 minutes without a report of the extension',
    'The browser running again',
  ),
  reconciling: entry(
    'Catching up',
    'blue',
    'The account works again. Replies and acceptances of the time away are read before its steps go on.',
    'Signing in again, or the mailbox answering again',
    'Having read them; a failed try is repeated by itself',
  ),
  reconnect: entry(
    'Reconnect',
    'red',
    'Somebody must sign in to LinkedIn again in the paired browser.',
    'The account becoming Inactive',
    'The bound member signing in; nothing else to click',
  ),
  retiring: entry(
    'Retiring',
    'orange',
    'The profile takes nobody new and is deleted when its last task ends.',
    'Deleting it with the choice to finish its tasks',
    'Keeping the profile, or its last task ending',
  ),
  removed: entry(
    'Removed: finishes its contacts',
    'orange',
    'The profile takes nobody new in this automation; those under way go on to the end.',
    'Removing it with the choice to finish its tasks',
    'Adding it again',
  ),
  leaving: entry(
    'Its contacts are being canceled',
    'orange',
    'The profile leaves this automation and its contacts here become Canceled.',
    'Removing or deleting it with the choice to cancel its tasks',
    'The last of them being canceled',
  ),
  deleted: entry(
    'Deleted',
    'grey',
    'The profile lies in the recycle bin for 30 days.',
    'Deleting it',
    'Restoring it; its tasks do not come back',
  ),
  stoplisted: entry(
    'On the stoplist',
    'red',
    'Nothing is ever sent to this contact, in no automation and by no sender.',
    'A person, an unsubscribe, or an entry for their domain or company',
    'Removing the entry from the stoplist',
  ),
  replied: entry(
    'Replied',
    'green',
    'The contact answered. It is paused in every automation until somebody decides.',
    'A reply on any channel; automatic replies are none',
    'Resuming, completing or skipping: then the reply counts as dealt with',
  ),
  address_gone: entry(
    'Address gone',
    'orange',
    'An email to this address came back for good: no automation writes to it any more. LinkedIn steps go on.',
    'A report of the receiving server that the address does not exist',
    'Another address, an email from this one, or enrolling the contact again',
  ),
};
