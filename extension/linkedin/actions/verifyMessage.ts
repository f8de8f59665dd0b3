import type { LinkedinFailure, LinkedinStep, VerifyResult } from '#shared/protocol/linkedin.ts';
import { sameText } from '../dom/input.ts';
import { pause } from '../dom/wait.ts';
import { deadline, type PageEnv } from '../env.ts';
import { maybe, stoppedLooking } from '../failure.ts';
import { sessionFailure } from '../guards.ts';
import { errorNotices, placeOf, readComposer, shownMessages, whyNotRecipient } from '../pages/composer.ts';
import type { ReadProblem } from '../reads/http.ts';
import { readMessages, readThreadWith } from '../reads/messages.ts';
import { type Baseline, unpackBaseline } from './baseline.ts';

type MessageBaseline = Extract<Baseline, { kind: 'message' }>;

/**
 * Reads the message back: in LinkedIn's own answer, else in the thread the page shows. Only a message of
 * ours, with our text, that was not there before counts.
 */
export async function verifyMessage(
  env: PageEnv,
  step: LinkedinStep,
  baselineText: string,
  signal: AbortSignal,
): Promise<VerifyResult> {
  const baseline = unpackBaseline(baselineText, 'message');
  const text = step.text;
  if (!baseline || text === null) {
    return {
      outcome: 'not_seen',
      detail: 'What stood in the thread before is not known, so nothing can be proven.',
    };
  }
  const until = env.clock.now() + deadline(env, 'verify');
  let refusedTwice = false;
  // A new thread is the newest: only a look long after the click has to go back further, and does so once.
  for (let pages: number | undefined; ; pages = 1) {
    const read = await readBack(env, baseline, text, pages, signal);
    if (read.stopped) return stoppedLooking(read.stopped);
    if (read.urn) return { outcome: 'verified', proof: 'message in LinkedIn’s thread', remoteId: read.urn };
    // The page shows a message before LinkedIn took it: its word counts only when the answer is unreadable.
    if (!read.readable) {
      const shown = shownInThread(env, step, baseline, text);
      if (shown) return { outcome: 'verified', proof: 'message shown in the thread', remoteId: shown };
    }
    const refusal = refusalShown(env);
    if (refusal && refusedTwice) return refusal;
    refusedTwice = refusal !== null;
    if (env.clock.now() >= until)
      return { outcome: 'not_seen', detail: 'The thread does not show the message.' };
    await pause(env, 700, signal);
  }
}

/** What LinkedIn answers: our message or none; `stopped`: nothing more is to be asked. */
interface Seen {
  readable: boolean;
  urn: string | null;
  stopped?: LinkedinFailure;
}

function unreadable({ kind, failure }: ReadProblem): Seen {
  return { readable: false, urn: null, ...(kind === 'stop' ? { stopped: failure } : {}) };
}

/** Our message in LinkedIn's own answer. */
async function readBack(
  env: PageEnv,
  baseline: MessageBaseline,
  text: string,
  pages: number | undefined,
  signal: AbortSignal,
): Promise<Seen> {
  let conversation = baseline.conversation;
  if (conversation === null) {
    const thread = await readThreadWith(env, baseline.owner, baseline.profileId, signal, pages);
    if (!thread.ok) return unreadable(thread.error);
    conversation = thread.value?.urn ?? null;
    if (conversation === null) return { readable: true, urn: null };
  }
  const messages = await readMessages(env, conversation, signal);
  if (!messages.ok) return unreadable(messages.error);
  const ours = messages.value.find(
    (message) =>
      message.fromProfileId === baseline.owner &&
      !baseline.known.includes(message.urn) &&
      message.deliveredAt >= (baseline.newestAt ?? 0) &&
      sameText(message.text, text),
  );
  return { readable: true, urn: ours?.urn ?? null };
}

function shownInThread(
  env: PageEnv,
  step: LinkedinStep,
  baseline: MessageBaseline,
  text: string,
): string | null {
  const pane = readComposer(env, placeOf(step.kind))?.pane;
  if (!pane || whyNotRecipient(env, pane, step.target) !== null) return null;
  const ours = shownMessages(env, pane).find(
    (message) => !message.inbound && !baseline.known.includes(message.urn) && sameText(message.text, text),
  );
  return ours?.urn ?? null;
}

function refusalShown(env: PageEnv): VerifyResult | null {
  const session = sessionFailure(env);
  if (session) return stoppedLooking(session);
  if (errorNotices(env).length === 0) return null;
  return {
    outcome: 'refused',
    failure: maybe('linkedin_error', 'LinkedIn showed an error notice for the message.'),
  };
}
