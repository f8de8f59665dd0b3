import 'fake-indexeddb/auto';
import { stepUrl } from '#linkedin/index.ts';
import type { NextWork, StepOutcome } from '#shared/contract/deviceWork.ts';
import type { Problem } from '#shared/contract/route.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { type Rng, seededRng } from '#shared/kernel/prng.ts';
import { err, ok } from '#shared/kernel/result.ts';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { PageError, type RunnerDeps, type RunnerPage } from '../../extension/background/runner/ports.ts';
import { sha256 } from '../../extension/background/sha256.ts';
import { openDatabase } from '../../extension/storage/database.ts';
import { createJournal } from '../../extension/storage/journal.ts';
import { call } from '../dom/support/call.ts';
import type { Lane } from '../matrix/lane.ts';

/** What a run of trouble may do to one action, each at most once. */
export interface Trouble {
  /** The worker dies when the runner reaches this moment; a new one starts on the same journal. */
  dieAt: string | null;
  /** The rep closes the working tab, or reloads it, at this moment. */
  closeAt: string | null;
  reloadAt: string | null;
  /** The laptop sleeps at this moment: all clocks jump. */
  sleepAt: string | null;
  /** So many answers of the server to a commit, and to an outcome, are lost. */
  commitsLost: number;
  outcomesLost: number;
}

/** The moments at which trouble may come. */
export const moments = ['opened', 'prepared', 'committed', 'armed', 'clicked', 'verified', 'ended'] as const;

export const calm: Trouble = {
  dieAt: null,
  closeAt: null,
  reloadAt: null,
  sleepAt: null,
  commitsLost: 0,
  outcomesLost: 0,
};

const unreachable: Problem = {
  type: 'about:blank#unreachable',
  title: 'unreachable',
  status: 0,
  code: 'unreachable',
  detail: 'unreachable',
  action: null,
  requestId: '',
  fields: [],
};

/** One browser's runner on a real page: its journal, its server, its troubles. */
export interface Rig {
  trouble: Trouble;
  queue: NextWork[];
  /** What the server was told, the last word for each claim. */
  told: Map<string, StepOutcome>;
  /** Resolves when the worker died. */
  death: Promise<void>;
  /** The dependencies of one life of the worker. */
  life(): RunnerDeps;
  advance(ms: number): void;
}

export function createRig(lane: Lane, name: string, seed: number): Rig {
  const journal = createJournal(openDatabase(name));
  const rng: Rng = seededRng(seed);
  let offset = 0;
  let dead: () => void = () => {};
  const clock = { now: () => Date.now() + offset };
  const rig: Rig = {
    trouble: { ...calm },
    queue: [],
    told: new Map(),
    death: new Promise(() => {}),
    advance(ms) {
      offset += ms;
    },
    life,
  };

  /** Trouble that was waiting for this moment. A dead worker's promises never settle. */
  async function reach(moment: (typeof moments)[number]): Promise<void> {
    const { trouble } = rig;
    if (trouble.sleepAt === moment) {
      trouble.sleepAt = null;
      offset += 10 * MINUTE;
    }
    if (trouble.closeAt === moment) {
      trouble.closeAt = null;
      await lane.page.close();
      lane.page = await lane.context.newPage();
    }
    if (trouble.reloadAt === moment) {
      trouble.reloadAt = null;
      await lane.page.reload({ waitUntil: 'domcontentloaded' }).catch(() => undefined);
    }
    if (trouble.dieAt === moment) {
      trouble.dieAt = null;
      dead();
      await new Promise(() => {});
    }
  }

  function life(): RunnerDeps {
    rig.death = new Promise((resolve) => {
      dead = resolve;
    });
    return {
      journal: {
        ...journal,
        async put(entry) {
          await journal.put(entry);
          const { phase } = entry;
          if (phase === 'prepared' || phase === 'committed' || phase === 'armed') await reach(phase);
          if (phase === 'clicked' || phase === 'ended') await reach(phase);
        },
      },
      clock,
      mono: clock,
      rng,
      timers: {
        // Waits between looks are not what this is about: time passes, nobody waits.
        sleep: async (ms, signal) => {
          signal?.throwIfAborted();
          // The renewing of a lease waits beside the work and ends with it.
          if (ms > 6_000) return untilAborted(signal);
          offset += ms;
        },
      },
      mayWork: async () => true,
      refresh: async () => undefined,
      mayAct: async () => true,
      mayRead: async () => true,
      mayLook: async () => true,
      journalLostAt: async () => null,
      journalSince: async () => null,
      pagesRead: { get: async () => [], set: async () => undefined },
      sha256,
      onProgress: async () => undefined,
      onSnapshot: async () => undefined,
      page: pageOf(lane, clock.now, reach),
      api: {
        next: async () =>
          ok(rig.queue.shift() ?? { type: 'wait', askAgainMs: 9_000, reason: 'no_work', keepTab: true }),
        renew: async () => ok({ ok: true, leaseMs: 5 * MINUTE }),
        commit: async () => {
          if (rig.trouble.commitsLost === 0) return ok({ ok: true, leaseMs: 5 * MINUTE });
          rig.trouble.commitsLost -= 1;
          return err(unreachable);
        },
        outcome: async ({ taskId, fence }, outcome) => {
          rig.told.set(`${taskId}#${fence}`, outcome);
          if (rig.trouble.outcomesLost === 0) return ok({ acknowledged: true });
          rig.trouble.outcomesLost -= 1;
          return err(unreachable);
        },
        session: async () => err(unreachable),
        observations: async () => ok({}),
        listPage: async () => ok({}),
        layout: async () => ok({}),
        journal: async () => ok({}),
      },
    };
  }
  return rig;
}

/** The working tab: the same code in the same kind of page, asked as the background asks it. */
function pageOf(
  lane: Lane,
  now: () => number,
  reach: (moment: 'opened' | 'verified') => Promise<void>,
): RunnerPage {
  const none = async () => {
    throw new PageError('linkedin_error', 'Nothing is read here.');
  };
  return {
    async open(step) {
      const failure = await answered(async () => {
        const isOnLinkedin = lane.page.url().startsWith(`${lane.twin.origin}/`);
        if (!isOnLinkedin)
          await lane.page.goto(`${lane.twin.origin}/feed/`, { waitUntil: 'domcontentloaded' });
        return call(lane.page, 'whyNotSignedIn', step.expectedMemberId);
      });
      if (failure) return failure;
      await answered(() => lane.page.goto(stepUrl(step), { waitUntil: 'domcontentloaded' }));
      await reach('opened');
      return null;
    },
    ensure: async () => undefined,
    openList: none,
    prepare: (step) => answered(() => call(lane.page, 'prepare', step)),
    async act(step: LinkedinStep, notAfter: number) {
      const failure = await answered(() => call(lane.page, 'whyNotMember', step));
      if (failure) return { outcome: 'failed', failure };
      if (now() > notAfter) {
        const detail = 'The time to act was over.';
        return {
          outcome: 'failed',
          failure: { code: 'timeout', effect: 'before_effect', detail, until: null },
        };
      }
      return answered(() => call(lane.page, 'act', step));
    },
    async verify(step, baseline) {
      const seen = await answered(() => call(lane.page, 'verify', step, baseline));
      await reach('verified');
      return seen;
    },
    leave: async (step) => {
      await answered(() => call(lane.page, 'leave', step));
      return true;
    },
    readListPage: none,
    readSession: none,
    readAcceptances: none,
    readInbound: none,
    readSentInvitations: none,
    close: async () => undefined,
  };
}

function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new PageError(/closed/i.test(detail) ? 'tab_closed' : 'linkedin_error', detail.slice(0, 300));
  }
}
