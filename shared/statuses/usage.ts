import type { UsageKind } from './engine.ts';

/** What is counted against a cap, as every screen names it. */
export const usageNames: Record<UsageKind, string> = {
  invite: 'Invitations',
  message: 'Messages',
  inmail: 'InMails',
  page_load: 'Profile page loads',
  follow_like: 'Follows and likes',
  withdrawal: 'Withdrawals',
  search_page: 'Search result pages',
  email: 'Emails',
};
