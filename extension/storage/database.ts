import Dexie, { type EntityTable, type Table } from 'dexie';
import type { DeviceSnapshot } from '#shared/contract/device.ts';
import type { PersonCard, PersonTargets } from '#shared/contract/devicePerson.ts';
import type { ListImportView } from '#shared/contract/listImport.ts';
import type { ApprovalItem } from '#shared/contract/task.ts';
import type { JournalEntry } from '#shared/protocol/journal.ts';

/** A journal line as stored: `open` is 1 until it ended and the server acknowledged or refused it. */
export type StoredEntry = JournalEntry & { open: 0 | 1 };

export interface StoredSnapshot {
  key: 'device';
  snapshot: DeviceSnapshot;
  /** Unix ms by this browser's clock. */
  storedAt: number;
}

/** The last answer about a person, shown at once and offline. */
export interface StoredCard {
  /** `personKey` of storage/people.ts. */
  key: string;
  card: PersonCard;
  storedAt: number;
}

/** Lists of the server that the side panel offers, the last answer of each. */
export type StoredLists =
  | { key: 'targets'; value: PersonTargets; storedAt: number }
  | { key: 'approvals'; value: ApprovalItem[]; storedAt: number }
  | { key: 'imports'; value: ListImportView[]; storedAt: number };

/** Says that this journal was begun with this pairing: without it the journal was lost. */
export interface JournalBirth {
  key: 'birth';
  deviceId: string;
  serverUrl: string;
  /** When this journal began for a device that had been paired before; null: it began with the pairing. */
  lostAt: number | null;
  /** Nothing is missing from here on; pairing it again keeps that. An older extension did not write it down. */
  since?: number;
}

export interface RapportDatabase extends Dexie {
  journal: Table<StoredEntry, [string, number]>;
  snapshot: EntityTable<StoredSnapshot, 'key'>;
  birth: EntityTable<JournalBirth, 'key'>;
  people: EntityTable<StoredCard, 'key'>;
  lists: Table<StoredLists, StoredLists['key']>;
}

/**
 * Opens the extension's database. Each version stays here for good, with example data in
 * tests/unit/extension/storage: a browser may be updated from any of them.
 */
export function openDatabase(name = 'rapport'): RapportDatabase {
  // Strict: an armed line must be on the disk before the click, not in a buffer.
  const database = new Dexie(name, { chromeTransactionDurability: 'strict' }) as RapportDatabase;
  database.version(1).stores({
    journal: '[taskId+fence], taskId, open, updatedAt',
    snapshot: 'key',
    birth: 'key',
  });
  database.version(2).stores({ people: 'key, storedAt', lists: 'key' });
  return database;
}
