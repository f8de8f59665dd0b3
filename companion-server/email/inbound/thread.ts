import type { Headers } from './headers.ts';
import type { InboundMatch } from './types.ts';
import { mailtoUnsubscribeIds } from './unsubscribe.ts';

/** Ids that may be ours: whatever the message says it answers, the nearest first. */
export function threadIds(headers: Headers): string[] {
  const nearestFirst = [...headers.inReplyTo, ...[...headers.references].reverse()];
  return [...new Set([...nearestFirst, ...mailtoUnsubscribeIds(headers.subject)])];
}

/** Addresses that may be a contact's. */
export function senderAddresses(headers: Headers): string[] {
  return [...new Set([...(headers.from ? [headers.from.address] : []), ...headers.replyTo])];
}

/**
 * To whom a message belongs: first by the thread, which also finds a colleague's answer and one from
 * another address, then by the sender's address.
 */
export function matchThread(
  headers: Headers,
  own: ReadonlySet<string>,
  contacts: ReadonlySet<string>,
): InboundMatch | null {
  const ownMessageId = threadIds(headers).find((id) => own.has(id)) ?? null;
  const contactAddress = senderAddresses(headers).find((address) => contacts.has(address)) ?? null;
  if (ownMessageId !== null) return { ownMessageId, contactAddress, by: 'message_id' };
  return contactAddress === null ? null : { ownMessageId, contactAddress, by: 'sender' };
}
