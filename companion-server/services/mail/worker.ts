import { and, eq, ne, sql } from 'drizzle-orm';
import { MINUTE, monotonicClock, SECOND } from '#shared/kernel/clock.ts';
import { stopwatch } from '#shared/kernel/stopwatch.ts';
import { schema } from '../../db/index.ts';
import { createSmtpPool } from '../../email/smtpPool.ts';
import { claimEmails, type EngineContext, hasAnswers, nextAnswer, unitOfWork } from '../../engine/index.ts';
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
import { type LookedFor, settleBySentFolder } from './unknowns.ts';

const { channel } = schema;

/** Messages under way at the same time, of a mailbox each: most of the time of each is spent waiting for its server. */
const SENDS = 100;
/** Mailboxes being read: a read may hold megabytes. */
const READS = 10;
const IDLE_MS = 5 * SECOND;
/** How often a mailbox is read while somebody is under way with it (real time). */
const POLL_MS = MINUTE;
/** And while nobody is: its badges stay live, and late replies and bounces are seen. */
const UNUSED_POLL_MS = 15 * MINUTE;

export interface MailWorkers {
  /** Whether a mailbox is being read or written right now. */
  isBusy(): boolean;
  /** Resolves when all work ended after the signal. */
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
  polledAt: Map<string, number>;
  /** Where the next look in Sent goes on. */
  lookedFor: LookedFor;
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
    facts: createFacts(options.services),
    polledAt: new Map(),
    lookedFor: new Map(),
    retries: new Map(),
  };
  const ears = options.onlySends ? null : keepListening(earsOf(shared));
  return {
    isBusy: () => shared.busy.size > 0,
    done: Promise.all([handOut(shared, `mail:${process.pid}`), ears]).then(() => pool.close()),
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

/**
 * Hands out what there is to do, many pieces in one unit of work, and looks again when one ends or something may have
 * become ready. Ends when all that was begun has ended.
 */
async function handOut(shared: Shared, workerId: string): Promise<void> {
  const { signal, ticked, services } = shared;
  const running = new Set<Promise<void>>();
  const begin: Begin = (channelId, work) => {
    if (shared.busy.has(channelId)) return;
    shared.busy.add(channelId);
    const piece = work()
      .catch((error) => services.log.error({ err: error }, 'work with a mailbox failed'))
      .finally(() => {
        shared.busy.delete(channelId);
        running.delete(piece);
        shared.wakeEngine();
        ticked.notify();
      });
    running.add(piece);
  };
  while (!signal.aborted) {
    const seen = ticked.count();
    const before = running.size;
    try {
      await beginAll(shared, workerId, begin);
    } catch (error) {
      services.log.error({ err: error }, 'mail worker failed');
    }
    if (running.size <= before) await ticked.wait(seen, IDLE_MS, signal);
  }
  await Promise.all(running);
}

/** Begins work with a mailbox that nobody works with. */
type Begin = (channelId: string, work: () => Promise<void>) => void;

async function beginAll(shared: Shared, workerId: string, begin: Begin): Promise<void> {
  const { services, ctx, busy, reading, signal } = shared;
  const isBusy = (channelId: string) => busy.has(channelId);
  const room = () => SENDS + reading.now - busy.size;
  if (room() <= 0) return;
  await beginAnswers(shared, begin, isBusy);
  // Without a public address nothing may go out: its unsubscribe link would lead nowhere.
  const work = services.publicUrl ? await claimEmails(ctx, workerId, { isBusy, room }) : [];
  for (const piece of work) {
    if (piece.type === 'task') begin(piece.channelId, () => sendJob(shared, workerId, piece, signal));
    else beginRead(shared, begin, piece.channelId, () => read(shared, piece.channelId));
  }
  if (work.length === 0 && !shared.onlySends) await poll(shared, begin);
}

/** What a person wrote goes before everything automated. */
async function beginAnswers(shared: Shared, begin: Begin, isBusy: (id: string) => boolean): Promise<void> {
  const { services, ctx, pool, facts, signal } = shared;
  if (!(await hasAnswers(services.db.reader, ctx.clocks.schedule.now()))) return;
  for (;;) {
    const since = stopwatch({ clock: services.clocks.lease, mono: monotonicClock });
    const message = await unitOfWork(ctx, (unit) => nextAnswer(unit, isBusy));
    if (!message) return;
    begin(message.channelId, () => sendAnswer({ services, ctx, pool, facts }, { message, since }, signal));
  }
}

/** As long as not too many are being read. */
function beginRead(shared: Shared, begin: Begin, channelId: string, work: () => Promise<void>): void {
  const { reading, busy } = shared;
  if (reading.now >= READS || busy.has(channelId)) return;
  reading.now += 1;
  begin(channelId, () =>
    work().finally(() => {
      reading.now -= 1;
    }),
  );
}

async function read(shared: Shared, channelId: string): Promise<void> {
  shared.polledAt.set(channelId, shared.ctx.clocks.lease.now());
  const { services, ctx, signal } = shared;
  await syncMailbox(services, ctx, channelId, signal);
  await settleBySentFolder(services, ctx, channelId, shared.lookedFor, signal);
  await searchSentAfterRestore(services, ctx, channelId, signal);
}

/** Reads mailboxes whose time has come, the longest unread first, and tries broken ones again. */
async function poll(shared: Shared, begin: Begin): Promise<void> {
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
  forgetGone(shared, new Set(rows.map(({ row }) => row.id)));
  const readAt = ({ row }: (typeof rows)[number]) => shared.polledAt.get(row.id) ?? 0;
  for (const { row, inUse } of rows.toSorted((a, b) => readAt(a) - readAt(b))) {
    const { id } = row;
    if (shared.reading.now >= READS) return;
    if (shared.busy.has(id)) continue;
    if (row.smtpStatus === 'inactive' || row.imapStatus === 'inactive') {
      if (await isRetryDue(shared, id, now)) beginRead(shared, begin, id, () => recover(shared, id));
    } else {
      if (shared.retries.delete(id)) await noteRetry(shared, id, null);
      const last = shared.polledAt.get(id) ?? 0;
      const every = inUse === 1 ? POLL_MS : UNUSED_POLL_MS;
      if (now - last >= every) beginRead(shared, begin, id, () => read(shared, id));
    }
  }
}

/** Mailboxes that were disconnected or deleted. */
function forgetGone({ polledAt, retries, lookedFor }: Shared, known: ReadonlySet<string>): void {
  for (const byChannel of [polledAt, retries, lookedFor]) {
    for (const id of byChannel.keys()) if (!known.has(id)) byChannel.delete(id);
  }
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
  const { smtp, imap } = await services.mailServers.test(settings, signal);
  if (signal.aborted) return;
  if (!imap.ok) await setImapStatus(ctx, channelId, failureWords(imap));
  else await read(shared, channelId);
  await setSmtpStatus(ctx, channelId, smtp.ok ? null : failureWords(smtp));
}
