import type { LedgerVia, TwinPerson } from '../types.ts';
import { sharedCircle } from './directory.ts';
import type { Account, Message, Thread, World } from './world.ts';

/** The thread of this member with this person, made when first needed. */
function threadWith(world: World, account: Account, profileId: string): Thread {
  for (const thread of account.threads.values()) if (thread.profileId === profileId) return thread;
  const thread: Thread = { id: `2-${world.newId('thread')}==`, profileId, messages: [], readUpTo: 0 };
  account.threads.set(thread.id, thread);
  return thread;
}

export function existingThread(account: Account, profileId: string): Thread | null {
  for (const thread of account.threads.values()) {
    if (thread.profileId === profileId && thread.messages.length > 0) return thread;
  }
  return null;
}

/** Connected, or they wrote first: then a plain message is possible. */
function mayMessage(world: World, account: Account, profileId: string): boolean {
  if (world.relation(account, profileId).state === 'connected') return true;
  return existingThread(account, profileId)?.messages.some((m) => m.fromProfileId === profileId) ?? false;
}

/** On what terms the member may write: plainly, by an InMail that is free or costs a credit, or not at all. */
export function messageTerms(
  world: World,
  account: Account,
  person: TwinPerson,
  /** Asked from a group's or an event's list of people, whose members may write to each other. */
  amongMembers = false,
): 'message' | 'open' | 'inmail' | 'upsell' | 'refused' {
  if (mayMessage(world, account, person.profileId)) return 'message';
  if (amongMembers && sharedCircle(world, account, person)) return 'message';
  if (person.openProfile) return 'open';
  if (person.noInmail) return 'refused';
  return account.inmailCredits > 0 ? 'inmail' : 'upsell';
}

export type SendRequest = {
  person: TwinPerson;
  text: string;
  subject: string | null;
  via: LedgerVia;
  url: string;
};

/** Sends a message or, with a subject to someone not connected, an InMail. Null: LinkedIn refuses. */
export function sendMessage(
  world: World,
  account: Account,
  request: SendRequest,
): { thread: Thread; message: Message } | null {
  const { person, text, subject } = request;
  const terms = messageTerms(world, account, person, request.via === 'overlay');
  const plain = terms === 'message';
  if (person.gone || terms === 'refused' || terms === 'upsell') return null;
  if (!plain && subject === null) return null;
  if (terms === 'inmail') account.inmailCredits -= 1;
  const thread = threadWith(world, account, person.profileId);
  const self = account.member.profileId;
  const message: Message = {
    id: `2-${world.newId('message')}==`,
    fromProfileId: self,
    text,
    at: world.clock.now(),
  };
  thread.messages.push(message);
  thread.readUpTo = message.at;
  const stray = request.via === 'quick_reply';
  world.record({
    actor: account.member.memberId,
    kind: stray ? 'stray' : plain ? 'message' : 'inmail',
    targetProfileId: person.profileId,
    targetSlug: person.slug,
    text,
    via: request.via,
    url: request.url,
  });
  scheduleReply(world, account, person, thread);
  return { thread, message };
}

function scheduleReply(world: World, account: Account, person: TwinPerson, thread: Thread): void {
  const script = person.script;
  if (script?.replyAfterMs === undefined) return;
  const sent = thread.messages.filter((m) => m.fromProfileId === account.member.profileId).length;
  if (sent !== (script.replyToMessage ?? 1)) return;
  world.scripted.push({
    at: world.clock.now() + script.replyAfterMs,
    memberId: account.member.memberId,
    profileId: person.profileId,
    what: { kind: 'reply', text: script.replyText ?? 'Thanks, send me more.' },
  });
}

/** The person writes to the member. */
export function receiveMessage(
  world: World,
  account: Account,
  profileId: string,
  text: string,
  at: number,
): void {
  const thread = threadWith(world, account, profileId);
  thread.messages.push({ id: `2-${world.newId('message')}==`, fromProfileId: profileId, text, at });
}

export function unreadCount(thread: Thread): number {
  return thread.messages.filter((m) => m.fromProfileId === thread.profileId && m.at > thread.readUpTo).length;
}

export function markRead(thread: Thread): void {
  thread.readUpTo = Math.max(thread.readUpTo, lastActivity(thread));
}

export function lastActivity(thread: Thread): number {
  return thread.messages.reduce((latest, m) => Math.max(latest, m.at), 0);
}

/** Threads that hold something, newest activity first. */
export function inbox(account: Account): Thread[] {
  return [...account.threads.values()]
    .filter((t) => t.messages.length > 0)
    .sort((a, b) => lastActivity(b) - lastActivity(a));
}
