import { CONSENT_VERSION } from '#shared/contract/device.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { loadSnapshot } from '../storage/snapshot.ts';
import type { StateStore } from '../storage/state.ts';

/** What the rep and the server allow just now, from what is stored: true offline as well. */
export function createPermission(store: StateStore, database: RapportDatabase) {
  async function state() {
    const [pairing, kept, pending] = await Promise.all([
      store.get('pairing'),
      loadSnapshot(database),
      store.get('pendingStops'),
    ]);
    const snapshot = pairing?.state === 'paired' ? (kept?.snapshot ?? null) : null;
    const stops = pending ?? [];
    const agreed = snapshot?.consentVersion === CONSENT_VERSION && !stops.includes('withdraw');
    return { snapshot, agreed, isStopped: stops.length > 0 };
  }

  return {
    /** Acting: agreed, and neither paused nor stopped. */
    async mayAct(): Promise<boolean> {
      const { snapshot, agreed, isStopped } = await state();
      return agreed && !isStopped && snapshot !== null && !snapshot.paused && !snapshot.stopped;
    },
    /** Working at all. Pauses and holds are the server's to know: it goes on watching meanwhile. */
    async mayWork(): Promise<boolean> {
      const { agreed, isStopped } = await state();
      return agreed && !isStopped;
    },
    /** Reading LinkedIn: agreed; goes on while paused, so that replies are not missed. */
    async mayRead(): Promise<boolean> {
      return (await state()).agreed;
    },
    /** Opening a person's page to look what became of a step: agreed, and the account is Active as far as the server said. */
    async mayLook(): Promise<boolean> {
      const { snapshot, agreed } = await state();
      return agreed && snapshot?.linkedin.status === 'active';
    },
  };
}

export type Permission = ReturnType<typeof createPermission>;
