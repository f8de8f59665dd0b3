import { z } from 'zod';
import { linkedinErrorCode, linkedinInactiveReason } from '#shared/statuses/linkedin.ts';

/**
 * What crosses between the extension's background and the scripts in a LinkedIn page: requests to read,
 * prepare, act and verify, and their answers. Everything here is parsed on both sides.
 */

/** The LinkedIn action kinds that this version of the extension performs; the server may know more. */
export const linkedinActionKind = z.enum([
  'visit',
  'connect',
  'message',
  'inmail',
  'follow',
  'like',
  'withdraw',
  'group_message',
]);
export type LinkedinActionKind = z.infer<typeof linkedinActionKind>;

/** inmail only: `open_profile` sends where it is free and nowhere else, `spend_credit` may spend one credit. */
const inmailPolicy = z.enum(['open_profile', 'spend_credit']);

/** The person an action is meant for. `profileId` and `memberId` are aliases; either one proves identity. */
export const linkedinTarget = z.object({
  /** Public slug from /in/<slug>/, decoded, lower case, e.g. "anna-berg". A display key: owners can change it. */
  slug: z.string().min(1).max(200),
  /** fsd_profile id, e.g. "ACoAAB…"; null until the first visit bound it. */
  profileId: z.string().max(80).nullable(),
  /** Numeric member id as text; null until bound. */
  memberId: z.string().regex(/^\d+$/).max(20).nullable(),
  /** Name the contact is known by; used only to bind a slug-only contact at the first visit. */
  name: z.string().max(300),
  company: z.string().max(300).nullable(),
});
export type LinkedinTarget = z.infer<typeof linkedinTarget>;

/** Who is logged in, as the page says. */
export const linkedinMember = z.object({
  memberId: z.string().regex(/^\d+$/).max(20),
  profileId: z.string().max(80),
  slug: z.string().max(200),
  name: z.string().max(300),
  premium: z.boolean(),
});
export type LinkedinMember = z.infer<typeof linkedinMember>;

export const challengeKind = z.enum(['captcha', 'email_pin', 'phone_code', 'app_approval', 'other']);

/** The state of the LinkedIn session as one page showed it. `unknown`: the page gave no strong sign. */
export const sessionReport = z.discriminatedUnion('state', [
  z.object({ state: z.literal('logged_in'), member: linkedinMember.nullable() }),
  z.object({
    state: z.literal('inactive'),
    reason: linkedinInactiveReason,
    challenge: challengeKind.nullable(),
  }),
  z.object({ state: z.literal('unknown') }),
]);
export type SessionReport = z.infer<typeof sessionReport>;

export const relationState = z.enum(['not_connected', 'invite_sent', 'invite_received', 'connected', 'self']);
export type RelationState = z.infer<typeof relationState>;

/** What was read of a person's profile. Null where the page did not show it. */
export const profileRead = z.object({
  memberId: z.string().regex(/^\d+$/).max(20).nullable(),
  profileId: z.string().max(80),
  slug: z.string().max(200),
  name: z.string().max(300),
  headline: z.string().max(500).nullable(),
  company: z.string().max(300).nullable(),
  location: z.string().max(300).nullable(),
  relation: relationState,
});
export type ProfileRead = z.infer<typeof profileRead>;

/** Who stands at the address of a contact that is known by nothing else, under another name. */
const shownPerson = z.object({
  profileId: z.string().max(80),
  memberId: z.string().regex(/^\d+$/).max(20).nullable(),
  name: z.string().max(300),
  company: z.string().max(300).nullable(),
});
export type ShownPerson = z.infer<typeof shownPerson>;

/** A step that did not happen (or may have): the code decides the policy (product §4.5). */
export const linkedinFailure = z.object({
  code: linkedinErrorCode,
  /** Whether LinkedIn may have seen the action. Set at the source, never guessed from text. */
  effect: z.enum(['before_effect', 'maybe_effect', 'after_effect']),
  /** One sentence for the log: what was missing or shown. Never page content of other people. */
  detail: z.string().max(500),
  /** LinkedIn's own date, where it shows one (unix ms UTC). */
  until: z.number().int().nullable(),
  /** wrong_person only: for a person to decide whether it is the contact. */
  shown: shownPerson.optional(),
});
export type LinkedinFailure = z.infer<typeof linkedinFailure>;

/** One task as the runner gets it. `text` is final: rendered by the server, bound by the payload hash. */
export const linkedinStep = z.object({
  taskId: z.string(),
  fence: z.number().int(),
  kind: linkedinActionKind,
  target: linkedinTarget,
  /** Note for connect (null: without), body for message, inmail and group_message, null for all others. */
  text: z.string().max(8000).nullable(),
  /** inmail only: its subject. */
  subject: z.string().max(300).nullable().default(null),
  inmailPolicy: inmailPolicy.nullable().default(null),
  /** group_message only: the group or event that both belong to. */
  circle: z
    .object({ kind: z.enum(['group', 'event']), id: z.string().regex(/^\d{1,20}$/) })
    .nullable()
    .default(null),
  /** connect with a note: what to do when no note is possible. */
  whenNoNote: z.enum(['send_without', 'wait', 'skip']).nullable(),
  /** The bound member who must be logged in. */
  expectedMemberId: z.string().regex(/^\d+$/).nullable(),
});
export type LinkedinStep = z.infer<typeof linkedinStep>;

/** What is left of what LinkedIn rations, in its own words on the page of a step; null: it did not say. */
export const quotasSeen = z.object({
  /** Personal notes this month. */
  notesLeft: z.number().int().min(0).max(10_000).nullable(),
  inmailCredits: z.number().int().min(0).max(100_000).nullable(),
});
export type QuotasSeen = z.infer<typeof quotasSeen>;

/**
 * Precheck and preparation, everything short of the effect.
 * `ready`: the next click sends. `closed`: nothing to do (visit done by reading; already connected…).
 */
export const prepareResult = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('ready'),
    profile: profileRead.nullable(),
    /** connect only: the note was dropped because LinkedIn allows none now and the node says send_without. */
    noteDropped: z.boolean(),
    /** message, inmail, group_message: when they wrote last in the thread before we act; a reply newer than our last one blocks. */
    lastInboundAt: z.number().int().nullable(),
    /** What LinkedIn said in passing that the account has left. */
    quotas: quotasSeen.optional(),
    /** Evidence baseline so that verify can tell ours from earlier ones (message ids, invite state). */
    baseline: z.string().max(4000),
  }),
  z.object({
    outcome: z.literal('closed'),
    reason: z.enum([
      'visited',
      'already_connected',
      'already_invited',
      'nothing_to_withdraw',
      'already_following',
      'no_post',
      'already_liked',
    ]),
    profile: profileRead.nullable(),
  }),
  z.object({ outcome: z.literal('failed'), failure: linkedinFailure, profile: profileRead.nullable() }),
]);
export type PrepareResult = z.infer<typeof prepareResult>;

/** Right after the one click. */
export const actResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('clicked') }),
  z.object({ outcome: z.literal('failed'), failure: linkedinFailure }),
]);
export type ActResult = z.infer<typeof actResult>;

/** Reading the effect back. `not_seen`: it may have happened; never a reason to repeat. */
export const verifyResult = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('verified'),
    /** What was seen, e.g. "Pending shown", "message in thread", "relation read back". */
    proof: z.string().max(300),
    /** Message or invitation urn where one was read. */
    remoteId: z.string().max(300).nullable(),
  }),
  z.object({ outcome: z.literal('refused'), failure: linkedinFailure }),
  z.object({ outcome: z.literal('not_seen'), detail: z.string().max(500) }),
  /** Another member than the one who acted is signed in: what LinkedIn shows them says nothing. */
  z.object({ outcome: z.literal('wrong_account'), detail: z.string().max(500) }),
]);
export type VerifyResult = z.infer<typeof verifyResult>;

/** A new connection, newest first, as LinkedIn's connections list gives it. */
export const acceptanceRead = z.object({
  profileId: z.string().max(80),
  memberId: z.string().regex(/^\d+$/).max(20).nullable(),
  slug: z.string().max(200).nullable(),
  connectedAt: z.number().int(),
});
export type AcceptanceRead = z.infer<typeof acceptanceRead>;

/** One invitation the member sent that is still pending, whoever or whatever sent it. */
export const sentInvitationRead = z.object({
  /** Null where only the page's list could be read. */
  invitationUrn: z.string().max(300).nullable(),
  profileId: z.string().max(80).nullable(),
  memberId: z.string().regex(/^\d+$/).max(20).nullable(),
  slug: z.string().max(200).nullable(),
  name: z.string().max(300),
  sentAt: z.number().int().nullable(),
});
export type SentInvitationRead = z.infer<typeof sentInvitationRead>;

/** The sent list. Who is missing from it has no pending invitation only if it is `complete`. */
export const sentInvitationsRead = z.object({
  invitations: z.array(sentInvitationRead),
  complete: z.boolean(),
});
export type SentInvitationsRead = z.infer<typeof sentInvitationsRead>;

/**
 * One inbound message's identity. The text stays in the browser until the server confirmed that the
 * sender is a contact (product §5: messages of people who are not contacts never leave the browser).
 */
export const inboundMessageRead = z.object({
  messageId: z.string().max(300),
  conversationId: z.string().max(300),
  fromProfileId: z.string().max(80),
  deliveredAt: z.number().int(),
  text: z.string().max(8000),
});
export type InboundMessageRead = z.infer<typeof inboundMessageRead>;
