import { eq } from 'drizzle-orm';
import { SECOND } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import type { MailboxAccess } from '../../email/access.ts';
import { type ReadFiles, readFilesFrom, rememberFiles } from '../attachment/files.ts';
import type { Services } from '../context.ts';
import { openSettings } from './settings.ts';

/** What every message of a mailbox or a workspace has in common, read once for several of them. */
export interface MailFacts {
  /** Null: not set up, or its passwords cannot be opened any more. */
  settingsOf(channelId: string): Promise<MailboxAccess | null>;
  postalAddressOf(workspaceId: string): Promise<string>;
  readFiles: ReadFiles;
}

/** Another process may have changed it; within this one a write is noticed at once. */
const KEPT_MS = 5 * SECOND;
const KEPT_AT_MOST = 1_000;
/** Files never change, so they are kept as long as there is room. */
const FILE_BYTES_KEPT = 64 * 1024 * 1024;

/** What every email needs to know, kept for moments: files, mailbox settings, postal address. */
export function createFacts(services: Services): MailFacts {
  return {
    readFiles: rememberFiles(readFilesFrom(services.db.reader), FILE_BYTES_KEPT),
    settingsOf: kept(services, (channelId) => openSettings(services, channelId)),
    postalAddressOf: kept(services, async (workspaceId) => {
      const { workspace } = schema;
      const [row] = await services.db.reader
        .select({ postalAddress: workspace.postalAddress })
        .from(workspace)
        .where(eq(workspace.id, workspaceId));
      return row?.postalAddress ?? '';
    }),
  };
}

function kept<T>(
  { clocks, changes }: Services,
  read: (key: string) => Promise<T>,
): (key: string) => Promise<T> {
  const known = new Map<string, { value: Promise<T>; until: number; seen: number }>();
  return (key) => {
    const now = clocks.lease.now();
    const kept = known.get(key);
    if (kept && kept.until > now && kept.seen === changes.count()) return kept.value;
    if (known.size >= KEPT_AT_MOST) known.clear();
    const value = read(key);
    known.set(key, { value, until: now + KEPT_MS, seen: changes.count() });
    // What could not be read is asked for again, not remembered.
    value.then(
      (found) => found === null && known.delete(key),
      () => known.delete(key),
    );
    return value;
  };
}
