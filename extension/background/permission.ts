import { CONSENT_VERSION } from '#shared/contract/device.ts';
import type { RapportDatabase } from '../storage/database.ts';
import { loadSnapshot } from '../storage/snapshot.ts';
import type { StateStore } from '../storage/state.ts';

/** What the rep and the server allow just now, from what is stored: true offline as well. */
export function createPermission(store: StateStore, database: RapportDatabase) {
  async function state() {
    const [pairing, kept, pendingStop] = await Promise.all([
      store.get('pairing'),
      loadSnapshot(database),
      store.get('pendingStop'),
    ]);
    const snapshot = pairing?.state === 'paired' ? (kept?.snapshot ?? null) : null;
    const agreed = snapshot?.consentVersion === CONSENT_VERSION && pendingStop !== 'withdraw';
    return { snapshot, agreed, pendingStop };
  }

  return {
    /** Acting: agreed, and neither paused nor stopped. */
    async mayAct(): Promise<boolean> {
      const { snapshot, agreed, pendingStop } = await state();
      return agreed && pendingStop === null && snapshot !== null && !snapshot.paused && !snapshot.stopped;
    },
    /** Working at all. Pauses and holds are the server's to know: it goes on watching meanwhile. */
    async mayWork(): Promise<boolean> {
      const { agreed, pendingStop } = await state();
      return agreed && pendingStop === null;
    },
    /** Reading LinkedIn: agreed; goes on while paused, so that replies are not missed. */
    async mayRead(): Promise<boolean> {
      return (await state()).agreed;
    },
  };
}

export type Permission = ReturnType<typeof createPermission>;
