import { z } from 'zod';

/** How far a folder was read. Everything below `uidNext` is done, as long as `uidValidity` stays. */
const folderCursor = z.object({
  uidValidity: z.string(),
  uidNext: z.int().min(1),
  highestModseq: z.string().nullable(),
});
export type FolderCursor = z.infer<typeof folderCursor>;

/** What the caller stores between two syncs; null before the first. */
export const mailCursor = z.object({
  folders: z.record(z.string(), folderCursor),
  /** When the last sync began (unix ms): after a change of UIDVALIDITY what came since then is looked for again. */
  readAt: z.number().nullable().default(null),
});
export type MailCursor = z.infer<typeof mailCursor>;

export type BounceSeverity = 'hard' | 'soft' | 'policy';

export type InboundClass =
  /**
   * Somebody wrote: stops the contact everywhere. `suggests`: their words ask to be left alone, which a person
   * confirms.
   */
  | { kind: 'reply'; suggests: 'unsubscribe' | null }
  | {
      kind: 'bounce';
      /** `hard`: the address does not exist. `soft`: not now. `policy`: the receiving side does not want our mail. */
      severity: BounceSeverity;
      /** Prose of a mail system that knows no RFC 3464: believed no further than `soft`. */
      unsure: boolean;
      /** Enhanced status ("5.1.1") or reply code ("550"), if any. */
      status: string | null;
      diagnostic: string | null;
      recipient: string | null;
    }
  /** Not a person (RFC 3834). `returnAt`: unix ms of the day named in the text, else null. */
  | { kind: 'auto_reply'; returnAt: number | null }
  /** By the address in our own List-Unsubscribe header, or a mail program's button. */
  | { kind: 'unsubscribe' }
  | { kind: 'complaint'; feedbackType: string }
  /** Nothing but its subject and its writer looks like an answer: only its headers were read, and a person says. */
  | { kind: 'maybe_reply' }
  /** A delay warning, a delivery or read receipt: nothing happened that changes anything. */
  | { kind: 'notice'; what: 'delayed' | 'delivered' | 'read' | 'feedback' };

export interface InboundMatch {
  /** Our message it belongs to, if it names one. */
  ownMessageId: string | null;
  /** The contact's address, where the sender (or a report's recipient) is a known contact. */
  contactAddress: string | null;
  by: 'message_id' | 'token' | 'sender' | 'report_recipient' | 'suggestion';
}

export interface Attachment {
  name: string;
  type: string;
  /** Bytes as they lie in the mailbox, encoded. */
  size: number;
}

export interface InboundMessage {
  /** The same for the same message in whatever folder and after whatever resync. */
  dedupeKey: string;
  folder: string;
  uid: number;
  /** `out`: the owner of the mailbox wrote it by hand; its class says nothing then. */
  direction: 'in' | 'out';
  messageId: string | null;
  inReplyTo: string[];
  references: string[];
  from: { name: string; address: string } | null;
  subject: string;
  /** When it was written, by the sender's own clock, unix ms UTC. */
  sentAt: number | null;
  /** When the server received it, unix ms UTC. */
  receivedAt: number;
  match: InboundMatch;
  class: InboundClass;
  /** The whole text. */
  text: string;
  /** What was newly written, without quotes and signature. */
  newText: string;
  /** Sanitised, nothing in it loads anything; null: the message has no HTML part. */
  html: string | null;
  attachments: Attachment[];
  /** The headers its class was told by. */
  evidence: Record<string, string>;
}

/** A stranger's message that says it answers something. */
export interface Letter {
  key: string;
  from: { name: string; address: string };
  /** Without "Re:" and its like. */
  subject: string;
}

/** Questions only the caller's database can answer. Addresses are asked for in lower case. */
export interface InboundPorts {
  ownMessageIds(ids: string[]): Promise<Set<string>>;
  contactAddresses(addresses: string[]): Promise<Set<string>>;
  /** Our Message-ID behind each unsubscribe token, where the token is ours. */
  ownByToken?(tokens: string[]): Promise<Map<string, string>>;
  /** Whose answer each of these may be, by its key: the contact's address. */
  likelyContacts?(letters: Letter[]): Promise<Map<string, string>>;
  /** Keys recorded before; spares reading bodies again after a resync. */
  alreadySeen?(dedupeKeys: string[]): Promise<Set<string>>;
}

/** Some of what a sync brought: to be stored together with the folders' places, in one transaction. */
export interface InboundBatch {
  places: Record<string, FolderCursor>;
  messages: InboundMessage[];
}

/** Stores a batch. What it throws ends the sync and reaches the caller whole. */
export type StoreBatch = (batch: InboundBatch) => Promise<void>;
