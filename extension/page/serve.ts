import {
  act,
  checkLayout,
  leave,
  missingSentence,
  type PageEnv,
  parseCatalogue,
  prepare,
  readAcceptances,
  readInbound,
  readLead,
  readListPage,
  readSentInvitations,
  readSession,
  verify,
  whyNotMember,
  whyNotSignedIn,
} from '#linkedin/index.ts';
import { systemClock, systemTimers } from '#shared/kernel/clock.ts';
import type { ActResult, LinkedinFailure, LinkedinStep } from '#shared/protocol/linkedin.ts';
import { messageSchemas, type PageReply, type PageRequest } from '#shared/protocol/messages.ts';
import { onMessage, sendMessage } from '../messaging.ts';
import { type ActGuard, createActGuard } from './actGuard.ts';
import { watchRep } from './repUses.ts';

/** Questions that are put to the rep's own tabs too: they go on being answered in a document that the rep uses. */
const askedOfAnyTab: ReadonlySet<PageRequest['op']> = new Set(['session', 'member', 'lead']);

/** Answers the background's requests inside a LinkedIn page, each within its deadline. */
export function serve(): void {
  const env: PageEnv = {
    window,
    document,
    fetch: (input, init) => fetch(input, init),
    clock: systemClock,
    timers: systemTimers,
  };
  const running = new Map<string, AbortController>();
  const guard = createActGuard();
  const rep = new AbortController();
  let filled: LinkedinStep | null = null;

  /** The tab is the rep's from here on: nothing more is done in it, and nothing of ours stays in a text box. */
  const lookAgain = watchRep(window, () => {
    rep.abort();
    if (filled) void leave(env, filled);
    // A worker that is just being updated does not answer; it asks this page nothing any more.
    sendMessage('runner.used', undefined).catch(() => undefined);
  });

  onMessage('runner.call', async ({ data }): Promise<PageReply> => {
    const { callId, deadlineMs, request, catalogue } = messageSchemas['runner.call'].parse(data);
    const update = catalogue === null ? null : parseCatalogue(catalogue, document);
    env.catalogue = update?.ok ? update.value : undefined;
    const refused = update && !update.ok ? update.error : null;
    if (request.op === 'layout') return { ok: true, answer: { seen: checkLayout(env), refused } };
    const cancel = new AbortController();
    const deadline = AbortSignal.timeout(deadlineMs);
    running.set(callId, cancel);
    lookAgain();
    if (request.op === 'prepare') filled = request.step;
    try {
      const ends = [cancel.signal, deadline];
      const signal = AbortSignal.any(askedOfAnyTab.has(request.op) ? ends : [...ends, rep.signal]);
      const given = await answer(env, guard, request, signal);
      return { ok: true, answer: rep.signal.aborted ? taken(request, given) : given };
    } catch (error) {
      const isOver = deadline.aborted || cancel.signal.aborted;
      const code = isOver ? 'timeout' : rep.signal.aborted ? 'tab_closed' : 'linkedin_error';
      const detail = error instanceof Error ? error.message : String(error);
      return { ok: false, code, detail: detail.slice(0, 500) };
    } finally {
      lookAgain();
      if (request.op === 'act') filled = null;
      running.delete(callId);
    }
  });

  onMessage('runner.cancel', ({ data }) => {
    running.get(messageSchemas['runner.cancel'].parse(data).callId)?.abort();
  });
}

async function answer(
  env: PageEnv,
  guard: ActGuard,
  request: Exclude<PageRequest, { op: 'layout' }>,
  signal: AbortSignal,
) {
  switch (request.op) {
    case 'ping':
      return {};
    case 'session':
      return readSession(env, signal);
    case 'member':
      return { failure: await whyNotSignedIn(env, request.expectedMemberId, signal) };
    case 'prepare': {
      const result = await prepare(env, request.step, signal);
      if (result.outcome === 'ready') guard.prepared(request.step);
      return result.outcome === 'failed'
        ? { ...result, failure: namingMissing(env, result.failure) }
        : result;
    }
    case 'act':
      if (!guard.take(request.step))
        return notActed('tab_closed', 'The page was loaded anew before the click.');
      return actInTime(env, request.step, request.notAfter, signal);
    case 'leave':
      await leave(env, request.step, signal);
      return {};
    case 'verify':
      return verify(env, request.step, request.baseline, signal);
    case 'acceptances':
      return readAcceptances(env, request.expectedMemberId, request.sinceMs, signal);
    case 'inbound':
      return readInbound(
        env,
        request.expectedMemberId,
        request.sinceMs,
        new Set(request.knownProfileIds),
        signal,
      );
    case 'sentInvitations':
      return readSentInvitations(env, request.expectedMemberId, signal);
    case 'lead':
      return readLead(env, request.lead, signal);
    case 'listPage':
      return readListPage(env, request, signal);
  }
}

/** What was broken off because the rep uses the tab says so. */
function taken<T>({ op }: PageRequest, given: T) {
  const isBroken = typeof given === 'object' && given !== null && 'outcome' in given;
  if (!isBroken || given.outcome === 'clicked' || (op !== 'prepare' && op !== 'act')) return given;
  if ('failure' in given && (given.failure as LinkedinFailure).effect !== 'before_effect') return given;
  return { ...notActed('tab_closed', 'The rep uses this tab.'), profile: null };
}

/** Somebody else may have signed in since the page was prepared: cookies are the browser's, not this page's. */
async function actInTime(
  env: PageEnv,
  step: LinkedinStep,
  notAfter: number,
  signal: AbortSignal,
): Promise<ActResult> {
  const failure = await whyNotMember(env, step, signal);
  if (failure) return { outcome: 'failed', failure };
  if (env.clock.now() > notAfter) return notActed('timeout', 'The time to act was over.');
  return act(env, step, signal);
}

/** Which of the page's known controls were not there, for whoever makes the next catalogue. */
function namingMissing(env: PageEnv, failure: LinkedinFailure): LinkedinFailure {
  if (failure.code !== 'layout_unknown') return failure;
  return { ...failure, detail: `${failure.detail}${missingSentence(env)}`.slice(0, 500) };
}

function notActed(code: LinkedinFailure['code'], detail: string): ActResult {
  return { outcome: 'failed', failure: { code, effect: 'before_effect', detail, until: null } };
}
