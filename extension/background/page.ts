import { browser } from 'wxt/browser';
import { MINUTE, SECOND, type Timers } from '#shared/kernel/clock.ts';
import type { NewId } from '#shared/kernel/ids.ts';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { type PageAnswer, type PageRequest, pageReply } from '#shared/protocol/messages.ts';
import type { LayoutRead } from '#shared/protocol/remoteRules.ts';
import { sendMessage } from '../messaging.ts';
import { LINKEDIN } from './browserTabs.ts';
import { PageError, type RunnerPage } from './runner/ports.ts';
import type { WorkingTab } from './tabs.ts';

/** How long the runner in the page may take for each request. */
const deadlines: Record<PageRequest['op'], number> = {
  ping: 5 * SECOND,
  session: 30 * SECOND,
  member: 30 * SECOND,
  prepare: 3 * MINUTE,
  act: 30 * SECOND,
  leave: 10 * SECOND,
  verify: MINUTE,
  acceptances: 2 * MINUTE,
  inbound: 2 * MINUTE,
  sentInvitations: 2 * MINUTE,
  layout: 10 * SECOND,
  lead: 20 * SECOND,
  // Sales Navigator: 25 leads, each a request of its own.
  listPage: 3 * MINUTE,
};

/** A page that is the same for whoever asks; from it LinkedIn can be asked who is signed in. */
const PLAIN_PAGE = `${LINKEDIN}/robots.txt`;
/** How long a page that was told to break off is listened to. */
const LAST_WORD_MS = 5 * SECOND;

export interface PageDeps {
  tab: WorkingTab;
  newId: NewId;
  timers: Timers;
  /** Where a step's page is; from extension/linkedin. */
  stepUrl(step: LinkedinStep): string;
  /** The server's update of the selector catalogue; null: none. */
  catalogue(): Promise<unknown>;
}

/** The working tab as the runner sees it: every request goes to the script injected into its top frame. */
export function createPage(
  deps: PageDeps,
): RunnerPage & { readLayout(signal: AbortSignal): Promise<LayoutRead> } {
  async function ask<Op extends PageRequest['op']>(
    request: Extract<PageRequest, { op: Op }>,
    signal: AbortSignal,
    stop?: AbortSignal,
  ): Promise<PageAnswer<Op>> {
    const tabId = await deps.tab.current();
    if (tabId === null) throw new PageError('tab_closed', 'There is no working tab any more.', false);
    return askPage(tabId, request, deps.newId(), signal, await deps.catalogue(), stop);
  }

  async function ensure(signal: AbortSignal): Promise<void> {
    const tabId = await deps.tab.ensure(signal);
    // Where every page is sent in a circle the tab shows the browser's error page, which takes no script.
    await inject(tabId).catch(async () => inject(await deps.tab.open(PLAIN_PAGE, signal)));
  }

  /**
   * On whatever page the working tab shows, else on one that is about nobody. Where the rep signs in or answers a check in a
   * tab of theirs it is asked there.
   */
  async function askWho<Op extends 'session' | 'member'>(
    request: Extract<PageRequest, { op: Op }>,
    signal: AbortSignal,
  ): Promise<PageAnswer<Op>> {
    const repTab = (await deps.tab.current()) === null ? await deps.tab.signingIn() : null;
    if (repTab !== null) return askPage(repTab, request, deps.newId(), signal, await deps.catalogue());
    await ensure(signal);
    return ask(request, signal);
  }

  return {
    readLayout: (signal) => ask<'layout'>({ op: 'layout' }, signal),
    async open(step, signal) {
      const { expectedMemberId } = step;
      const { failure } = await askWho<'member'>({ op: 'member', expectedMemberId }, signal);
      if (failure) return failure;
      await inject(await deps.tab.open(deps.stepUrl(step), signal));
      return null;
    },
    async openList(url, signal) {
      await inject(await deps.tab.open(url, signal));
    },
    ensure,
    // Broken off, it says whether a click may already have sent.
    prepare: (step, signal) =>
      heardOut(deps.timers, signal, (late) => ask<'prepare'>({ op: 'prepare', step }, late, signal)),
    act: (step, notAfter, signal, stop) => ask<'act'>({ op: 'act', step, notAfter }, signal, stop),
    async leave(step, signal) {
      if ((await deps.tab.current()) === null) return false;
      await ask<'leave'>({ op: 'leave', step }, signal);
      return true;
    },
    verify: (step, baseline, signal) => ask<'verify'>({ op: 'verify', step, baseline }, signal),
    readSession: (signal) => askWho<'session'>({ op: 'session' }, signal),
    readAcceptances: (expectedMemberId, sinceMs, signal) =>
      ask<'acceptances'>({ op: 'acceptances', expectedMemberId, sinceMs }, signal),
    readInbound: (expectedMemberId, sinceMs, knownProfileIds, signal) =>
      ask<'inbound'>({ op: 'inbound', expectedMemberId, sinceMs, knownProfileIds }, signal),
    readSentInvitations: (expectedMemberId, signal) =>
      ask<'sentInvitations'>({ op: 'sentInvitations', expectedMemberId }, signal),
    readListPage: (request, signal) => ask<'listPage'>({ op: 'listPage', ...request }, signal),
    close: () => deps.tab.close(),
  };
}

/**
 * One request to one tab; the answer is parsed. Injects first: a navigation took the script away. With `signal` nothing
 * more is waited for; with `stop` the page breaks off, and what it answers still counts.
 */
export async function askPage<Op extends PageRequest['op']>(
  tabId: number,
  request: Extract<PageRequest, { op: Op }>,
  callId: string,
  signal: AbortSignal,
  catalogue: unknown = null,
  stop?: AbortSignal,
): Promise<PageAnswer<Op>> {
  signal.throwIfAborted();
  // The browser may have put the page to sleep: then it takes no script before somebody looks at it.
  await abortable(inject(tabId), signal);
  signal.throwIfAborted();
  if (stop?.aborted) throw new PageError('timeout', 'Stopped before the page was asked.', false);
  const target = { tabId, frameId: 0 };
  const withdraw = () => void sendMessage('runner.cancel', { callId }, target).catch(() => undefined);
  const ends = stop ? [signal, stop] : [signal];
  for (const end of ends) end.addEventListener('abort', withdraw, { once: true });
  try {
    const call = { callId, deadlineMs: deadlines[request.op], request, catalogue };
    const reply = await abortable(sendMessage('runner.call', call, target), signal);
    const parsed = pageReply(request.op).safeParse(reply);
    if (!parsed.success) throw new PageError('linkedin_error', 'The page answered in an unknown form.');
    if (!parsed.data.ok) throw new PageError(parsed.data.code, parsed.data.detail);
    return parsed.data.answer as PageAnswer<Op>;
  } catch (error) {
    if (signal.aborted || error instanceof PageError) throw error;
    throw await explained(tabId, error);
  } finally {
    for (const end of ends) end.removeEventListener('abort', withdraw);
  }
}

/** Puts the runner into the tab's top frame; a second copy in the same page does nothing. */
async function inject(tabId: number): Promise<void> {
  try {
    await browser.scripting.executeScript({
      target: { tabId, frameIds: [0] },
      files: ['/runner.js'],
    });
  } catch (error) {
    throw await explained(tabId, error);
  }
}

async function explained(tabId: number, error: unknown): Promise<PageError> {
  const open = await browser.tabs.get(tabId).catch(() => null);
  if (!open) return new PageError('tab_closed', 'The working tab was closed.');
  const detail = error instanceof Error ? error.message : String(error);
  return new PageError('linkedin_error', `LinkedIn's page could not be used: ${detail}`);
}

/** Runs `work` with a signal that aborts as `signal` does, but leaves the page `LAST_WORD_MS` more to answer. */
async function heardOut<T>(
  timers: Timers,
  signal: AbortSignal,
  work: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  const wait = async () => {
    await timers.sleep(LAST_WORD_MS, over.signal).catch(() => undefined);
    late.abort(signal.reason);
  };
  if (signal.aborted) late.abort(signal.reason);
  else signal.addEventListener('abort', wait, { once: true });
  try {
    return await work(late.signal);
  } finally {
    signal.removeEventListener('abort', wait);
    over.abort();
  }
}

function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
