import type { ImapFlow, MessageStructureObject } from 'imapflow';
import { type Classified, classify, mayBeReport } from './classify.ts';
import { evidenceOf, type Headers } from './headers.ts';
import type { MailReport } from './report.ts';
import { letterOf, matchOwn, matchThread, senderAddresses, threadIds, tokensIn } from './thread.ts';
import type {
  Attachment,
  InboundClass,
  InboundMatch,
  InboundMessage,
  InboundPorts,
  Letter,
} from './types.ts';

/** A message whose headers were read. */
export interface Read {
  folder: string;
  uid: number;
  /** Bytes. */
  size: number;
  receivedAt: number;
  direction: 'in' | 'out';
  /** From the mailbox's own address. */
  isOwn: boolean;
  headers: Headers;
}

/** Attachments beyond this are not needed to understand a reply. */
const BODY_BYTES = 1024 * 1024;
/** Bodies asked for in one command: what one answer may hold in memory. */
const FETCH_BYTES = 8 * BODY_BYTES;
const FETCH_COUNT = 50;
/** Strangers' answers looked at in one batch of messages. */
const LETTERS = 50;

/** Those of the messages that concern us, with body and class. Everybody else's stay unread. */
export async function matchMessages(
  client: ImapFlow,
  read: Read[],
  ports: Required<InboundPorts>,
): Promise<InboundMessage[]> {
  const fresh = await withoutSeen(read, ports);
  const own = await ports.ownMessageIds(unique(fresh.flatMap((entry) => idsToAsk(entry))));
  const contacts = await ports.contactAddresses(unique(fresh.flatMap((entry) => addressesToAsk(entry))));
  const wanted = new Map<number, { entry: Read; match: InboundMatch | null }>();
  for (const listed of fresh) {
    const entry: Read = isByContact(listed, contacts) ? { ...listed, direction: 'in' } : listed;
    const { headers, direction } = entry;
    if (direction === 'out' && isAutomated(headers, own)) continue;
    const match = (direction === 'out' ? matchOwn : matchThread)(headers, own, contacts);
    if (match || (direction === 'in' && mayBeReport(headers))) wanted.set(entry.uid, { entry, match });
  }
  const messages: InboundMessage[] = [];
  for (const uids of inPortions([...wanted.values()].map(({ entry }) => entry))) {
    const what = { uid: true, bodyStructure: true, source: { maxLength: BODY_BYTES } };
    for (const row of await client.fetchAll(uids, what, { uid: true })) {
      const found = wanted.get(row.uid);
      if (!found || !row.source) continue;
      const classified = await classify(row.source, found.entry.receivedAt);
      const attachments = row.bodyStructure ? attachmentsIn(row.bodyStructure) : [];
      messages.push(...(await concerning({ ...found, classified, attachments }, ports)));
    }
  }
  const strangers = fresh.filter(({ uid }) => !wanted.has(uid));
  return [...messages, ...(await suggested(strangers, ports))];
}

/** Strangers whose message may answer ours all the same: from another address, or through a program that drops the thread. */
async function suggested(strangers: Read[], ports: Required<InboundPorts>): Promise<InboundMessage[]> {
  const letters = new Map<string, { letter: Letter; entry: Read }>();
  for (const entry of strangers) {
    const letter = entry.direction === 'in' ? letterOf(entry.headers) : null;
    if (letter && letters.size < LETTERS) letters.set(letter.key, { letter, entry });
  }
  const likely = await ports.likelyContacts([...letters.values()].map(({ letter }) => letter));
  return [...likely].flatMap(([key, contactAddress]) => {
    const entry = letters.get(key)?.entry;
    if (!entry) return [];
    const classified = { text: '', newText: '', html: null };
    const match: InboundMatch = { ownMessageId: null, contactAddress, by: 'suggestion' };
    return [inbound({ entry, classified, attachments: [] }, match, { kind: 'maybe_reply' }, 0)];
  });
}

/** A contact's answer that somebody keeps beside what it answers, in Sent. */
function isByContact({ headers, isOwn }: Read, contacts: ReadonlySet<string>): boolean {
  return !isOwn && headers.from !== null && contacts.has(headers.from.address);
}

/** An automated email of ours: known already, or of before a backup was restored. No mail program writes the header. */
function isAutomated(headers: Headers, own: ReadonlySet<string>): boolean {
  if (headers.messageId !== null && own.has(headers.messageId)) return true;
  return headers.all('list-unsubscribe').some((value) => value.includes('/u/'));
}

function idsToAsk({ headers, direction }: Read): string[] {
  return [...threadIds(headers), ...(direction === 'out' && headers.messageId ? [headers.messageId] : [])];
}

function addressesToAsk({ headers, direction }: Read): string[] {
  return [...senderAddresses(headers), ...(direction === 'out' ? headers.to : [])];
}

async function withoutSeen(read: Read[], ports: Required<InboundPorts>): Promise<Read[]> {
  const byKey = new Map(read.map((entry) => [entry.headers.dedupeKey, entry]));
  const seen = await ports.alreadySeen([...byKey.keys()]);
  return [...byKey.values()].filter((entry) => !seen.has(entry.headers.dedupeKey));
}

function inPortions(entries: Read[]): number[][] {
  const portions: number[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { uid, size } of entries) {
    const portion = portions.at(-1);
    bytes += Math.min(size, BODY_BYTES);
    if (portion && bytes <= FETCH_BYTES && portion.length < FETCH_COUNT) portion.push(uid);
    else {
      portions.push([uid]);
      bytes = Math.min(size, BODY_BYTES);
    }
  }
  return portions;
}

interface Found {
  entry: Read;
  match: InboundMatch | null;
  classified: Classified;
  attachments: Attachment[];
}

/** What a message says about people of ours: one, or for a report one for each of its recipients that we know. */
async function concerning(found: Found, ports: Required<InboundPorts>): Promise<InboundMessage[]> {
  const { classified, match, entry } = found;
  if (classified.report && entry.direction === 'in') {
    const outcomes = await matchReport(classified.report, ports);
    return outcomes.map((one, index) => inbound(found, one.match, one.class, index));
  }
  if (!match) return [];
  if (match.ownMessageId !== null) return [inbound(found, match, classified.class, 0)];
  // A relay gave our mail another Message-ID: the link that it quotes still names it.
  const [byToken = null] = (await ports.ownByToken(tokensIn(classified.text))).values();
  return [inbound(found, { ...match, ownMessageId: byToken }, classified.class, 0)];
}

interface ReportMatch {
  match: InboundMatch;
  class: InboundClass;
}

/** A report concerns us if it returns a message of ours, or is about a contact's address. */
async function matchReport(report: MailReport, ports: Required<InboundPorts>): Promise<ReportMatch[]> {
  const own = await ports.ownMessageIds(report.originalIds);
  const byId = report.originalIds.find((id) => own.has(id)) ?? null;
  const [byToken = null] = byId === null ? (await ports.ownByToken(report.originalTokens)).values() : [];
  const ownMessageId = byId ?? byToken;
  const by = byId === null ? 'token' : 'message_id';
  const contacts = await ports.contactAddresses(unique(report.outcomes.flatMap((one) => one.recipients)));
  const ofContacts = report.outcomes.flatMap(({ class: kind, recipients }): ReportMatch[] => {
    const contactAddress = recipients.find((address) => contacts.has(address)) ?? null;
    if (contactAddress === null) return [];
    const match: InboundMatch = { ownMessageId, contactAddress, by: ownMessageId ? by : 'report_recipient' };
    return [{ match, class: kind }];
  });
  if (ofContacts.length > 0 || ownMessageId === null) return ofContacts;
  const match: InboundMatch = { ownMessageId, contactAddress: null, by };
  return [{ match, class: ofAll(report) }];
}

/** Our one recipient became several on the way (a list, a forward): it came back only if it did from all of them. */
function ofAll({ outcomes }: MailReport): InboundClass {
  const [first, ...rest] = outcomes.map((one) => one.class);
  if (first && rest.every((one) => one.kind === first.kind)) return first;
  return { kind: 'notice', what: 'delivered' };
}

/** What of a message is kept, however much of it was read. */
interface Kept {
  entry: Read;
  classified: Pick<Classified, 'text' | 'newText' | 'html'>;
  attachments: Attachment[];
}

function inbound(found: Kept, match: InboundMatch, kind: InboundClass, index: number): InboundMessage {
  const { entry, classified, attachments } = found;
  const { headers, folder, uid, receivedAt, direction } = entry;
  return {
    dedupeKey: index === 0 ? headers.dedupeKey : `${headers.dedupeKey}#${index}`,
    folder,
    uid,
    direction,
    messageId: headers.messageId,
    inReplyTo: headers.inReplyTo,
    references: headers.references,
    from: headers.from,
    subject: headers.subject,
    sentAt: headers.sentAt,
    receivedAt,
    match,
    class: kind,
    text: classified.text,
    newText: classified.newText,
    html: classified.html,
    attachments,
    evidence: evidenceOf(headers),
  };
}

/** More parts are not listed, however the message is built. */
const ATTACHMENTS = 50;
const VISITED = 500;

/** The parts that are no body, as the server describes them: also those beyond what was fetched. */
function attachmentsIn(root: MessageStructureObject): Attachment[] {
  const found: Attachment[] = [];
  const open = [root];
  for (let seen = 0; open.length > 0 && seen < VISITED && found.length < ATTACHMENTS; seen++) {
    const node = open.shift();
    if (!node) break;
    const type = node.type.toLowerCase();
    const name = node.dispositionParameters?.filename ?? node.parameters?.name ?? '';
    const isBody = node.disposition?.toLowerCase() !== 'attachment' && /^text\/(plain|html)$/.test(type);
    if (!type.startsWith('multipart/') && !isBody)
      found.push({ name: name.slice(0, 200), type: type.slice(0, 100), size: node.size ?? 0 });
    // What is attached is one thing, whatever is in it.
    if (type.startsWith('multipart/')) open.push(...(node.childNodes ?? []));
  }
  return found;
}

function unique(values: string[]): string[] {
  return [...new Set(values)];
}
