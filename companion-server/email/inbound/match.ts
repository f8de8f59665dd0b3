import type { ImapFlow } from 'imapflow';
import { type Classified, classify, mayBeReport } from './classify.ts';
import type { Headers } from './headers.ts';
import { matchThread, senderAddresses, threadIds } from './thread.ts';
import type { InboundMatch, InboundMessage, InboundPorts } from './types.ts';

/** A message whose headers were read. */
export interface Read {
  folder: string;
  uid: number;
  receivedAt: number;
  headers: Headers;
}

/** Attachments beyond this are not needed to understand a reply. */
const BODY_BYTES = 1024 * 1024;

/** Those of the messages that concern us, with body and class. Everybody else's stay unread. */
export async function matchMessages(
  client: ImapFlow,
  read: Read[],
  ports: InboundPorts,
): Promise<InboundMessage[]> {
  const fresh = await withoutSeen(read, ports);
  const own = await ports.ownMessageIds(unique(fresh.flatMap((entry) => threadIds(entry.headers))));
  const contacts = await ports.contactAddresses(
    unique(fresh.flatMap((entry) => senderAddresses(entry.headers))),
  );
  const messages: InboundMessage[] = [];
  for (const entry of fresh) {
    const byThread = matchThread(entry.headers, own, contacts);
    if (!byThread && !mayBeReport(entry.headers)) continue;
    const classified = await fetchAndClassify(client, entry);
    if (!classified) continue;
    const match = classified.report ? await matchReport(classified, ports) : byThread;
    if (match) messages.push(inbound(entry, classified, match));
  }
  return messages;
}

async function withoutSeen(read: Read[], ports: InboundPorts): Promise<Read[]> {
  const byKey = new Map(read.map((entry) => [entry.headers.dedupeKey, entry]));
  const seen = (await ports.alreadySeen?.([...byKey.keys()])) ?? new Set<string>();
  return [...byKey.values()].filter((entry) => !seen.has(entry.headers.dedupeKey));
}

async function fetchAndClassify(client: ImapFlow, entry: Read): Promise<Classified | null> {
  const row = await client.fetchOne(
    String(entry.uid),
    { uid: true, source: { maxLength: BODY_BYTES } },
    { uid: true },
  );
  const source = row ? row.source : undefined;
  return source ? classify(source, entry.receivedAt) : null;
}

/** A report concerns us if it returns a message of ours, or is about a contact's address. */
async function matchReport(classified: Classified, ports: InboundPorts): Promise<InboundMatch | null> {
  const report = classified.report;
  if (!report) return null;
  const own = await ports.ownMessageIds(report.originalIds);
  const contacts = await ports.contactAddresses(report.recipients);
  const ownMessageId = report.originalIds.find((id) => own.has(id)) ?? null;
  const contactAddress = report.recipients.find((address) => contacts.has(address)) ?? null;
  if (ownMessageId !== null) return { ownMessageId, contactAddress, by: 'message_id' };
  return contactAddress === null ? null : { ownMessageId, contactAddress, by: 'report_recipient' };
}

function inbound(entry: Read, classified: Classified, match: InboundMatch): InboundMessage {
  const { headers, folder, uid, receivedAt } = entry;
  return {
    dedupeKey: headers.dedupeKey,
    folder,
    uid,
    messageId: headers.messageId,
    inReplyTo: headers.inReplyTo,
    references: headers.references,
    from: headers.from,
    subject: headers.subject,
    sentAt: headers.sentAt,
    receivedAt,
    match,
    class: classified.class,
    text: classified.text,
    newText: classified.newText,
  };
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
