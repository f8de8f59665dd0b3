import { desc, lt } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { hashOf } from '../../engine/index.ts';
import type { StopLine } from '../../vault/erasureLog.ts';
import type { Services } from '../context.ts';

const { suppression } = schema;

const AT_ONCE = 200;
/** Sorts behind every id. */
const AFTER_ALL = '~';
const keyOf = ({ workspaceId, hash }: Pick<StopLine, 'workspaceId' | 'hash'>) => `${workspaceId} ${hash}`;

/**
 * Whether the last line of each identifier says that it is on the stoplist, by the log; read once. It grows with the
 * stoplist: 130 bytes an entry as measured, 13 MB for a hundred thousand.
 */
const written = new WeakMap<Services['stopLog'], Map<string, boolean>>();

async function linesOf({ stopLog }: Services): Promise<Map<string, boolean>> {
  const known = written.get(stopLog) ?? new Map((await stopLog.read()).map((line) => [keyOf(line), line.on]));
  written.set(stopLog, known);
  return known;
}

/**
 * Writes entries of the stoplist that the log beside the database lacks: the newest, until some are known; `all`: every
 * one, for what other processes added and what a crash left out.
 */
export async function keepStops(services: Services, { all = false } = {}): Promise<void> {
  const known = await linesOf(services);
  for (let before = AFTER_ALL; ; ) {
    const rows = await services.db.reader
      .select()
      .from(suppression)
      .where(lt(suppression.id, before))
      .orderBy(desc(suppression.id))
      .limit(AT_ONCE);
    const at = services.clocks.lease.now();
    const missing = rows.flatMap((row) => {
      const hash = hashOf(services.keyedHash, row);
      const { workspaceId, reason } = row;
      const isKnown = known.get(keyOf({ workspaceId, hash })) === true;
      return isKnown ? [] : [{ workspaceId, hash, on: true, optOut: reason === 'unsubscribed', at }];
    });
    await services.stopLog.append(missing);
    for (const line of missing) known.set(keyOf(line), true);
    const last = rows.at(-1);
    if (!last || rows.length < AT_ONCE || (missing.length === 0 && !all)) return;
    before = last.id;
  }
}

/** After a change that is stored already: what cannot be written now is tried again every minute. */
export async function tryKeepStops(services: Services): Promise<void> {
  await keepStops(services).catch(sayOf(services));
}

/** A person took it off the stoplist: it does not come back with a restore. */
export async function noteTakenOff(services: Services, workspaceId: string, hash: string): Promise<void> {
  const line = { workspaceId, hash, on: false, optOut: false, at: services.clocks.lease.now() };
  const write = async () => {
    const known = await linesOf(services);
    await services.stopLog.append([line]);
    known.set(keyOf(line), false);
  };
  // Without this line a restore stoplists them once more, which is the side to err on.
  await write().catch(sayOf(services));
}

function sayOf({ log }: Services) {
  return (error: unknown) => log.error({ err: error }, 'the log of the stoplist could not be written');
}
