import { entry, type StatusEntry } from './entry.ts';

/** How one DNS record of a sending domain stands. */
export const domainCheckStatuses: Record<'good' | 'warn' | 'bad' | 'unknown', StatusEntry> = {
  good: entry('In order', 'green', 'Receivers find what they look for.', 'The DNS check', 'A changed record'),
  warn: entry(
    'Could be better',
    'orange',
    'Mail is accepted, but the record leaves something open.',
    'The DNS check',
    'Correcting the record and checking again',
  ),
  bad: entry(
    'To be fixed',
    'red',
    'Receivers may refuse mail of this domain or put it into spam.',
    'The DNS check',
    'Correcting the record and checking again',
  ),
  unknown: entry(
    'Not known',
    'grey',
    'It could not be asked, or something is needed first.',
    'A name server without an answer, or a missing test mail',
    'Checking again, or a test mail',
  ),
};

/** How a mail to oneself fared. */
export const testMailStatuses: Record<'waiting' | 'arrived' | 'junk' | 'missing', StatusEntry> = {
  waiting: entry(
    'On its way',
    'blue',
    'The server took it; it is looked for.',
    'Sending it',
    'Its arrival, or three minutes',
  ),
  arrived: entry('Arrived', 'green', 'It lies in the inbox.', 'Finding it there', 'The next test mail'),
  junk: entry(
    'In spam',
    'red',
    'The own mail server takes it for spam.',
    'Finding it there',
    'The next test mail',
  ),
  missing: entry(
    'Not arrived',
    'red',
    'It was not found within three minutes.',
    'Looking for it without success',
    'The next test mail',
  ),
};
