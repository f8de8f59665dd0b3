import type { ChannelKind, UsageKind } from '#shared/statuses/engine.ts';
import { capTable } from './settings.ts';

/** One step that every contact of a plan goes through. */
export interface PlannedStep {
  /** The action kind: its lane on the channel, and what the forecast tells about. */
  kind: string;
  channel: ChannelKind;
  spends: readonly UsageKind[];
  /** Index of the step it comes after; null: the first of its branch. */
  after: number | null;
  /** Waiting between that one and this. */
  delayMs: number;
  /** An invitation that waits until the account has a note for it. */
  waitsForNote?: boolean;
}

export interface Plan {
  steps: readonly PlannedStep[];
  /** Waiting after the last step, while the contact still counts as active. */
  tailMs: number;
}

/** Contacts that go through one plan on one sender profile. */
export interface Job {
  plan: Plan;
  contacts: number;
  /** Of them, those whose profile must be read before they enter. */
  unread: number;
  /** Of them, those that email steps can reach; for the others the branch ends there. */
  withEmail: number;
  /** How many may be under way at once; null: all. */
  activeLimit: number | null;
  /** False: other automations' work that is in the queue already; it takes slots but is not told about. */
  counted: boolean;
}

/** A step of one contact that may be done from `readyAt` on. */
export interface Due {
  queue: StepQueue;
  channel: ChannelKind;
  lane: string;
  spends: readonly UsageKind[];
  readyAt: number;
  waitsForNote: boolean;
  /** The work that is told about, with the limits of its own automation. */
  counted: boolean;
}

/** Contacts that stand before one step, in the order in which they came. */
interface StepQueue {
  job: JobState;
  step: PlannedStep;
  /** Null: the profile read before the plan. */
  index: number | null;
  waiting: Fifo<{ contact: number; at: number }>;
}

interface JobState extends Job {
  queues: StepQueue[];
  reading: StepQueue;
  entering: Fifo<{ contact: number; at: number }>;
  places: Fifo<number>;
  /** Per contact: the latest message, invite or email, and the branches under way. */
  outreachAt: Float64Array;
  branches: Int16Array;
  ended: number[];
  spacingMs: number;
}

export interface KindRun {
  kind: string;
  channel: ChannelKind;
  /** When each was done, ascending. */
  times: number[];
  /** How many there are in all. */
  wanted: number;
}

export interface Work {
  /** Per lane, the step that is ready first. */
  heads(): Due[];
  /** What goes first of this lane among all that is ready at `at`. */
  bestOf(due: Due, at: number): Due;
  done(due: Due, at: number): void;
  /** Per kind, the steps ready at `at` that open a profile to spend it: their page loads are reserved. */
  openingSteps(at: number): ReadonlyMap<UsageKind, number>;
  result(): KindRun[];
  /** Per job, when each of its contacts came to the end of the plan, ascending. */
  ends(): number[][];
}

const outreach: ReadonlySet<UsageKind> = new Set(['invite', 'message', 'inmail', 'email']);

const readStep: PlannedStep = {
  kind: 'visit',
  channel: 'linkedin',
  spends: ['page_load'],
  after: null,
  delayMs: 0,
};

/** The steps still to be done, moved on by `done` as the reducer and the admission would. */
export function createWork(jobs: readonly Job[], now: number, spacingMs: number): Work {
  const states = jobs.map((job) => openJob(job, now, spacingMs));
  const queues = states.flatMap((state) => [state.reading, ...state.queues]);
  const kinds = kindsOf(states);
  return {
    heads() {
      const heads = new Map<string, Due>();
      for (const queue of queues) {
        const due = headOf(queue);
        if (!due) continue;
        const key = `${due.channel}:${due.lane}`;
        const known = heads.get(key);
        if (!known || due.readyAt < known.readyAt) heads.set(key, due);
      }
      return [...heads.values()];
    },
    bestOf(due, at) {
      let best = due;
      for (const queue of queues) {
        if (queue.step.kind !== due.lane || queue.step.channel !== due.channel) continue;
        const other = headOf(queue);
        if (other && other.readyAt <= at && goesBefore(other, best)) best = other;
      }
      return best;
    },
    done(due, at) {
      const { job, index, step, waiting } = due.queue;
      const item = waiting.take();
      if (!item) return;
      if (index === null) {
        enter(job, item.contact, at);
        return;
      }
      if (job.counted) kinds.get(step.kind)?.times.push(at);
      if (isOutreach(step)) job.outreachAt[item.contact] = at;
      goOn(job, item.contact, index, at);
    },
    openingSteps(at) {
      const ready = new Map<UsageKind, number>();
      for (const { step, waiting } of queues) {
        const effect = step.spends.find((kind) => kind !== 'page_load');
        if (!effect || !step.spends.includes('page_load')) continue;
        const most = capTable[effect].ceiling.daily;
        ready.set(effect, (ready.get(effect) ?? 0) + waiting.count((item) => item.at <= at, most));
      }
      return ready;
    },
    result: () => [...kinds.values()],
    ends: () => states.map(({ ended }) => ended.sort((a, b) => a - b)),
  };
}

function openJob(job: Job, now: number, spacingMs: number): JobState {
  const state = { ...job } as JobState;
  const queueFor = (step: PlannedStep, index: number | null): StepQueue => ({
    job: state,
    step,
    index,
    waiting: fifo(),
  });
  Object.assign(state, {
    queues: job.plan.steps.map(queueFor),
    reading: queueFor(readStep, null),
    entering: fifo(),
    places: fifo(),
    outreachAt: new Float64Array(job.contacts).fill(Number.NEGATIVE_INFINITY),
    branches: new Int16Array(job.contacts),
    ended: [],
    spacingMs,
  } satisfies Omit<JobState, keyof Job>);
  for (let i = 0; i < (job.activeLimit ?? 0); i++) state.places.put(now);
  for (let contact = 0; contact < job.contacts; contact++) {
    if (contact < job.unread) state.reading.waiting.put({ contact, at: now });
    else enter(state, contact, now);
  }
  return state;
}

/** Admission: into the plan as soon as a place is free. */
function enter(job: JobState, contact: number, at: number): void {
  job.entering.put({ contact, at });
  letIn(job);
}

function letIn(job: JobState): void {
  while (job.entering.first() && (job.activeLimit === null || job.places.first() !== undefined)) {
    const place = job.activeLimit === null ? undefined : job.places.take();
    const next = job.entering.take();
    if (next) goOn(job, next.contact, null, Math.max(next.at, place ?? next.at));
  }
}

/** The branch goes on to the steps that come after this one; without any it ends. */
function goOn(job: JobState, contact: number, index: number | null, at: number): void {
  let added = index === null ? 0 : -1;
  job.plan.steps.forEach((step, next) => {
    if (step.after !== index) return;
    // Who has no address fails at the email, and the branch with them.
    if (step.channel === 'email' && contact >= job.withEmail) return;
    added += 1;
    job.queues[next]?.waiting.put({ contact, at: at + step.delayMs });
  });
  const branches = (job.branches[contact] ?? 0) + added;
  job.branches[contact] = branches;
  if (branches > 0) return;
  job.ended.push(at + job.plan.tailMs);
  if (job.activeLimit === null) return;
  job.places.put(at + job.plan.tailMs);
  if (index !== null) letIn(job);
}

function headOf(queue: StepQueue): Due | null {
  const head = queue.waiting.first();
  if (!head) return null;
  const { step, job } = queue;
  const spaced = isOutreach(step) ? (job.outreachAt[head.contact] ?? 0) + job.spacingMs : head.at;
  return {
    queue,
    channel: step.channel,
    lane: step.kind,
    spends: step.spends,
    readyAt: Math.max(head.at, spaced),
    waitsForNote: step.waitsForNote ?? false,
    counted: job.counted,
  };
}

/** Follow-ups before first touches, reading profiles last; the oldest waits least. */
function goesBefore(a: Due, b: Due): boolean {
  const [first, second] = [priorityOf(a.queue), priorityOf(b.queue)];
  return first === second ? a.readyAt < b.readyAt : first < second;
}

function priorityOf({ job, index, waiting }: StepQueue): number {
  if (index === null) return 3;
  const contact = waiting.first()?.contact ?? 0;
  return Number.isFinite(job.outreachAt[contact]) ? 1 : 2;
}

/** Whether a step writes to the person: between two of those lies the workspace's spacing. */
function isOutreach({ spends }: PlannedStep): boolean {
  return spends.some((kind) => outreach.has(kind));
}

function kindsOf(jobs: readonly JobState[]): Map<string, KindRun> {
  const kinds = new Map<string, KindRun>();
  for (const { plan, counted, contacts, withEmail } of jobs) {
    if (!counted) continue;
    plan.steps.forEach(({ kind, channel }, index) => {
      const known = kinds.get(kind) ?? { kind, channel, times: [], wanted: 0 };
      known.wanted += needsEmail(plan, index) ? Math.min(contacts, withEmail) : contacts;
      kinds.set(kind, known);
    });
  }
  return kinds;
}

/** Whether an email stands on the way to this step, itself included. */
function needsEmail({ steps }: Plan, index: number): boolean {
  for (let at: number | null = index; at !== null; at = steps[at]?.after ?? null) {
    if (steps[at]?.channel === 'email') return true;
  }
  return false;
}

interface Fifo<T> {
  put(item: T): void;
  first(): T | undefined;
  take(): T | undefined;
  /** How many from the first one on pass, `most` at the most. */
  count(passes: (item: T) => boolean, most: number): number;
}

/** A queue whose `take` does not move what is behind it: shift() would, for tens of thousands of contacts. */
function fifo<T>(): Fifo<T> {
  const items: T[] = [];
  let head = 0;
  return {
    put: (item) => items.push(item),
    first: () => items[head],
    take: () => (head < items.length ? items[head++] : undefined),
    count(passes, most) {
      let at = head;
      for (let item = items[at]; item !== undefined && at - head < most && passes(item); item = items[at])
        at++;
      return at - head;
    },
  };
}
