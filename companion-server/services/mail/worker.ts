import { and, eq, ne, sql } from 'drizzle-orm';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import { createSmtpPool } from '../../email/smtpPool.ts';
import { testConnection } from '../../email/testConnection.ts';
import {
  claimEmail,
  type EngineContext,
  hasAnswers,
  nextAnswer,
  recordAnswer,
  recordOutcome,
  unitOfWork,
} from '../../engine/index.ts';
import type { Changes } from '../changes.ts';
import type { Services } from '../context.ts';
import { searchSentAfterRestore } from './afterRestore.ts';
import { sendAnswer } from './answers.ts';
import { type BackOff, nextTry } from './backOff.ts';
import { createFacts } from './facts.ts';
import { type IdleOptions, keepListening } from './idle.ts';
import { type SendOptions, sendJob } from './sendJob.ts';
import { openSettings } from './settings.ts';
import { failureWords, setImapStatus, setSmtpStatus, syncMailbox } from './sync.ts';
import { settleBySentFolder } from './unknowns.ts';

const { channel } = schema;

/** Mailboxes worked with at the same time: most of the time of each is spent waiting for its server. */
const WORKERS = 50;
/** Of them, mailboxes being read: a read may hold megabytes. */
const READS = 10;
const IDLE_MS = 5 * SECOND;
/** How often a mailbox is read while somebody is under way with it (real time). */
const POLL_MS = MINUTE;
/** And while nobody is: its badges stay live, and late replies and bounces are seen. */
const UNUSED_POLL_MS = 15 * MINUTE;

export interface MailWorkers {
  /** Whether a mailbox is being read or written right now. */
  isBusy(): boolean;
  /** Resolves when all workers ended after the signal. */
  done: Promise<void>;
}

export interface MailOptions {
  services: Services;
  ctx: EngineContext;
  /** Notified after every tick: something may have become ready. */
  ticked: Changes;
  /** Tells the engine that something happened. */
  wakeEngine: () => void;
  /** Neither reads mailboxes nor keeps copies in Sent: the bench measures sending by itself. */
  onlySends?: boolean;
  signal: AbortSignal;
}

interface Shared extends MailOptions, SendOptions {
  /** Mailboxes somebody works with; an account does one thing at a time. */
  busy: Set<string>;
  /** How many of them are being read. */
  reading: { now: number };
  /** When answers are looked for again: every worker comes by here, for every email. */
  answers: { lookAt: number };
  polledAt: Map<string, number>;
  /** Broken mailboxes: when to try again, and how long to wait the time after. */
  retries: Map<string, BackOff>;
}

/** Sends what is due and reads the mailboxes, until the signal. */
export function startMailWorkers(options: MailOptions): MailWorkers {
  const pool = createSmtpPool(options.services.timers);
  const shared: Shared = {
    ...options,
    keepCopies: !options.onlySends,
    pool,
    busy: new Set(),
    reading: { now: 0 },
    answers: { lookAt: 0 },
    facts: createFacts(options.services),
    polledAt: new Map(),
    retries: new Map(),
  };
  const loops = Array.from({ length: WORKERS }, (_, index) => loop(shared, `mail:${process.pid}:${index}`));
  const ears = options.onlySends ? null : keepListening(earsOf(shared));
  return {
    isBusy: () => shared.busy.size > 0,
    done: Promise.all([...loops, ears]).then(() => pool.close()),
  };
}

/** News make the next reading come at once. */
function earsOf({ services, signal, polledAt, ticked }: Shared): IdleOptions {
  return {
    services,
    signal,
    onNews: (channelId) => {
      polledAt.delete(channelId);
      ticked.notify();
    },
  };
}

async function loop(shared: Shared, workerId: string): Promise<void> {
  const { signal, ticked, services } = shared;
  while (!signal.aborted) {
    const seen = ticked.count();
    let worked = false;
    try {
      worked = await workOnce(shared, workerId);
    } catch (error) {
      services.log.error({ err: error }, 'mail worker failed');
    }
    if (worked) shared.wakeEngine();
    else await ticked.wait(seen, IDLE_MS, signal);
  }
}

/** One piece of work; false: there is none. */
async function workOnce(shared: Shared, workerId: string): Promise<boolean> {
  const { services, ctx, signal } = shared;
  // Without a public address nothing may go out: its unsubscribe link would lead nowhere.
  const isBusy = (channelId: string) => shared.busy.has(channelId);
  if (await answerOnce(shared, isBusy)) return true;
  const work = services.publicUrl ? await claimEmail(ctx, workerId, isBusy) : { type: 'none' as const };
  if (work.type === 'task') {
    const { channelId, taskId, fence } = work;
    if (await alone(shared, channelId, () => sendJob(shared, workerId, work, signal))) return true;
    // Somebody began to read this mailbox in between: given back at once, not when its lease runs out.
    const outcome = { result: 'not_started' as const, failure: null };
    await recordOutcome(ctx, workerId, { taskId, fence, outcome });
    return false;
  }
  if (shared.reading.now >= READS) return false;
  if (work.type === 'sync') {
    if (await alone(shared, work.channelId, () => read(shared, work.channelId))) return true;
  }
  return shared.onlySends ? false : poll(shared);
}

/** What a person wrote goes before everything automated. */
async function answerOnce(shared: Shared, isBusy: (channelId: string) => boolean): Promise<boolean> {
  const { services, ctx, pool, signal } = shared;
  const now = ctx.clocks.lease.now();
  if (now < shared.answers.lookAt) return false;
  shared.answers.lookAt = now + SECOND;
  if (!(await hasAnswers(services.db.reader))) return false;
  const message = await unitOfWork(ctx, (unit) => nextAnswer(unit, isBusy));
  if (!message) return false;
  shared.answers.lookAt = 0;
  const { id, channelId } = message;
  const isDone = await alone(shared, channelId, () => sendAnswer(services, ctx, message, pool, signal));
  // Somebody began to read this mailbox in between.
  if (!isDone) await unitOfWork(ctx, (unit) => recordAnswer(unit, id, { state: 'queued', detail: '' }));
  return isDone;
}

async function alone(shared: Shared, channelId: string, work: () => Promise<void>): Promise<boolean> {
  if (shared.busy.has(channelId)) return false;
  shared.busy.add(channelId);
  try {
    await work();
    return true;
  } finally {
    shared.busy.delete(channelId);
  }
}

async function read(shared: Shared, channelId: string): Promise<void> {
  shared.polledAt.set(channelId, shared.ctx.clocks.lease.now());
  const { services, ctx, signal, reading } = shared;
  reading.now += 1;
  try {
    await syncMailbox(services, ctx, channelId, signal);
    await settleBySentFolder(services, ctx, channelId, signal);
    await searchSentAfterRestore(services, ctx, channelId, signal);
  } finally {
    reading.now -= 1;
  }
}

/** Reads mailboxes whose time has come, and tries broken ones again. */
async function poll(shared: Shared): Promise<boolean> {
  const { services, ctx } = shared;
  const now = ctx.clocks.lease.now();
  const isRestored = sql`EXISTS (SELECT 1 FROM hold h WHERE h.scope = 'workspace' AND h.scope_id = channel.workspace_id
    AND h.reason = 'restored_from_backup' AND h.lifted_at IS NULL)`;
  const inUse = sql<number>`(EXISTS (SELECT 1 FROM enrollment e WHERE e.sender_id = channel.sender_id AND e.live = 1)
    OR ${channel.reconcileFrom} IS NOT NULL OR ${isRestored})`;
  const rows = await services.db.reader
    .select({ row: channel, inUse })
    .from(channel)
    .where(and(eq(channel.kind, 'email'), ne(channel.smtpStatus, 'not_set_up')));
  for (const { row, inUse } of rows) {
    if (shared.busy.has(row.id)) continue;
    if (row.smtpStatus === 'inactive' || row.imapStatus === 'inactive') {
      if (await isRetryDue(shared, row.id, now)) return alone(shared, row.id, () => recover(shared, row.id));
    } else {
      if (shared.retries.delete(row.id)) await noteRetry(shared, row.id, null);
      const last = shared.polledAt.get(row.id) ?? 0;
      const every = inUse === 1 ? POLL_MS : UNUSED_POLL_MS;
      if (now - last >= every) return alone(shared, row.id, () => read(shared, row.id));
    }
  }
  return false;
}

/** Plans the first try when the mailbox is seen broken, and the next one with each that is made. */
async function isRetryDue(shared: Shared, channelId: string, now: number): Promise<boolean> {
  const planned = shared.retries.get(channelId) ?? null;
  if (planned && now < planned.at) return false;
  const next = nextTry(planned, now, shared.services.rng);
  shared.retries.set(channelId, next);
  await noteRetry(shared, channelId, next);
  return planned !== null;
}

/** Shown beside the status, in schedule time. */
async function noteRetry({ ctx }: Shared, channelId: string, next: BackOff | null): Promise<void> {
  const watchRetryAt = next && next.at + ctx.clocks.schedule.now() - ctx.clocks.lease.now();
  await ctx.db.write((tx) => tx.update(channel).set({ watchRetryAt }).where(eq(channel.id, channelId)));
}

/** Both sides again; when they work the mailbox is read first, then its hold lifts. */
async function recover(shared: Shared, channelId: string): Promise<void> {
  const { services, ctx, signal } = shared;
  // A refused token may have been the reason.
  const settings = await openSettings(services, channelId, { renew: true });
  if (!settings) return;
  const { smtp, imap } = await testConnection(settings, signal);
  if (signal.aborted) return;
  if (!imap.ok) await setImapStatus(ctx, channelId, failureWords(imap));
  else await read(shared, channelId);
  await setSmtpStatus(ctx, channelId, smtp.ok ? null : failureWords(smtp));
}
