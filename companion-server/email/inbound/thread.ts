import type { Headers } from './headers.ts';
import type { InboundMatch, Letter } from './types.ts';
import { mailtoUnsubscribeIds } from './unsubscribe.ts';

/** Ids that may be ours: whatever the message says it answers, the nearest first. */
export function threadIds(headers: Headers): string[] {
  const nearestFirst = [...headers.inReplyTo, ...[...headers.references].reverse()];
  return [...new Set([...nearestFirst, ...mailtoUnsubscribeIds(headers.subject), ...taggedIds(headers)])];
}

/** "anna+<task>.<fence>@team.test": our Message-ID where the address itself carries it (VERP). */
function taggedIds(headers: Headers): string[] {
  return headers.to.flatMap((address) => {
    const [, tag, domain] =
      address.match(/^[^+@]{1,64}\+([0-9a-f-]{36}\.\d{1,6})@([a-z0-9.-]{1,255})$/) ?? [];
    return tag && domain ? [`<${tag}@${domain}>`] : [];
  });
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

/** The signs of "answer" before a subject, in the languages that mail programs speak. */
export const ANSWERS =
  /^\s*((re|aw|antw|sv|vs|odp|ynt|res|rif|rv|antwort|回复|答复)\s*(\[\d+\])?\s*[:：]\s*)+/i;

/** The subject of the message that this one says it answers, in lower case; null: it says no such thing. */
export function answeredSubject(subject: string): string | null {
  const bare = subject.replace(ANSWERS, '').trim().toLowerCase();
  return bare !== '' && ANSWERS.test(subject) ? bare : null;
}

/** A stranger's message as far as it may be an answer; null: a program's, a list's, or none. */
export function letterOf({ dedupeKey, from, subject, all }: Headers): Letter | null {
  const bare = answeredSubject(subject);
  const isProgram =
    all('list-unsubscribe').length > 0 ||
    all('precedence').length > 0 ||
    all('auto-submitted').some((value) => value.trim().toLowerCase() !== 'no');
  return bare === null || from === null || isProgram ? null : { key: dedupeKey, from, subject: bare };
}

/** Whom mail of the mailbox's owner is for: a contact among its recipients, else whose thread it goes on with. */
export function matchOwn(
  headers: Headers,
  own: ReadonlySet<string>,
  contacts: ReadonlySet<string>,
): InboundMatch | null {
  const contactAddress = headers.to.find((address) => contacts.has(address)) ?? null;
  const ownMessageId = threadIds(headers).find((id) => own.has(id)) ?? null;
  if (ownMessageId === null && contactAddress === null) return null;
  return { ownMessageId, contactAddress, by: ownMessageId === null ? 'sender' : 'message_id' };
}

/** Tokens of our unsubscribe links, in a text that quotes our mail. */
export function tokensIn(text: string): string[] {
  const found = [...text.slice(0, 200_000).matchAll(/\/u\/([\w-]{20,600}\.[\w-]{20,100})/g)];
  return [...new Set(found.map(([, token]) => token ?? ''))].slice(0, 5);
}
