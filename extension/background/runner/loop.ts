import type { Problem } from '#shared/contract/route.ts';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { linkedinActionKind } from '#shared/protocol/linkedin.ts';
import { backOffMs } from './backoff.ts';
import { flush } from './flush.ts';
import { importPage } from './importPage.ts';
import { tellJournal } from './journal.ts';
import { checkLayout } from './layout.ts';
import { lineOf, notStarted } from './line.ts';
import type { RunnerDeps } from './ports.ts';
import { recover } from './recover.ts';
import { executeStep, newEntry, type TaskWork } from './step.ts';
import { watch } from './watch.ts';

/** When to run the next cycle and why not before. */
export interface Pause {
  waitMs: number;
  /** A hold reason, a limit, `no_work`, `consent`, `other_device`; or the code of the problem that stopped us. */
  reason: string;
  problem: Problem | null;
}

export interface Runner {
  /** One round: finish what was left, report it, ask the server, do what it says. Never throws. */
  cycle(signal: AbortSignal): Promise<Pause>;
}

const NO_CONSENT_MS = MINUTE;
/** The server gave a task that this browser knows to be paused: one of both is not up to date. */
const REFUSED_MS = 10 * SECOND;
const GO_ON: Pause = { waitMs: 0, reason: 'working', problem: null };
/** The rep's or the server's order, which says nothing about whether the server can be reached. */
const STOPPED: Pause = { waitMs: 0, reason: 'stopped', problem: null };

/** The loop that does one thing at a time. It keeps nothing but a count of failures: the journal has the rest. */
export function createRunner(deps: RunnerDeps): Runner {
  let failures = 0;

  function later(problem: Problem): Pause {
    if (problem.code === 'stopped') return STOPPED;
    failures += 1;
    return { waitMs: backOffMs(failures, deps.rng), reason: problem.code, problem };
  }

  /** A task that came although the rep does not allow acting: given back untouched. */
  async function refuse(work: TaskWork): Promise<void> {
    const earlier = await deps.journal.find(work.step.taskId, work.step.fence);
    if (!earlier) await lineOf(deps, newEntry(deps, work)).end(notStarted());
  }

  async function round(signal: AbortSignal): Promise<Pause> {
    await recover(deps);
    const flushed = await flush(deps, signal);
    if (!flushed.ok) return later(flushed.error);

    const ability = {
      canAct: await deps.mayWork(),
      kinds: linkedinActionKind.options,
      journal: true,
      imports: true,
      version: deps.version,
      catalogue: await deps.catalogue?.state(),
    };
    const answer = await deps.api.next(ability, signal);
    if (!answer.ok) return later(answer.error);
    const work = answer.value;
    if (work.type === 'wait') {
      failures = 0;
      if (!work.keepTab) await deps.page.close();
      return { waitMs: work.askAgainMs, reason: work.reason, problem: null };
    }
    if (work.type === 'catalogue') {
      await deps.catalogue?.take(work);
      failures = 0;
      return GO_ON;
    }
    if (work.type === 'journal') {
      const told = await tellJournal(deps, signal);
      if (!told.ok) return later(told.error);
      failures = 0;
      return GO_ON;
    }
    if (!(await deps.mayRead())) {
      await deps.page.close();
      if (work.type === 'task') await refuse(work);
      return { waitMs: NO_CONSENT_MS, reason: 'consent', problem: null };
    }
    if (work.type === 'watch') {
      const watched = await watch(deps, work, signal);
      if (!watched.ok) return later(watched.error);
      if (!watched.value.whole) {
        failures += 1;
        return { waitMs: backOffMs(failures, deps.rng), reason: 'not_readable', problem: null };
      }
      failures = 0;
      return GO_ON;
    }
    if (work.type === 'import') {
      const told = await importPage(deps, work, signal);
      if (!told.ok) return later(told.error);
      failures = 0;
      return GO_ON;
    }
    if (!(await deps.mayAct())) await deps.refresh();
    if (!(await deps.mayAct())) {
      await refuse(work);
      return { waitMs: REFUSED_MS, reason: 'manual', problem: null };
    }
    await executeStep(deps, work, signal);
    const reported = await flush(deps, signal);
    if (!reported.ok) return later(reported.error);
    await checkLayout(deps, work, signal);
    failures = 0;
    return GO_ON;
  }

  return {
    async cycle(signal) {
      const pause = await round(signal).catch((error: unknown): Pause => {
        if (signal.aborted) return STOPPED;
        return later(unexpected(error));
      });
      const until = deps.clock.now() + Math.max(pause.waitMs, SECOND / 4);
      await deps.onProgress({ state: 'idle', reason: pause.reason, until });
      return pause;
    },
  };
}

/** A defect or a full disk: said in the side panel, tried again later, never a reason to act. */
function unexpected(error: unknown): Problem {
  return {
    type: 'about:blank#extension_error',
    title: 'Something went wrong in the extension',
    status: 0,
    code: 'extension_error',
    detail: error instanceof Error ? error.message : String(error),
    action: 'Rapport tries again by itself. If it stays, reload the extension and tell your manager.',
    requestId: '',
    fields: [],
  };
}
