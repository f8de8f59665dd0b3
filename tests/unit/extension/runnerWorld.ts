import 'fake-indexeddb/auto';
import type { DeviceSnapshot } from '#shared/contract/device.ts';
import type { JournalReport, NextWork, StepOutcome } from '#shared/contract/deviceWork.ts';
import type { Problem } from '#shared/contract/route.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type {
  AcceptanceRead,
  InboundMessageRead,
  LinkedinFailure,
  LinkedinStep,
  PrepareResult,
  SentInvitationsRead,
  SessionReport,
  VerifyResult,
} from '#shared/protocol/linkedin.ts';
import type { ListRead } from '#shared/protocol/lists.ts';
import type { LayoutPage, LayoutSeen } from '#shared/protocol/remoteRules.ts';
import { createRunner, type Runner } from '../../../extension/background/runner/loop.ts';
import type {
  Journal,
  ListRequest,
  Observed,
  Progress,
  RunnerDeps,
} from '../../../extension/background/runner/ports.ts';
import { sha256 } from '../../../extension/background/sha256.ts';
import { openDatabase, type RapportDatabase } from '../../../extension/storage/database.ts';
import { createJournal } from '../../../extension/storage/journal.ts';

/** A world around the runner: a server that remembers, a LinkedIn that counts clicks, and a journal that lasts. */

export const START = 1_760_000_000_000;

export type Moment =
  | 'next'
  | 'open'
  | 'prepare'
  | 'commit'
  | 'committed'
  | 'arm'
  | 'act'
  | 'clicked'
  | 'verify'
  | 'outcome';

type CommitAnswer = { ok: true; leaseMs: number } | { ok: false; code: string; detail: string };

export function stepFor(taskId: string, fence = 1, kind: LinkedinStep['kind'] = 'connect'): LinkedinStep {
  return {
    taskId,
    fence,
    kind,
    target: { slug: 'anna-berg', profileId: 'ACoAA1', memberId: '11', name: 'Anna Berg', company: null },
    text: null,
    subject: null,
    inmailPolicy: null,
    circle: null,
    whenNoNote: null,
    expectedMemberId: '7',
  };
}

export function taskWork(step: LinkedinStep): NextWork {
  return { type: 'task', step, contactName: 'Anna Berg', automationName: 'First', leaseMs: 60_000 };
}

export function watchWork(change: Partial<Extract<NextWork, { type: 'watch' }>> = {}): NextWork {
  return {
    type: 'watch',
    kinds: ['acceptances', 'inbox'],
    expectedMemberId: '7',
    acceptancesSince: START - 1_000,
    inboxSince: START - 1_000,
    knownProfileIds: ['ACoAA1'],
    furtherProfileIds: [],
    threads: null,
    pendingProfileIds: [],
    ...change,
  };
}

export function offline(code = 'unreachable', status = 0): Problem {
  return {
    type: `about:blank#${code}`,
    title: code,
    status,
    code,
    detail: code,
    action: null,
    requestId: '',
    fields: [],
  };
}

const member = { memberId: '7', profileId: 'ACoAAme', slug: 'me', name: 'Me', premium: false };

const otherMember: LinkedinFailure = {
  code: 'wrong_account',
  effect: 'before_effect',
  detail: 'Somebody else.',
  until: null,
};

let worlds = 0;

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

/** What there is in the world, and what happened; tests set and look at it. */
function stateOf(database: RapportDatabase, journal: Journal) {
  return {
    database,
    journal,
    now: START,
    mono: 0,
    queue: [] as NextWork[],
    asked: [] as boolean[],
    kinds: [] as readonly string[],
    clicks: [] as string[],
    sent: new Set<string>(),
    opened: [] as string[],
    /** Steps whose text was taken back out of the page. */
    left: [] as string[],
    leaveFails: null as Error | null,
    /** The working tab is there. */
    isOpen: true,
    outcomes: [] as { taskId: string; fence: number; outcome: StepOutcome }[],
    observations: [] as Observed[],
    journals: [] as JournalReport[],
    /** Who is signed in to LinkedIn. */
    member: '7',
    /** What the page's lists hold, and in which order they were read. */
    acceptances: [] as AcceptanceRead[],
    inbound: [] as InboundMessageRead[],
    sentInvitations: { invitations: [], complete: true } as SentInvitationsRead,
    read: [] as string[],
    sentFails: null as LinkedinFailure | null,
    onSent: null as null | (() => void),
    onAcceptances: null as null | (() => void),
    acceptancesFail: null as LinkedinFailure | null,
    sessions: [] as unknown[],
    /** Why the step's page is not opened. */
    openFails: null as LinkedinFailure | null,
    /** What the page says of the session; null: the member is signed in. */
    session: null as SessionReport | null,
    /** What the server answers to it; null: nothing that can be read. */
    snapshot: null as DeviceSnapshot | null,
    progress: [] as Progress[],
    commits: 0,
    renewals: 0,
    tabClosed: 0,
    mayWork: true,
    mayAct: true,
    mayRead: true,
    /** The account, as the server said last. */
    isActive: true,
    lostAt: null as number | null,
    pagesRead: [] as number[],
    layouts: [] as (LayoutSeen & { catalogue: string })[],
    layoutRead: null as LayoutSeen | null,
    /** What the page says against the held update of the catalogue. */
    catalogueRefused: null as string | null,
    catalogueDropped: [] as string[],
    layoutCheckedAt: {} as Partial<Record<LayoutPage, number>>,
    listPages: [] as { importId: string; start: number; read: ListRead }[],
    listRequests: [] as ListRequest[],
    listsOpened: [] as string[],
    /** What is read once the list's own page is open; null: the same as elsewhere. */
    listShown: null as ListRead | null,
    listRead: { ok: true, value: { people: [], nameless: 0, total: 0, next: null } } as ListRead,
    /** The worker dies here: nothing after it happens in this life. */
    dieAt: null as Moment | null,
    problems: {} as Partial<Record<'next' | 'outcome' | 'session' | 'observations', Problem>>,
    outcomeAnswersLost: 0,
    commitAnswers: [] as (CommitAnswer | 'lost')[],
    renewOk: true,
    prepareResult: {
      outcome: 'ready',
      profile: null,
      noteDropped: false,
      lastInboundAt: null,
      baseline: 'before',
    } as PrepareResult,
    onAct: null as null | ((step: LinkedinStep, stop: AbortSignal) => void),
    actResult: { outcome: 'clicked' } as Awaited<ReturnType<RunnerDeps['page']['act']>>,
    verifyResult: null as VerifyResult | null,
    pageHangs: false,
    notAfter: 0,
    onRefresh: null as null | (() => void),
    onOpen: null as null | (() => void),
    onCommit: null as null | (() => void),
    onArmed: null as null | (() => void),
    onVerify: null as null | (() => void),
    onList: null as null | (() => void),
    longSleeps: [] as (() => void)[],
    controller: new AbortController(),
  };
}
type State = ReturnType<typeof stateOf>;

/** Stops the worker for good where it is to die now. */
type At = (moment: Moment) => Promise<void>;

/** The world, and the runner's lives in it. */
export function createWorld() {
  worlds += 1;
  const database = openDatabase(`runner-${worlds}`);
  const never = new Promise<never>(() => undefined);
  let reached: (() => void) | null = null;
  const at: At = async (moment) => {
    if (world.dieAt !== moment) return;
    reached?.();
    await never;
  };

  const world = Object.assign(stateOf(database, createJournal(database)), {
    /** A new life of the worker on the same disk. */
    life(): Runner {
      return createRunner(depsOf(world, at));
    },
    async cycle(): Promise<Awaited<ReturnType<Runner['cycle']>>> {
      return world.life().cycle(world.controller.signal);
    },
    /** Runs until the worker dies at this moment. */
    async dies(at: Moment): Promise<void> {
      world.dieAt = at;
      const dead = new Promise<void>((resolve) => {
        reached = resolve;
      });
      void world.life().cycle(world.controller.signal);
      await dead;
      world.dieAt = null;
    },
    last(): StepOutcome | undefined {
      return world.outcomes.at(-1)?.outcome;
    },
  });
  return world;
}

function depsOf(world: State, at: At): RunnerDeps {
  const { journal } = world;
  return {
    journal: {
      ...journal,
      async put(entry) {
        await journal.put(entry);
        if (entry.phase === 'committed') await at('committed');
        if (entry.phase === 'armed') {
          world.onArmed?.();
          await at('arm');
        }
        if (entry.phase === 'clicked') await at('clicked');
      },
    },
    clock: { now: () => world.now },
    mono: { now: () => world.mono },
    rng: seededRng(1),
    timers: {
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason);
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
          if (ms > 5_000) world.longSleeps.push(resolve);
          else {
            world.now += ms;
            world.mono += ms;
            resolve();
          }
        }),
    },
    mayWork: async () => world.mayWork && world.mayRead,
    refresh: async () => world.onRefresh?.(),
    mayAct: async () => world.mayAct && world.mayRead,
    mayRead: async () => world.mayRead,
    mayLook: async () => world.isActive && world.mayRead,
    journalLostAt: async () => world.lostAt,
    journalSince: async () => world.now - 3_600_000,
    catalogue: {
      state: async () => ({ held: null, inForce: '', problem: null }),
      take: async () => undefined,
      drop: async (problem) => void world.catalogueDropped.push(problem),
    },
    layout: {
      read: async () => ({ seen: world.layoutRead, refused: world.catalogueRefused }),
      checkedAt: async () => world.layoutCheckedAt,
      setCheckedAt: async (at) => {
        world.layoutCheckedAt = at;
      },
    },
    pagesRead: {
      get: async () => world.pagesRead,
      set: async (times) => {
        world.pagesRead = times;
      },
    },
    sha256,
    onProgress: async (progress) => {
      world.progress.push(progress);
    },
    onSnapshot: async () => undefined,
    api: apiOf(world, at),
    page: pageOf(world, at),
  };
}

/** The server. */
function apiOf(world: State, at: At): RunnerDeps['api'] {
  return {
    async next(ability) {
      world.asked.push(ability.canAct);
      world.kinds = ability.kinds;
      if (world.problems.next) return err(world.problems.next);
      const work = world.queue.shift();
      await at('next');
      return ok(work ?? { type: 'wait', askAgainMs: 9_000, reason: 'no_work', keepTab: true });
    },
    async renew() {
      world.renewals += 1;
      return ok({ ok: world.renewOk, leaseMs: 60_000 });
    },
    async commit() {
      world.commits += 1;
      world.onCommit?.();
      await at('commit');
      const answer = world.commitAnswers.shift() ?? { ok: true, leaseMs: 90_000 };
      return answer === 'lost' ? err(offline()) : ok(answer);
    },
    async outcome(task, outcome) {
      if (world.problems.outcome) return err(world.problems.outcome);
      world.outcomes.push({ ...task, outcome });
      await at('outcome');
      if (world.outcomeAnswersLost > 0) {
        world.outcomeAnswersLost -= 1;
        return err(offline());
      }
      return ok({ acknowledged: true, state: 'done' });
    },
    async session(report) {
      world.sessions.push(report);
      if (world.problems.session || !world.snapshot) {
        return err(world.problems.session ?? offline('bad_answer'));
      }
      return ok(world.snapshot);
    },
    async observations(seen) {
      world.observations.push(seen);
      return world.problems.observations ? err(world.problems.observations) : ok({ recorded: 1 });
    },
    async listPage(importId, start, read) {
      world.listPages.push({ importId, start, read });
      return ok({ acknowledged: true });
    },
    async layout(seen) {
      world.layouts.push(seen);
      return ok({ recorded: true });
    },
    async journal(report) {
      world.journals.push(report);
      return ok({ recorded: 1 });
    },
  };
}

/** LinkedIn in the working tab. */
function pageOf(world: State, at: At): RunnerDeps['page'] {
  return {
    async open(step, signal) {
      if (world.openFails) return world.openFails;
      if (step.expectedMemberId !== world.member) return otherMember;
      world.opened.push(step.taskId);
      world.onOpen?.();
      if (world.pageHangs) await untilAborted(signal);
      await at('open');
      return null;
    },
    ensure: async () => undefined,
    async openList(url) {
      world.listsOpened.push(url);
    },
    async readListPage(request) {
      world.onList?.();
      world.listRequests.push(request);
      return world.listsOpened.length > 0 ? (world.listShown ?? world.listRead) : world.listRead;
    },
    async prepare() {
      await at('prepare');
      return world.prepareResult;
    },
    async act(step, notAfter, _, stop) {
      world.notAfter = notAfter;
      await at('act');
      world.onAct?.(step, stop);
      if (world.actResult.outcome === 'clicked') {
        world.clicks.push(step.taskId);
        world.sent.add(step.taskId);
      }
      return world.actResult;
    },
    async leave(step) {
      if (!world.isOpen) return false;
      world.left.push(step.taskId);
      if (world.leaveFails) throw world.leaveFails;
      return true;
    },
    async verify(step) {
      world.onVerify?.();
      await at('verify');
      if (step.expectedMemberId !== world.member)
        return { outcome: 'wrong_account', detail: 'Somebody else.' };
      if (world.verifyResult) return world.verifyResult;
      return world.sent.has(step.taskId)
        ? { outcome: 'verified', proof: 'Pending shown', remoteId: 'urn:1' }
        : { outcome: 'not_seen', detail: 'No sign of it.' };
    },
    readSession: async () =>
      world.session ?? { state: 'logged_in', member: { ...member, memberId: world.member } },
    readAcceptances: async (member) => {
      world.read.push('acceptances');
      world.onAcceptances?.();
      if (member !== world.member) return err(otherMember);
      if (world.acceptancesFail) return err(world.acceptancesFail);
      return ok(world.acceptances);
    },
    readInbound: async (member, since, profileIds) => {
      world.read.push(`inbound since ${since}`);
      if (member !== world.member) return err(otherMember);
      return ok(world.inbound.filter((one) => profileIds.includes(one.fromProfileId)));
    },
    readSentInvitations: async (member) => {
      world.read.push('sent');
      world.onSent?.();
      if (member !== world.member) return err(otherMember);
      if (world.sentFails) return err(world.sentFails);
      return ok(world.sentInvitations);
    },
    async close() {
      world.tabClosed += 1;
    },
  };
}

export type World = ReturnType<typeof createWorld>;
