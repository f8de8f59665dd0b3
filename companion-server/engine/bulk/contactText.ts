import { type SQL, sql } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import { somewhere } from '../wayIn/audience.ts';

const { contact, contactText } = schema;

/** So many that match are fetched and sorted; of more the index of names is walked instead. */
export const FEW = 2_000;
/** Shorter ones have no trigram. */
const TRIGRAM = 3;
const WORDS_AT_MOST = 6;

/** The words to find, each somewhere in name, email, company, title or LinkedIn address. */
export function wordsOf(search: string | undefined): string[] {
  return (search ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, WORDS_AT_MOST);
}

/** Whether a word is long enough for the trigram index. */
export function isIndexed(word: string): boolean {
  return [...word].length >= TRIGRAM;
}

/** A word stands in the text of the contact with this id; of the one in the row where none is given. */
export function hasWord(word: string, contactId: SQL = sql`${contact.id}`): SQL {
  return sql`EXISTS (SELECT 1 FROM ${contactText}
    WHERE ${contactText.owner} = ${contactId} AND ${contactText.text} GLOB ${somewhere(word)})`;
}

/** Who has all the words that have trigrams; `ids` is null where that cannot be told soon, and `atLeast` so many have. */
export interface Found {
  ids: string[] | null;
  atLeast: number;
}

/** Asks the full-text index for the first 2,000, whatever comes after. It is one for all workspaces. */
export async function findByText(
  q: Queryable,
  workspaceId: string,
  words: readonly string[],
): Promise<Found> {
  const indexed = words.filter(isIndexed);
  if (indexed.length === 0) return { ids: null, atLeast: 0 };
  const phrases = indexed.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ');
  const hits = await q.all<{ id: string; workspaceId: string }>(
    sql`SELECT ${contactText.owner} AS id, ${contactText.workspaceId} AS workspaceId
      FROM contact_search CROSS JOIN ${contactText} ON ${contactText.id} = contact_search.rowid
      WHERE contact_search MATCH ${phrases} LIMIT ${FEW + 1}`,
  );
  const mine = hits.filter((hit) => hit.workspaceId === workspaceId).map(({ id }) => id);
  if (hits.length <= FEW) return { ids: mine, atLeast: mine.length };
  return { ids: null, atLeast: Math.min(mine.length, FEW) };
}
