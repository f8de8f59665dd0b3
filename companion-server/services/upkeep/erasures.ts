import { erasuresOf } from '../../engine/index.ts';
import type { Services } from '../context.ts';

const AT_ONCE = 1000;
const keyOf = ({ workspaceId, hash }: { workspaceId: string; hash: string }) => `${workspaceId} ${hash}`;

/** What the log beside the database holds, by the log; read once. 130 bytes for each identifier that was ever erased. */
const written = new WeakMap<Services['erasureLog'], Set<string>>();

/** Writes erasures of the database that the log beside it lacks: those of other processes, and of a crash. */
export async function keepErasures({ db, erasureLog }: Services): Promise<void> {
  const known = written.get(erasureLog) ?? new Set((await erasureLog.read()).map(keyOf));
  written.set(erasureLog, known);
  for (let after = { workspaceId: '', hash: '' }; ; ) {
    const rows = await erasuresOf(db.reader, after, AT_ONCE);
    const missing = rows.filter((row) => !known.has(keyOf(row)));
    await erasureLog.append(missing);
    for (const row of missing) known.add(keyOf(row));
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE) return;
    after = last;
  }
}
