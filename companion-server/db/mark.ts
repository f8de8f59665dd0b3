import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { fileOf } from './location.ts';
import { databaseMark } from './schema/index.ts';
import type { Database, Tx } from './types.ts';

/** What the file beside the database knows of it. */
const mark = z.object({
  lineage: z.string(),
  epoch: z.number().int(),
  /** A restore put another database in place: it must start held, whatever it says of itself. */
  restored: z.boolean().default(false),
});
type Mark = z.infer<typeof mark>;

/** Beside the file; for a database on a server in the data folder. */
export function markFileOf(url: string, dataDir: string): string {
  const file = fileOf(url);
  return file === null ? join(dataDir, 'database.mark') : `${file}.mark`;
}

export interface MarkOptions {
  db: Database;
  markFile: string;
  newId: () => string;
  /** What must happen, in the same transaction, before anything moves in a restored database. */
  onRestored: (tx: Tx) => Promise<void>;
}

/**
 * Tells a database that goes on from an older copy of it. The row in the database and the file beside it are raised
 * together, the file last: a row that is behind the file, of another database or made for a backup was restored.
 * True: it was.
 */
export async function recogniseRestore({ db, markFile, newId, onRestored }: MarkOptions): Promise<boolean> {
  const known = readMark(markFile);
  const { next, restored } = await db.write(async (tx) => {
    const [row] = await tx.select().from(databaseMark);
    const isRestored = isCopy(row ?? null, known, db.isSole);
    if (isRestored) await onRestored(tx);
    const raised = {
      lineage: row?.lineage ?? newId(),
      epoch: Math.max(row?.epoch ?? 0, known?.epoch ?? 0) + 1,
      isCopy: false,
    };
    await tx
      .insert(databaseMark)
      .values({ id: 'self', ...raised })
      .onConflictDoUpdate({ target: databaseMark.id, set: raised });
    return { next: raised, restored: isRestored };
  });
  writeMark(markFile, { lineage: next.lineage, epoch: next.epoch, restored: false });
  return restored;
}

/** Raised once in a while, so that also a copy of a running database is known to be older. */
export async function raiseMark(db: Database, markFile: string): Promise<void> {
  const [row] = await db.reader.select().from(databaseMark);
  if (!row) return;
  const epoch = row.epoch + 1;
  await db.write((tx) => tx.update(databaseMark).set({ epoch }).where(eq(databaseMark.id, 'self')));
  writeMark(markFile, { lineage: row.lineage, epoch, restored: false });
}

/** Whatever stands at this place from now on was restored. */
export function demandHold(markFile: string): void {
  const known = readMark(markFile) ?? { lineage: '', epoch: 0 };
  writeMark(markFile, { ...known, restored: true });
}

function isCopy(row: typeof databaseMark.$inferSelect | null, known: Mark | null, isFile: boolean): boolean {
  if (known?.restored || row?.isCopy) return true;
  // Without its file it was put here alone. On a server, this data folder may be a new one.
  if (!known) return isFile && row !== null;
  return row === null || row.lineage !== known.lineage || row.epoch < known.epoch;
}

function readMark(path: string): Mark | null {
  if (!existsSync(path)) return null;
  const parsed = mark.safeParse(jsonOf(readFileSync(path, 'utf8')));
  // Damaged: nothing is known, and holding does no harm.
  return parsed.success ? parsed.data : { lineage: '', epoch: 0, restored: true };
}

/** Undefined: a file cut off or empty. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function writeMark(path: string, value: Mark): void {
  writeFileSync(`${path}.new`, JSON.stringify(value), { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}
