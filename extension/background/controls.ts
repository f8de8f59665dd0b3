import { CONSENT_VERSION, type DeviceSnapshot } from '#shared/contract/device.ts';
import type { Problem } from '#shared/contract/route.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { UiAnswer } from '#shared/protocol/messages.ts';
import type { StateStore, StateValue } from '../storage/state.ts';
import { answered } from './answers.ts';
import type { DeviceApi } from './api.ts';
import type { PairingFlow } from './pairing.ts';
import type { Sessions } from './sessions.ts';
import type { Snapshots } from './snapshots.ts';
import type { Work } from './work.ts';

export interface ControlDeps {
  store: StateStore;
  api: DeviceApi;
  pairing: PairingFlow;
  snapshots: Snapshots;
  sessions: Sessions;
  work: Work;
  closeTab(): Promise<void>;
  /** Polls until the code was approved or ended. */
  startPolling(): void;
}

type Stop = StateValue<'pendingStops'>[number];

const DONE: UiAnswer = { ok: true };

/** What popup, side panel and options can order. Stopping works at once and offline; the server is told after. */
export function createControls(deps: ControlDeps) {
  const { store, api, work, snapshots } = deps;

  const stopCalls: Record<Stop, () => Promise<Result<DeviceSnapshot, Problem>>> = {
    pause: () => api.pause(),
    stop: () => api.stopEverything(),
    withdraw: () => api.consent(CONSENT_VERSION, false),
  };

  const untold = async () => (await store.get('pendingStops')) ?? [];
  let changing: Promise<void> = Promise.resolve();

  /** One after the other: between the reading and the writing another stop may be ordered. */
  function changeUntold(to: (stops: Stop[]) => Stop[]): Promise<void> {
    const change = async () => store.set('pendingStops', to(await untold()));
    changing = changing.then(change, change);
    return changing;
  }

  async function tellStop(): Promise<UiAnswer> {
    for (let next = (await untold())[0]; next; next = (await untold())[0]) {
      const told = next;
      const answer = await snapshots.takeAnswer(await stopCalls[told]());
      if (!answer.ok) return answered(answer);
      await changeUntold((stops) => stops.filter((stop) => stop !== told));
    }
    return DONE;
  }

  async function stopNow(kind: Stop): Promise<UiAnswer> {
    await changeUntold((stops) => [...stops.filter((stop) => stop !== kind), kind]);
    work.halt();
    if (kind !== 'pause') await deps.closeTab();
    const told = await tellStop();
    if (told.ok) return DONE;
    return {
      ok: false,
      title: 'Stopped in this browser only',
      detail: `The server does not know it yet: ${told.detail}`,
      action: 'Nothing is done from here meanwhile. The server is told as soon as it answers.',
    };
  }

  async function goOn(call: () => Promise<Result<DeviceSnapshot, Problem>>): Promise<UiAnswer> {
    const told = await tellStop();
    if (!told.ok) return told;
    const answer = await snapshots.takeAnswer(await call());
    if (answer.ok) await work.wake();
    return answered(answer);
  }

  return {
    tellStop,
    refresh: async () => answered(await snapshots.takeAnswer(await api.snapshot())),
    async pair(serverUrl: string): Promise<UiAnswer> {
      const answer = await deps.pairing.start(serverUrl);
      if (answer.ok) deps.startPolling();
      return answer;
    },
    async cancelPairing(): Promise<UiAnswer> {
      await deps.pairing.forget(null);
      return DONE;
    },
    /** Forgets the server even when it cannot be told: the rep decides. */
    async unpair(): Promise<UiAnswer> {
      work.halt();
      await deps.closeTab();
      const told = await api.unpair();
      // A server that knows this browser no more has nothing to be told.
      const isKnown = !told.ok && (await store.get('pairing'))?.state === 'paired';
      await deps.pairing.forget(isKnown ? 'untold' : null);
      return DONE;
    },
    async consent(agreed: boolean): Promise<UiAnswer> {
      if (!agreed) return stopNow('withdraw');
      const answer = await goOn(() => api.consent(CONSENT_VERSION, true));
      if (answer.ok) await deps.sessions.tellLast();
      return answer;
    },
    pause: () => stopNow('pause'),
    stopEverything: () => stopNow('stop'),
    resume: () => goOn(() => api.resume()),
    reconnect: () => goOn(() => api.reconnect()),
    mode: async (approveEach: boolean) => answered(await snapshots.takeAnswer(await api.mode(approveEach))),
  };
}

export type Controls = ReturnType<typeof createControls>;
