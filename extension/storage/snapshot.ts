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

export async function saveSnapshot(
  database: RapportDatabase,
  snapshot: DeviceSnapshot,
  now: number,
): Promise<void> {
  await database.snapshot.put({ key: 'device', snapshot, storedAt: now });
}

/** Begins the journal's life with a pairing. */
export async function beginJournal(database: RapportDatabase, deviceId: string): Promise<void> {
  await database.birth.put({ key: 'birth', deviceId, lostAt: null });
}

/**
 * When this device's journal was lost (browser data cleared, profile restored), or null. The first boot that
 * misses it writes that down, so that the day's ceiling counts as used from then on.
 */
export async function journalLostAt(
  database: RapportDatabase,
  deviceId: string,
  now: number,
): Promise<number | null> {
  const birth = await database.birth.get('birth');
  if (birth?.deviceId === deviceId) return birth.lostAt;
  await database.birth.put({ key: 'birth', deviceId, lostAt: now });
  return now;
}

/** Forgets what belongs to a pairing. The journal stays: it still guards against acting twice. */
export async function forgetSnapshot(database: RapportDatabase): Promise<void> {
  await database.snapshot.clear();
}
