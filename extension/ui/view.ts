import { liveQuery } from 'dexie';
import { useEffect, useState } from 'react';
import { browser } from 'wxt/browser';
import { CONSENT_VERSION, type DeviceSnapshot } from '#shared/contract/device.ts';
import { systemClock } from '#shared/kernel/clock.ts';
import { openDatabase } from '../storage/database.ts';
import { loadSnapshot } from '../storage/snapshot.ts';
import {
  type Activity,
  createStateStore,
  type Pairing,
  type StateValue,
  type Trouble,
  unpaired,
} from '../storage/state.ts';
import { OFFLINE_MS } from './sentences.ts';

/** The small facts, as this page reads and writes them. */
export const store = createStateStore(browser.storage);
/** This page's own connection to the extension's database. */
export const database = openDatabase();

/** Everything the pages show, from this browser's own storage: there at once, and offline. */
export interface View {
  pairing: Pairing;
  snapshot: DeviceSnapshot | null;
  /** When the snapshot came, by this browser's clock. */
  storedAt: number | null;
  activity: Activity | null;
  trouble: Trouble | null;
  pendingStops: StateValue<'pendingStops'>;
  agreed: boolean;
  online: boolean;
  now: number;
}

/** Everything the pages show, from what is stored in the browser. */
export async function loadView(): Promise<View> {
  const [pairing, kept, activity, trouble, pendingStops] = await Promise.all([
    store.get('pairing'),
    loadSnapshot(database),
    store.get('activity'),
    store.get('trouble'),
    store.get('pendingStops'),
  ]);
  const now = systemClock.now();
  const snapshot = pairing?.state === 'paired' ? (kept?.snapshot ?? null) : null;
  const storedAt = snapshot ? (kept?.storedAt ?? null) : null;
  return {
    pairing: pairing ?? unpaired,
    snapshot,
    storedAt,
    activity,
    trouble,
    pendingStops: pendingStops ?? [],
    agreed: snapshot?.consentVersion === CONSENT_VERSION && !pendingStops?.includes('withdraw'),
    online: trouble === null && storedAt !== null && now - storedAt < OFFLINE_MS,
    now,
  };
}

/** The view, kept up to date by whatever the background writes. */
export function useView(first: View): View {
  const [view, setView] = useState(first);
  useEffect(() => {
    const update = () => void loadView().then(setView);
    const unwatch = store.watch(['pairing', 'activity', 'trouble', 'pendingStops'], update);
    const snapshots = liveQuery(() => database.snapshot.get('device')).subscribe({ next: update });
    return () => {
      unwatch();
      snapshots.unsubscribe();
    };
  }, []);
  return view;
}
