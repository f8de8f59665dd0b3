import { and, eq, sql } from 'drizzle-orm';
import { HOUR, SECOND } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import type { Services } from '../context.ts';
import { type BackOff, nextTry } from './backOff.ts';
import { openSettings } from './settings.ts';

const { channel } = schema;

const LOOK_EVERY_MS = 15 * SECOND;
/** Connections that are kept open at once; mailboxes beyond are polled only. */
const LISTEN_AT_MOST = 100;
/** A server without IDLE is asked again then. */
const ASK_AGAIN_MS = HOUR;

export interface IdleOptions {
  services: Services;
  /** Something came into this mailbox: read it soon. */
  onNews: (channelId: string) => void;
  signal: AbortSignal;
}

/** Keeps an ear at every mailbox that works and is in use, so that a reply is read in seconds, not at the next poll. */
export async function keepListening(options: IdleOptions): Promise<void> {
  const { services, signal } = options;
  const listening = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();
  while (!signal.aborted) {
    try {
      const wanted = new Set(await mailboxesInUse(services));
      for (const [id, stop] of listening) if (!wanted.has(id)) stop.abort();
      for (const id of wanted) {
        if (listening.has(id)) continue;
        const stop = new AbortController();
        listening.set(id, stop);
        const ear = listen(options, id, AbortSignal.any([signal, stop.signal])).finally(() =>
          listening.delete(id),
        );
        running.add(ear);
        void ear.finally(() => running.delete(ear));
      }
    } catch (error) {
      services.log.error({ err: error }, 'listening at mailboxes failed');
    }
    await services.timers.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
  }
  await Promise.all(running);
}

async function mailboxesInUse({ db }: Services): Promise<string[]> {
  const rows = await db.reader
    .select({ id: channel.id })
    .from(channel)
    .where(
      and(
        eq(channel.kind, 'email'),
        eq(channel.smtpStatus, 'active'),
        eq(channel.imapStatus, 'active'),
        sql`EXISTS (SELECT 1 FROM enrollment e WHERE e.sender_id = channel.sender_id AND e.live = 1)`,
      ),
    )
    .limit(LISTEN_AT_MOST);
  return rows.map(({ id }) => id);
}

/** One mailbox, connected again after a growing wait whenever the connection ends. */
async function listen(
  { services, onNews }: IdleOptions,
  channelId: string,
  signal: AbortSignal,
): Promise<void> {
  const { clocks, timers, rng, log } = services;
  let wait: BackOff | null = null;
  while (!signal.aborted) {
    try {
      const settings = await openSettings(services, channelId);
      if (!settings) return;
      const since = clocks.lease.now();
      const ended = await services.mailServers.listen(settings.imap, () => onNews(channelId), signal);
      if (signal.aborted) return;
      if (ended === 'unsupported') {
        await timers.sleep(ASK_AGAIN_MS, signal);
        continue;
      }
      // One that lasted was no failure: servers end idle connections as they like.
      if (clocks.lease.now() - since > 60 * SECOND) wait = null;
      wait = nextTry(wait, clocks.lease.now(), rng);
      // What came while nobody listened is read now.
      onNews(channelId);
      await timers.sleep(Math.max(0, wait.at - clocks.lease.now()), signal);
    } catch (error) {
      if (signal.aborted) return;
      log.error({ err: error }, 'listening at a mailbox failed');
      return;
    }
  }
}
