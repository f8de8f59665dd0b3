import type { Labels } from './types.ts';

export const en: Labels = {
  more: ['More', 'More actions'],
  addNote: ['Add a note'],
  sendWithoutNote: ['Send without a note', 'Send now'],
  sendInvitation: ['Send invitation'],
  acceptStarts: ['Accept'],
  weeklyBlocked: [/reached the weekly invitation limit/iu, /out of invitations/iu],
  weeklyWarning: [/(approaching|close to) the weekly invitation limit/iu, /growing your network/iu],
  resendBlocked: [/resend an invitation 3 weeks/iu, /3 weeks after withdrawing/iu],
  invitesRestricted: [/restricted your account from sending invitations/iu],
  profileUnavailable: [/profile is not available/iu, /profile is unavailable/iu],
};
