import { z } from 'zod';

/** How far a folder was read. Everything below `uidNext` is done, as long as `uidValidity` stays. */
const folderCursor = z.object({
  uidValidity: z.string(),
  uidNext: z.int().min(1),
  highestModseq: z.string().nullable(),
});
export type FolderCursor = z.infer<typeof folderCursor>;

/** What the caller stores between two syncs; null before the first. */
export const mailCursor = z.object({ folders: z.record(z.string(), folderCursor) });
export type MailCursor = z.infer<typeof mailCursor>;

export type BounceSeverity = 'hard' | 'soft' | 'policy';

export type InboundClass =
  /** Somebody wrote: stops the contact everywhere. */
  | { kind: 'reply' }
  | {
      kind: 'bounce';
      /** `hard`: the address does not exist. `soft`: not now. `policy`: the receiving side does not want it. */
      severity: BounceSeverity;
      /** Enhanced status ("5.1.1") or reply code ("550"), if any. */
      status: string | null;
      diagnostic: string | null;
      recipient: string | null;
    }
  /** Not a person (RFC 3834). `returnAt`: unix ms of the day named in the text, else null. */
  | { kind: 'auto_reply'; returnAt: number | null }
  | { kind: 'unsubscribe'; source: 'mailto' | 'text' }
  | { kind: 'complaint'; feedbackType: string }
  /** A delay warning, a delivery or read receipt: nothing happened that changes anything. */
  | { kind: 'notice'; what: 'delayed' | 'delivered' | 'read' | 'feedback' };

export interface InboundMatch {
  /** Our message it belongs to, if it names one. */
  ownMessageId: string | null;
  /** The contact's address, where the sender (or a report's recipient) is a known contact. */
  contactAddress: string | null;
  by: 'message_id' | 'sender' | 'report_recipient';
}

export interface InboundMessage {
  /** The same for the same message in whatever folder and after whatever resync. */
  dedupeKey: string;
  folder: string;
  uid: number;
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
}

/** Questions only the caller's database can answer. Addresses are asked for in lower case. */
export interface InboundPorts {
  ownMessageIds(ids: string[]): Promise<Set<string>>;
  contactAddresses(addresses: string[]): Promise<Set<string>>;
  /** Keys recorded before; spares reading bodies again after a resync. */
  alreadySeen?(dedupeKeys: string[]): Promise<Set<string>>;
}
