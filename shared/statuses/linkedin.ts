import { z } from 'zod';

/** Why a LinkedIn account is Inactive (product §2.1). */
export const linkedinInactiveReason = z.enum([
  'logged_out',
  'session_expired',
  'wrong_credentials',
  'wrong_verification_code',
  'challenge',
  'restricted',
  'wrong_account',
  'disconnected_by_user',
]);
export type LinkedinInactiveReason = z.infer<typeof linkedinInactiveReason>;

/** Badge on the profile's LinkedIn tab (product §2.1). */
export const linkedinStatus = z.enum(['not_set_up', 'connecting', 'active', 'inactive']);
export type LinkedinStatus = z.infer<typeof linkedinStatus>;

/** Why a LinkedIn step fails (product §4.5), plus `needs_visible_tab` (§5). */
export const linkedinErrorCode = z.enum([
  'email_required',
  'note_too_long',
  'note_quota_reached',
  'weekly_invite_limit',
  'too_many_requests',
  'already_connected',
  'already_invited',
  'cannot_resend_yet',
  'not_connected',
  'profile_not_found',
  'profile_unavailable',
  'cannot_be_invited',
  'inmail_no_credits',
  'inmail_not_allowed',
  'content_rejected',
  'invites_restricted',
  'logged_out',
  'wrong_account',
  'challenge',
  'restricted',
  'wrong_person',
  'layout_unknown',
  'needs_visible_tab',
  'timeout',
  'linkedin_error',
  'tab_closed',
  'stoplisted',
  'replied_meanwhile',
]);
export type LinkedinErrorCode = z.infer<typeof linkedinErrorCode>;
