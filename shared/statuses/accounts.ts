import type { MailStatus } from './engine.ts';
import { entry, type StatusEntry } from './entry.ts';
import type { LinkedinStatus } from './linkedin.ts';

/** The statuses of a sender profile's accounts; without a library, because the popup's first picture names them. */

export const mailStatuses: Record<MailStatus, StatusEntry> = {
  not_set_up: entry('Not set up', 'grey', 'No mailbox is bound.', 'Nothing yet', 'Connecting a mailbox'),
  active: entry('Active', 'green', 'The mail server accepts us.', 'A successful login', 'A refused login'),
  inactive: entry(
    'Inactive',
    'red',
    "The mail server refuses us; its own answer stands beside it. Without it replies and opt-outs would be missed, so the mailbox's steps wait.",
    'A refused login or connection',
    'Correct settings and a successful test',
  ),
};

export const linkedinStatuses: Record<LinkedinStatus, StatusEntry> = {
  not_set_up: entry('Not set up', 'grey', 'No LinkedIn account is bound.', 'Nothing yet', 'Pairing'),
  connecting: entry(
    'Connecting',
    'amber',
    'A browser is paired; the LinkedIn session is not confirmed yet.',
    'Pairing the extension',
    'Opening LinkedIn signed in; after 30 minutes check that the browser runs and the extension is on',
  ),
  active: entry('Active', 'green', 'The bound member is signed in.', 'A LinkedIn page', 'A lost session'),
  inactive: entry(
    'Inactive',
    'red',
    'LinkedIn steps of this account wait; the reason stands beside it.',
    'A LinkedIn page that shows it',
    'The rep signing in to LinkedIn in the browser; nothing else to click',
  ),
};
