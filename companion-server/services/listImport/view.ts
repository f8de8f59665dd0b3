import { and, desc, eq } from 'drizzle-orm';
import type { ListImportView } from '#shared/contract/listImport.ts';
import { reasonSentence } from '#shared/statuses/dictionary.ts';
import { linkedinErrorCode } from '#shared/statuses/linkedin.ts';
import { failurePolicy } from '#shared/statuses/policy.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { channelOf, importsHeldUntil } from '../../engine/index.ts';
import type { DeviceCall } from '../context.ts';
import { notFound } from '../refusal.ts';

const { contactImport, list, listImport } = schema;

const SHOWN = 20;
const AGAIN = 'It is tried again.';
/** What the trouble of an import is, where LinkedIn's own codes have no word for it, and what to do once it stays. */
const listReasons: Record<string, { sentence: string; action: string } | undefined> = {
  list_refused: {
    sentence: 'LinkedIn refuses to show this list to your account.',
    action:
      'Open it on LinkedIn: if you cannot see it there, you left the group, the event is over or Sales Navigator has no seat for you, and it cannot be imported. If you can, press Resume.',
  },
};

export type ImportRow = typeof listImport.$inferSelect;

function joined(q: Queryable) {
  return q
    .select({ row: listImport, counts: contactImport, listName: list.name })
    .from(listImport)
    .innerJoin(contactImport, eq(contactImport.id, listImport.id))
    .leftJoin(list, eq(list.id, contactImport.listId));
}
type Joined = Awaited<ReturnType<ReturnType<typeof joined>['execute']>>[number];

/** The imports of the own sender profile, newest first. */
export async function listImports(call: DeviceCall) {
  const rows = await joined(call.db.reader)
    .where(and(eq(listImport.workspaceId, call.workspaceId), eq(listImport.senderId, call.actor.senderId)))
    .orderBy(desc(listImport.id))
    .limit(SHOWN);
  const standing = await standingOf(call);
  return { items: rows.map((row) => view(row, standing)) };
}

/** What holds every import of a sender profile. */
interface Standing {
  now: number;
  /** The account is not Active, or something stops everything of it. */
  isHeld: boolean;
  /** LinkedIn refuses imports until then. */
  refusedUntil: number;
}

async function standingOf(call: DeviceCall): Promise<Standing> {
  const { db, actor, clocks } = call;
  const now = clocks.schedule.now();
  const account = await channelOf(db.reader, actor.senderId, 'linkedin');
  if (!account) return { now, isHeld: true, refusedUntil: 0 };
  return {
    now,
    isHeld: account.status !== 'active' || account.holdCount > 0,
    refusedUntil: (await importsHeldUntil(db.reader, account)) ?? 0,
  };
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

/** How far an import of a list is. Refuses with `not_found`. */
export async function viewImport(call: DeviceCall, importId: string): Promise<ListImportView> {
  return view(await ownImport(call.db.reader, call, importId), await standingOf(call));
}

function view({ row: stored, counts, listName }: Joined, standing: Standing): ListImportView {
  const row = asItStands(stored, standing);
  const isLimited = row.state === 'running' && row.reason !== null && row.nextAt > standing.now;
  const waitsForAccount = row.state === 'running' && stopsAccount(row.reason);
  const waits = isLimited || waitsForAccount;
  const total = row.total === null ? null : Math.min(row.total, row.atMost);
  return {
    id: row.id,
    kind: row.kind,
    url: row.url,
    listId: counts.listId ?? '',
    listName: listName ?? 'Deleted list',
    state: waits ? 'waiting' : row.state,
    reason: row.reason,
    sentence: sentenceOf(row, waits),
    until: isLimited ? row.nextAt : null,
    nextAt: row.state === 'running' && !waitsForAccount ? row.nextAt : null,
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

/** With what holds all imports of the account, or does not hold them any more. */
function asItStands(row: ImportRow, { now, isHeld, refusedUntil }: Standing): ImportRow {
  if (row.state !== 'running') return row;
  if (stopsAccount(row.reason)) return isHeld ? row : { ...row, reason: null };
  if (refusedUntil <= Math.max(now, row.nextAt)) return row;
  return { ...row, reason: 'too_many_requests', nextAt: refusedUntil };
}

/** Whether LinkedIn's answer to the import stopped the whole account. */
function stopsAccount(reason: string | null): boolean {
  const code = linkedinErrorCode.safeParse(reason);
  return code.success && failurePolicy[code.data].do === 'hold_account';
}

function sentenceOf(row: ImportRow, waits: boolean): string {
  if (row.state === 'done') return 'Finished.';
  if (row.reason === 'search_limit_reached') {
    return 'LinkedIn shows no more search results this month. The import goes on when LinkedIn resets its limit.';
  }
  if (row.reason === 'browser_ceiling') {
    return 'This browser has read as many pages of lists as one account may for now, or lost its record of them. The import goes on by itself.';
  }
  if (row.reason === 'manual') return 'Stopped. What was imported stays.';
  if (row.reason !== null) {
    const { sentence, action } = listReasons[row.reason] ?? {
      sentence: reasonSentence(row.reason),
      action: '',
    };
    const next = stopsAccount(row.reason) ? 'It goes on by itself once the account is Active again.' : AGAIN;
    return [sentence, waits ? next : action].filter((part) => part !== '').join(' ');
  }
  return 'Goes on a page at a time, at the pace of your sender profile.';
}
