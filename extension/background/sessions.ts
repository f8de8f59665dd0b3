import { type Clock, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { SessionReport } from '#shared/protocol/linkedin.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { loadSnapshot } from '../storage/snapshot.ts';
import type { StateStore } from '../storage/state.ts';
import type { DeviceApi } from './api.ts';
import type { Permission } from './permission.ts';
import type { Snapshots } from './snapshots.ts';

/** The server calls a device offline after 3 minutes without a word. */
const HEARTBEAT_MS = MINUTE;
/** The same news again is not worth a call. */
const SAME_MS = MINUTE;

export interface SessionDeps {
  store: StateStore;
  database: RapportDatabase;
  clock: Clock;
  api: DeviceApi;
  permission: Permission;
  snapshots: Snapshots;
  /** Asks LinkedIn's page in this tab who is logged in. */
  readSession(tabId: number): Promise<SessionReport>;
  /** The account's state changed: the server may have work. */
  wake(): Promise<void>;
}

/** What LinkedIn pages show of the session, and the heartbeat. */
export function createSessions(deps: SessionDeps) {
  const { store, clock } = deps;

  /** A page of the rep's showed something. Without the rep's consent it stays in this browser. */
  async function seen(report: SessionReport, tabId: number | null): Promise<void> {
    if (report.state === 'unknown') return;
    const before = await store.get('session');
    const now = clock.now();
    const same = before !== null && JSON.stringify(before.report) === JSON.stringify(report);
    await store.set('session', { report, at: same ? before.at : now });
    if (!(await deps.permission.mayRead())) return;
    const status = (await loadSnapshot(deps.database))?.snapshot.linkedin.status;
    const agrees = (report.state === 'logged_in') === (status === 'active');
    if (same && agrees && now - before.at < SAME_MS) return;
    await store.set('session', { report, at: now });
    await post(await named(report, tabId, agrees));
    if (!agrees) await deps.wake();
  }

  /** Newer pages do not say who is logged in; where it matters, the page is asked. */
  async function named(report: SessionReport, tabId: number | null, agrees: boolean): Promise<SessionReport> {
    const nameless = report.state === 'logged_in' && report.member === null;
    if (!nameless || agrees || tabId === null) return report;
    return deps.readSession(tabId).catch(() => report);
  }

  async function post(report: SessionReport): Promise<void> {
    await store.set('heartbeatAt', clock.now());
    const signal = AbortSignal.timeout(30 * SECOND);
    await deps.snapshots.takeAnswer(await deps.api.session(report, signal));
  }

  return {
    seen,
    /** Says that this browser is there, and brings the newest snapshot. */
    async heartbeat(): Promise<void> {
      if ((await store.get('pairing'))?.state !== 'paired') return;
      // Also when the clock was set back behind the last one.
      if (Math.abs(clock.now() - ((await store.get('heartbeatAt')) ?? 0)) < HEARTBEAT_MS) return;
      if (await deps.permission.mayRead()) return post({ state: 'unknown' });
      await store.set('heartbeatAt', clock.now());
      await deps.snapshots.takeAnswer(await deps.api.snapshot());
    },
    /** After the rep agreed: what was seen before may be told now. */
    async tellLast(): Promise<void> {
      const last = await store.get('session');
      if (last) await post(last.report);
    },
  };
}

export type Sessions = ReturnType<typeof createSessions>;
