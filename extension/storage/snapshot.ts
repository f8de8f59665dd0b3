import { type DeviceSnapshot, deviceSnapshot } from '#shared/contract/device.ts';
import type { RapportDatabase } from './database.ts';

export interface KeptSnapshot {
  snapshot: DeviceSnapshot;
  storedAt: number;
}

/** The last snapshot, for painting at once and offline; null when there is none this version can read. */
export async function loadSnapshot(database: RapportDatabase): Promise<KeptSnapshot | null> {
  const stored = await database.snapshot.get('device');
  const parsed = deviceSnapshot.safeParse(stored?.snapshot);
  return stored && parsed.success ? { snapshot: parsed.data, storedAt: stored.storedAt } : null;
}

/** Keeps the server's last snapshot. `now`: unix ms. */
export async function saveSnapshot(
  database: RapportDatabase,
  snapshot: DeviceSnapshot,
  now: number,
): Promise<void> {
  await database.snapshot.put({ key: 'device', snapshot, storedAt: now });
}

/**
 * Begins the journal's life with a pairing. What another server has not acknowledged is closed here: its
 * contacts are no business of the new one. The lines stay, as a guard against acting twice.
 */
export async function beginJournal(
  database: RapportDatabase,
  paired: { deviceId: string; serverUrl: string },
  now: number,
): Promise<void> {
  const { journal, birth } = database;
  await database.transaction('rw', journal, birth, async () => {
    const before = await birth.get('birth');
    if (before && before.serverUrl !== paired.serverUrl) {
      await journal.where('open').equals(1).modify({ open: 0, phase: 'ended', acked: true });
    }
    const since = before ? before.since : now;
    await birth.put({ key: 'birth', ...paired, lostAt: null, ...(since === undefined ? {} : { since }) });
  });
}

/**
 * When this device's journal was lost (browser data cleared, profile restored), or null. The first boot that
 * misses it writes that down, so that the day's ceiling counts as used from then on.
 */
export async function journalLostAt(
  database: RapportDatabase,
  { deviceId, serverUrl }: { deviceId: string; serverUrl: string },
  now: number,
): Promise<number | null> {
  const birth = await database.birth.get('birth');
  if (birth?.deviceId === deviceId) {
    if (birth.lostAt === null || birth.lostAt <= now) return birth.lostAt;
    // The clock was set back since: the day begins now, not at a moment that may be years ahead.
    await database.birth.put({ ...birth, lostAt: now, since: now });
    return now;
  }
  await database.birth.put({ key: 'birth', deviceId, serverUrl, lostAt: now, since: now });
  return now;
}

/** From when on nothing is missing in the journal; null: an older extension began it and did not say. */
export async function journalSince(database: RapportDatabase): Promise<number | null> {
  return (await database.birth.get('birth'))?.since ?? null;
}

/** Forgets what belongs to a pairing. The journal stays: it still guards against acting twice. */
export async function forgetSnapshot(database: RapportDatabase): Promise<void> {
  const { snapshot, people, lists } = database;
  await Promise.all([snapshot.clear(), people.clear(), lists.clear()]);
}
