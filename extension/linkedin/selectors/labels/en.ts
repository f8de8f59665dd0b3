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
  withdraw: ['Withdraw'],
  follow: ['Follow'],
  following: ['Following', 'Unfollow'],
  likeControl: [/^reaction button state/iu, /^(un)?react (with )?[“"]?like/iu, /^like$/iu],
  noReaction: [/no reaction$/iu],
  noActivity: [/nothing to see for now/iu, /has(n’t| not) posted/iu, /no posts yet/iu],
  inmailCost: [/use (?<cost>[\d,.]+) of (?<left>[\d,.]+) inmail credits?/iu],
  inmailFree: [/free (inmail|message)/iu, /open profile/iu],
  inmailNoCredits: [/\bno inmail credits/iu, /out of inmail/iu, /(?<![\d.,])0 inmail credits/iu],
  inmailRefused: [/(can(no|’)t|cannot|doesn’t|does not) (receive|accept) inmail/iu],
};
