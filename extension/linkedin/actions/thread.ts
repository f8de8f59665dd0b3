import type { PageEnv } from '../env.ts';
import { StepStop, stop } from '../failure.ts';
import { recipientLinks, shownMessages } from '../pages/composer.ts';
import type { Read } from '../reads/http.ts';
import { type Message, readMessages, readThreadWith } from '../reads/messages.ts';

/** What is known of the one-to-one thread with a person before we write. */
interface ThreadState {
  conversation: string | null;
  known: string[];
  newestAt: number | null;
  lastInboundAt: number | null;
}

/**
 * The thread before we write. Where LinkedIn's answers are not understood any more, the page's thread is
 * enough only if it holds nothing inbound: the page's times are too coarse to tell a reply's moment.
 */
export async function readThread(
  env: PageEnv,
  profileId: string,
  owner: string,
  pane: Element,
  signal: AbortSignal,
): Promise<ThreadState> {
  const thread = await readThreadWith(env, owner, profileId, signal);
  if (!thread.ok) return fromPage(env, pane, thread);
  // Only the newest threads are listed: an old one that is open is read by its own address.
  const conversation = thread.value?.urn ?? openConversation(env, owner);
  // Behind the newest threads, under an address that names none: this contact's matter, the reads are as known.
  if (conversation === null) return shownOnly(env, pane, 'linkedin_error');
  const messages = await readMessages(env, conversation, signal);
  if (!messages.ok) return fromPage(env, pane, messages);
  return stateOf(conversation, messages.value, owner);
}

/** The conversation that the page's address names. */
function openConversation(env: PageEnv, owner: string): string | null {
  const id = /^\/messaging\/thread\/(2-[\w=+-]+)\/?$/u.exec(
    decodeURIComponent(env.window.location.pathname),
  )?.[1];
  return id ? `urn:li:msg_conversation:(urn:li:fsd_profile:${owner},${id})` : null;
}

/** What the pane shows of a thread that nothing else tells of. It is enough only if it holds nothing inbound. */
function shownOnly(env: PageEnv, pane: Element, otherwise: 'layout_unknown' | 'linkedin_error'): ThreadState {
  const shown = shownMessages(env, pane);
  if (shown.some((message) => message.inbound)) {
    stop(otherwise, 'The thread holds their messages, but when they came could not be read.');
  }
  const known = shown.slice(-12).map(({ urn }) => urn);
  return { conversation: null, known, newestAt: null, lastInboundAt: null };
}

function stateOf(conversation: string, messages: readonly Message[], owner: string): ThreadState {
  const inbound = messages.filter((message) => message.fromProfileId !== owner);
  return {
    conversation,
    known: messages.slice(-12).map((message) => message.urn),
    newestAt: messages.at(-1)?.deliveredAt ?? null,
    lastInboundAt: inbound.at(-1)?.deliveredAt ?? null,
  };
}

function fromPage(env: PageEnv, pane: Element, read: Extract<Read<unknown>, { ok: false }>): ThreadState {
  if (read.error.kind !== 'changed') throw new StepStop(read.error.failure);
  if (recipientLinks(env, pane).length !== 1) {
    stop('layout_unknown', 'Whether they wrote before could not be read.');
  }
  return shownOnly(env, pane, 'layout_unknown');
}
