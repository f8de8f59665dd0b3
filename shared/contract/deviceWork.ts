import { z } from 'zod';
import {
  type LinkedinActionKind,
  linkedinActionKind,
  linkedinFailure,
  linkedinStep,
  linkedinTarget,
  profileRead,
} from '#shared/protocol/linkedin.ts';
import { listKind } from '#shared/protocol/lists.ts';
import { id, instant } from './route.ts';

/** What the runner is given to do, and what it tells of it. */

export const watchKind = z.enum(['session', 'acceptances', 'inbox', 'sent_invitations']);

/** What an extension could do that does not say so. */
export const firstKinds: LinkedinActionKind[] = ['visit', 'connect', 'message'];

/** Profile ids in one list that every extension takes. */
export const IDS_AT_ONCE = 5000;
export const readIds = z.array(z.string().max(80)).max(IDS_AT_ONCE);

/** What the runner should do now. */
export const nextWork = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('task'),
    step: linkedinStep,
    /** For the side panel. */
    contactName: z.string(),
    automationName: z.string(),
    leaseMs: z.number().int(),
    /** A person saw that nothing came of this device's claims up to this fence: it may act again. */
    clearedFence: z.number().int().optional(),
  }),
  z.object({
    type: z.literal('watch'),
    kinds: z.array(watchKind).min(1),
    /** Whose lists are asked for; null: an older server, or nobody is bound, and nothing but the session is read. */
    expectedMemberId: z.string().nullable().default(null),
    acceptancesSince: instant,
    inboxSince: instant,
    /** Profile ids of contacts that have, or had, to do with this sender: only their messages are reported. */
    knownProfileIds: readIds,
    /** The rest of them, after those that matter most: an older extension reads only the first list. */
    furtherProfileIds: z.array(z.string().max(80)).max(45_000).default([]),
    /** Contacts bound late: everything they wrote since `since` is read once more. */
    threads: z.object({ since: instant, profileIds: readIds }).nullable().default(null),
    /** Contacts with a pending invitation of this account: gone ones are told from the sent list. */
    pendingProfileIds: readIds.default([]),
  }),
  /** One page of a list that the rep imports. */
  z.object({
    type: z.literal('import'),
    importId: id,
    list: z.object({ kind: listKind, id: z.string().nullable(), url: z.string() }),
    start: z.number().int(),
    /** People it may bring at most. */
    count: z.number().int(),
    expectedMemberId: z.string().nullable(),
  }),
  /** Another update of the selector catalogue than the extension holds; null: none any more. The extension parses it. */
  z.object({ type: z.literal('catalogue'), id: z.string().max(64).nullable(), catalogue: z.unknown() }),
  /** The server was restored from a backup: tell what was done since. */
  z.object({ type: z.literal('journal') }),
  z.object({
    type: z.literal('wait'),
    /** Ask again after this many real ms. */
    askAgainMs: z.number().int().min(0),
    /** Why: a hold reason, a limit, "no_work", "consent", "other_device". */
    reason: z.string(),
    /** Whether the working tab should stay open (inside the working window). */
    keepTab: z.boolean(),
  }),
]);
export type NextWork = z.infer<typeof nextWork>;

/** How a step ended, as the device knows it. */
export const stepOutcome = z.discriminatedUnion('result', [
  z.object({
    result: z.literal('done'),
    verified: z.boolean(),
    proof: z.string().max(300),
    remoteId: z.string().max(300).nullable(),
    noteDropped: z.boolean(),
    profile: profileRead.nullable(),
  }),
  z.object({ result: z.literal('closed'), reason: z.string().max(60), profile: profileRead.nullable() }),
  /** Nothing reached LinkedIn: proven by the journal (never armed). */
  z.object({ result: z.literal('not_started'), failure: linkedinFailure.nullable() }),
  z.object({ result: z.literal('failed'), failure: linkedinFailure, profile: profileRead.nullable() }),
  /** It may have happened. Never repeated automatically. */
  z.object({ result: z.literal('unsure'), detail: z.string().max(500) }),
]);
export type StepOutcome = z.infer<typeof stepOutcome>;

/** The anonymous key of an invitation: the same one counts once in the caps. */
const invitationKey = z.string().regex(/^[0-9a-f]{32}$/);

/** The sent invitations, without anything that tells who people are that are no contacts. */
export const sentInvitationsSeen = z.object({
  /** Pending ones to contacts. */
  toContacts: z
    .array(z.object({ profileId: z.string().max(80), key: invitationKey, sentAt: instant.nullable() }))
    .max(5000),
  /** All others of the last 7 days. */
  toOthers: z.array(z.object({ key: invitationKey, sentAt: instant })).max(2500),
  /** Of `pendingProfileIds`, those without a pending invitation; empty unless the whole list was read. */
  gone: readIds,
  complete: z.boolean(),
});
export type SentInvitationsSeen = z.infer<typeof sentInvitationsSeen>;

/** Steps that this browser did, or may have done, of the last 30 days; long journals come in several parts. */
export const journalReport = z.object({
  lines: z
    .array(
      z.object({
        taskId: id,
        kind: linkedinActionKind,
        target: linkedinTarget.pick({ slug: true, profileId: true, memberId: true }),
        /** How long ago it was about to click. */
        armedAgoMs: z.number().int().min(0),
        /** False: it may have been done. */
        done: z.boolean(),
      }),
    )
    .max(500),
  more: z.boolean(),
  /** How far back nothing is missing; an older extension does not say. */
  wholeForMs: z.number().int().min(0).optional(),
});
export type JournalReport = z.infer<typeof journalReport>;
