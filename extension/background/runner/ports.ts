import type { DeviceSnapshot } from '#shared/contract/device.ts';
import type {
  JournalReport,
  NextWork,
  SentInvitationsSeen,
  StepOutcome,
} from '#shared/contract/deviceWork.ts';
import type { Problem } from '#shared/contract/route.ts';
import type { Clock, Timers } from '#shared/kernel/clock.ts';
import type { Rng } from '#shared/kernel/prng.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';
import type {
  AcceptanceRead,
  ActResult,
  InboundMessageRead,
  LinkedinActionKind,
  LinkedinFailure,
  LinkedinStep,
  PrepareResult,
  ProfileRead,
  QuotasSeen,
  SentInvitationsRead,
  SessionReport,
  VerifyResult,
} from '#shared/protocol/linkedin.ts';
import type { ListRead } from '#shared/protocol/lists.ts';
import type { LayoutPage, LayoutRead, LayoutSeen } from '#shared/protocol/remoteRules.ts';

/** What the runner needs of the world. The browser's version is in ../page.ts, ../api.ts and ../../storage. */

export interface Fence {
  taskId: string;
  fence: number;
}

/** One page of a list that the rep imports. */
export type ImportWork = Extract<NextWork, { type: 'import' }>;
export type ListRequest = Omit<ImportWork, 'type' | 'importId'>;

export type WatchWork = Extract<NextWork, { type: 'watch' }>;

export type ApiResult<T> = Promise<Result<T, Problem>>;

export interface RunnerApi {
  /** `kinds`: what this extension performs. */
  next(
    ability: {
      canAct: boolean;
      kinds: readonly LinkedinActionKind[];
      journal: boolean;
      imports: boolean;
      version?: string;
      catalogue?: { held: string | null; inForce: string; problem: string | null };
    },
    signal: AbortSignal,
  ): ApiResult<NextWork>;
  renew(task: Fence, signal: AbortSignal): ApiResult<{ ok: boolean; leaseMs: number }>;
  commit(
    task: Fence,
    seen: { lastInboundAt: number | null; profile: ProfileRead | null; quotas: QuotasSeen | null },
    signal: AbortSignal,
  ): ApiResult<{ ok: true; leaseMs: number } | { ok: false; code: string; detail: string }>;
  outcome(task: Fence, outcome: StepOutcome, signal: AbortSignal): ApiResult<unknown>;
  session(report: SessionReport, signal: AbortSignal): ApiResult<DeviceSnapshot>;
  observations(seen: Observed, signal: AbortSignal): ApiResult<unknown>;
  layout(seen: LayoutSeen & { catalogue: string }, signal: AbortSignal): ApiResult<unknown>;
  journal(report: JournalReport, signal: AbortSignal): ApiResult<unknown>;
  listPage(importId: string, start: number, read: ListRead, signal: AbortSignal): ApiResult<unknown>;
}

/** What the server is told of one reading. */
export interface Observed {
  /** Whose lists these are: the page named this member before and after each read. */
  memberId: string | null;
  acceptances?: AcceptanceRead[];
  inbound?: InboundMessageRead[];
  threadsOf?: string[];
  sentInvitations?: SentInvitationsSeen;
  more?: boolean;
  readAgoMs: number;
  failure: LinkedinFailure | null;
}

export interface Journal {
  /** Resolves when the line is on the disk. */
  put(entry: JournalEntry): Promise<void>;
  find(taskId: string, fence: number): Promise<JournalEntry | null>;
  ofTask(taskId: string): Promise<JournalEntry[]>;
  /** Lines that have not ended, or whose end the server has neither acknowledged nor refused. */
  open(): Promise<JournalEntry[]>;
  /** Lines touched at or after this moment. */
  since(instant: number): Promise<JournalEntry[]>;
  /** Forgets acknowledged lines older than 30 days. */
  prune(now: number): Promise<void>;
}

/**
 * The working tab. Everything may throw a `PageError`: the tab was closed, did not load or did not answer;
 * what that means depends on whether the step was armed, so the loop decides.
 */
export interface RunnerPage {
  /**
   * Loads the step's page in the working tab, opening the tab where there is none. Null: it is loaded. A failure: the bound
   * member is not the one signed in, or LinkedIn does not say so; then nothing of the person's was loaded, for that would be
   * somebody else's visit.
   */
  open(step: LinkedinStep, signal: AbortSignal): Promise<LinkedinFailure | null>;
  /** The page of a list in the working tab. */
  openList(url: string, signal: AbortSignal): Promise<void>;
  /** Any LinkedIn page in the working tab, for reading. */
  ensure(signal: AbortSignal): Promise<void>;
  /** Broken off, it may still say that a click may have had its effect. */
  prepare(step: LinkedinStep, signal: AbortSignal): Promise<PrepareResult>;
  /**
   * Clicks once, and not after `notAfter` (unix ms): a sleep between asking and clicking must not count. `stop` is told to
   * the page, whose answer still says whether it clicked.
   */
  act(step: LinkedinStep, notAfter: number, signal: AbortSignal, stop: AbortSignal): Promise<ActResult>;
  /** Takes back what the step typed in the page that is open; false: there is none. */
  leave(step: LinkedinStep, signal: AbortSignal): Promise<boolean>;
  verify(step: LinkedinStep, baseline: string, signal: AbortSignal): Promise<VerifyResult>;
  /**
   * Who is signed in, asked on whatever page the working tab shows. While the rep signs in or answers a check in a tab of
   * theirs it is asked there and nothing is loaded: that could send them another code.
   */
  readSession(signal: AbortSignal): Promise<SessionReport>;
  /** The lists of the bound member; `wrong_account` where another one is signed in before or after the read. */
  readAcceptances(
    expectedMemberId: string | null,
    sinceMs: number,
    signal: AbortSignal,
  ): Promise<Result<AcceptanceRead[], LinkedinFailure>>;
  readInbound(
    expectedMemberId: string | null,
    sinceMs: number,
    knownProfileIds: string[],
    signal: AbortSignal,
  ): Promise<Result<InboundMessageRead[], LinkedinFailure>>;
  readSentInvitations(
    expectedMemberId: string | null,
    signal: AbortSignal,
  ): Promise<Result<SentInvitationsRead, LinkedinFailure>>;
  readListPage(request: ListRequest, signal: AbortSignal): Promise<ListRead>;
  close(): Promise<void>;
}

/** The working tab failed us; says nothing about whether LinkedIn saw an action. */
export class PageError extends Error {
  override name = 'PageError';
  constructor(
    readonly code: 'tab_closed' | 'timeout' | 'linkedin_error',
    detail: string,
    /** False: the page was not even asked, so it certainly did nothing. */
    readonly wasAsked = true,
  ) {
    super(detail);
  }
}

/** What the side panel shows of the runner. */
export type Progress =
  | { state: 'idle'; reason: string; until: number }
  | { state: 'watching' }
  /** Reading a page of the list that the rep imports. */
  | { state: 'importing' }
  | {
      state: 'working';
      phase: 'opening' | 'preparing' | 'committing' | 'acting' | 'verifying' | 'checking';
      kind: LinkedinStep['kind'];
      contactName: string;
      automationName: string;
    };

/** The server's updates of the selector catalogue. */
export interface CatalogueUpdates {
  /** The update that this browser holds, good or bad, and the version it works with. */
  state(): Promise<{ held: string | null; inForce: string; problem: string | null }>;
  take(work: Extract<NextWork, { type: 'catalogue' }>): Promise<void>;
  /** The page refused the update that is held: what it says is no selector there. */
  drop(problem: string): Promise<void>;
}

export interface RunnerDeps {
  api: RunnerApi;
  journal: Journal;
  page: RunnerPage;
  clock: Clock;
  /** Never jumps; compared only within one life of the worker. */
  mono: Clock;
  timers: Timers;
  rng: Rng;
  /** Whether this browser would work at all: agreed, and no order of the rep to stop is still untold. */
  mayWork(): Promise<boolean>;
  /** Brings the server's newest snapshot: it may have been resumed elsewhere. */
  refresh(): Promise<void>;
  /** Whether the rep allows acting now: paired, agreed, not paused, not stopped. Asked again before the click. */
  mayAct(): Promise<boolean>;
  /** Whether the rep allows reading LinkedIn: paired and agreed. Holds while paused. */
  mayRead(): Promise<boolean>;
  /** Whether a person's page may be opened to look what became of a step: that and the account is Active. */
  mayLook(): Promise<boolean>;
  /** When the journal was lost, unix ms; null: it is whole. A lost journal counts as the day's ceiling used. */
  journalLostAt(): Promise<number | null>;
  /** From when on nothing is missing in the journal, unix ms; null: an older extension did not write it down. */
  journalSince(): Promise<number | null>;
  /** When pages of lists were read here in the last 7 days, oldest first. */
  pagesRead: { get(): Promise<number[]>; set(times: number[]): Promise<void> };
  /** SHA-256 of a text, in hex. */
  sha256(text: string): Promise<string>;
  /** The extension's version, on which the server's kill switch looks. */
  version?: string;
  /** Absent: this runner takes no updates. */
  catalogue?: CatalogueUpdates;
  /** The daily layout check: what the open page lacks, and when each kind of page was checked (unix ms). Absent: none. */
  layout?: {
    read(signal: AbortSignal): Promise<LayoutRead>;
    checkedAt(): Promise<Partial<Record<LayoutPage, number>>>;
    setCheckedAt(at: Partial<Record<LayoutPage, number>>): Promise<void>;
  };
  onProgress(progress: Progress): Promise<void>;
  /** The server answered with a newer snapshot. */
  onSnapshot(snapshot: DeviceSnapshot): Promise<void>;
}
