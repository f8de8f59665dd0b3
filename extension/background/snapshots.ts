import { CONSENT_VERSION, type DeviceSnapshot } from '#shared/contract/device.ts';
import type { Problem } from '#shared/contract/route.ts';
import type { Clock } from '#shared/kernel/clock.ts';
import type { Result } from '#shared/kernel/result.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { saveSnapshot } from '../storage/snapshot.ts';
import type { StateStore } from '../storage/state.ts';

export interface SnapshotDeps {
  store: StateStore;
  database: RapportDatabase;
  clock: Clock;
  /** Ends acting at once when a snapshot forbids it. */
  halt(): void;
  showBadge(text: '' | '!'): Promise<void>;
  notify(title: string, message: string): Promise<void>;
}

/** Takes in each new snapshot: stores it, obeys it, and tells the rep what needs them. */
export function createSnapshots(deps: SnapshotDeps) {
  const { store } = deps;

  async function take(snapshot: DeviceSnapshot): Promise<void> {
    const pairing = await store.get('pairing');
    if (pairing?.state !== 'paired' || pairing.deviceId !== snapshot.deviceId) return;
    await saveSnapshot(deps.database, snapshot, deps.clock.now());
    const agreed = snapshot.consentVersion === CONSENT_VERSION;
    if (!agreed || snapshot.paused || snapshot.stopped) deps.halt();
    await alert(snapshot, agreed);
  }

  async function alert(snapshot: DeviceSnapshot, agreed: boolean): Promise<void> {
    await deps.showBadge(snapshot.mustAct.length > 0 || !agreed ? '!' : '');
    const known = new Set((await store.get('notified')) ?? []);
    for (const { title, detail } of snapshot.mustAct) {
      if (!known.has(title)) await deps.notify(title, detail);
    }
    await store.set(
      'notified',
      snapshot.mustAct.map((one) => one.title),
    );
  }

  return {
    take,
    /** The same for an answer that may be a problem. */
    async takeAnswer(answer: Result<DeviceSnapshot, Problem>): Promise<Result<DeviceSnapshot, Problem>> {
      if (answer.ok) {
        await take(answer.value);
        await store.remove('trouble');
      }
      return answer;
    },
  };
}

export type Snapshots = ReturnType<typeof createSnapshots>;
