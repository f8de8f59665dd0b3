import { callApi } from '#shared/contract/callApi.ts';
import { type PairingCode, pairRoutes } from '#shared/contract/devicePairing.ts';
import type { Problem } from '#shared/contract/route.ts';
import { type Clock, SECOND } from '#shared/kernel/clock.ts';
import type { UiAnswer } from '#shared/protocol/messages.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { beginJournal, forgetSnapshot } from '../storage/snapshot.ts';
import type { Pairing, StateStore } from '../storage/state.ts';
import { clientFor } from './api.ts';
import { serverUrlOf } from './serverUrl.ts';

export interface PairingDeps {
  store: StateStore;
  database: RapportDatabase;
  fetch: typeof fetch;
  clock: Clock;
  version: string;
  /** What the dashboard calls this browser, e.g. "Browser on Linux". */
  deviceName: string;
}

type Waiting = Extract<Pairing, { state: 'pairing' }>;

/** What is kept of a pairing beside itself. */
const ofThePairing = [
  'pendingStops',
  'activity',
  'session',
  'workingTab',
  'trouble',
  'notBefore',
  'heartbeatAt',
  'notified',
  'repliesToldUntil',
  'catalogue',
  'layoutCheckedAt',
] as const;

const DONE: UiAnswer = { ok: true };

/**
 * Device authorization (RFC 8628). The code and the next poll are stored, so that a dead worker goes on where
 * it was; `slow_down` makes every later poll 5 seconds slower.
 */
export function createPairing(deps: PairingDeps) {
  const { store, clock } = deps;

  async function start(typed: string): Promise<UiAnswer> {
    const address = serverUrlOf(typed);
    if (!address.ok) return { ok: false, ...address.error };
    const answer = await callApi(clientFor(deps, address.value), pairRoutes.code, {
      body: { client_id: 'rapport-extension' },
    });
    if (!answer.ok) return failed(answer.error);
    await store.set('pairing', waitingFor(answer.value, address.value, clock.now()));
    return DONE;
  }

  /** Asks once if it is time. True: the device is paired now. */
  async function poll(): Promise<boolean> {
    const waiting = await store.get('pairing');
    if (waiting?.state !== 'pairing' || pollIn(waiting) > 0) return false;
    if (clock.now() >= waiting.expiresAt) {
      await giveUp(waiting, 'expired');
      return false;
    }
    const answer = await callApi(clientFor(deps, waiting.serverUrl), pairRoutes.token, {
      body: {
        deviceCode: waiting.deviceCode,
        userCode: waiting.userCode,
        name: deps.deviceName,
        extensionVersion: deps.version,
      },
    });
    if (!(await isCurrent(waiting))) return false;
    // A server that cannot be reached for a moment does not end the pairing.
    if (!answer.ok) return later(waiting, waiting.intervalMs);
    switch (answer.value.state) {
      case 'pending':
        return later(waiting, waiting.intervalMs);
      case 'slow_down':
        return later(waiting, waiting.intervalMs + 5 * SECOND);
      case 'denied':
      case 'expired':
        await giveUp(waiting, answer.value.state);
        return false;
      case 'paired': {
        const { token, deviceId, senderId, senderName } = answer.value;
        await forgetSnapshot(deps.database);
        await beginJournal(deps.database, { deviceId, serverUrl: waiting.serverUrl }, clock.now());
        await store.set('pairing', {
          state: 'paired',
          serverUrl: waiting.serverUrl,
          token,
          deviceId,
          senderId,
          senderName,
          pairedAt: clock.now(),
        });
        return true;
      }
    }
  }

  /** Ms until the next poll; none when the clock was set back: then it seems further off than any interval. */
  function pollIn({ nextPollAt, intervalMs }: Waiting): number {
    const wait = nextPollAt - clock.now();
    return wait > intervalMs + 5 * SECOND ? 0 : Math.max(0, wait);
  }

  async function later(waiting: Waiting, intervalMs: number): Promise<false> {
    await store.set('pairing', { ...waiting, intervalMs, nextPollAt: clock.now() + intervalMs });
    return false;
  }

  /** The rep may have canceled, or begun anew, while we asked. */
  async function isCurrent(waiting: Waiting): Promise<boolean> {
    const now = await store.get('pairing');
    return now?.state === 'pairing' && now.deviceCode === waiting.deviceCode;
  }

  async function giveUp(waiting: Waiting, notice: 'denied' | 'expired'): Promise<void> {
    await store.set('pairing', { state: 'unpaired', serverUrl: waiting.serverUrl, notice });
  }

  /** Ends a pairing, begun or complete, on this side. The journal stays. */
  async function forget(notice: 'revoked' | 'untold' | null): Promise<void> {
    const before = await store.get('pairing');
    const serverUrl = before?.serverUrl ?? null;
    await store.set('pairing', { state: 'unpaired', serverUrl, notice });
    await forgetSnapshot(deps.database);
    await store.remove(...ofThePairing);
  }

  return { start, poll, pollIn, forget };
}

export type PairingFlow = ReturnType<typeof createPairing>;

/** What is kept until the rep has approved the code. */
function waitingFor(code: PairingCode, serverUrl: string, now: number): Waiting {
  const intervalMs = Math.max(1, code.interval) * SECOND;
  return {
    state: 'pairing',
    serverUrl,
    deviceCode: code.device_code,
    userCode: code.user_code,
    approveUrl: approveUrl(code.verification_uri_complete, serverUrl),
    intervalMs,
    expiresAt: now + code.expires_in * SECOND,
    nextPollAt: now + intervalMs,
  };
}

function failed(problem: Problem): UiAnswer {
  return { ok: false, title: problem.title, detail: problem.detail, action: problem.action };
}

/** The page that the server offers, of the server the rep named: no other may be opened for approval. */
function approveUrl(offered: string, serverUrl: string): string {
  if (!URL.canParse(offered, serverUrl)) return serverUrl;
  const { pathname, search } = new URL(offered, serverUrl);
  const page = new URL(serverUrl);
  page.pathname = pathname;
  page.search = search;
  return page.href;
}
