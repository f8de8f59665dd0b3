import { and, desc, eq } from 'drizzle-orm';
import type { ListImportView } from '#shared/contract/listImport.ts';
import { reasonSentence } from '#shared/statuses/dictionary.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { DeviceCall } from '../context.ts';
import { notFound } from '../refusal.ts';

const { contactImport, list, listImport } = schema;

const SHOWN = 20;

export type ImportRow = typeof listImport.$inferSelect;

function joined(q: Queryable) {
  return q
    .select({ row: listImport, counts: contactImport, listName: list.name })
    .from(listImport)
    .innerJoin(contactImport, eq(contactImport.id, listImport.id))
    .innerJoin(list, eq(list.id, contactImport.listId));
}
type Joined = Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number];

/** The imports of the own sender profile, newest first. */
export async function listImports(call: DeviceCall) {
  const rows = await joined(call.db.reader)
    .where(and(eq(listImport.workspaceId, call.workspaceId), eq(listImport.senderId, call.actor.senderId)))
    .orderBy(desc(listImport.id))
    .limit(SHOWN);
  return { items: rows.map((row) => view(row, call.clocks.schedule.now())) };
}

/** One import of the own sender profile. */
export async function ownImport(q: Queryable, call: DeviceCall, importId: string): Promise<Joined> {
  const [found] = await joined(q).where(
    and(
      eq(listImport.id, importId),
      eq(listImport.workspaceId, call.workspaceId),
      eq(listImport.senderId, call.actor.senderId),
    ),
  );
  if (!found) throw notFound('import');
  return found;
}

export async function viewImport(call: DeviceCall, importId: string): Promise<ListImportView> {
  return view(await ownImport(call.db.reader, call, importId), call.clocks.schedule.now());
}

function view({ row, counts, listName }: Joined, now: number): ListImportView {
  const waits = row.state === 'running' && row.reason !== null && (row.nextAt ?? 0) > now;
  const total = row.total === null ? null : Math.min(row.total, row.atMost);
  return {
    id: row.id,
    kind: row.kind,
    url: row.url,
    listId: counts.listId ?? '',
    listName,
    state: waits ? 'waiting' : row.state,
    reason: row.reason,
    sentence: sentenceOf(row, waits),
    until: waits ? row.nextAt : null,
    nextAt: row.state === 'running' ? row.nextAt : null,
    total,
    seen: counts.rowCount,
    pagesLoaded: row.pagesLoaded,
    added: counts.added,
    updated: counts.updated,
    duplicates: counts.duplicates,
    rejected: counts.rejected,
    stoplisted: row.stoplisted,
    startedAt: counts.createdAt ?? 0,
  };
}

function sentenceOf(row: ImportRow, waits: boolean): string {
  if (row.state === 'done') return 'Finished.';
  if (row.reason === 'search_limit_reached') {
    return 'LinkedIn shows no more search results this month. The import goes on when LinkedIn resets its limit.';
  }
  if (row.reason === 'manual') return 'Stopped. What was imported stays.';
  if (row.reason !== null) return `${reasonSentence(row.reason)}${waits ? ' It is tried again.' : ''}`;
  return 'Goes on a page at a time, at the pace of your sender profile.';
}
