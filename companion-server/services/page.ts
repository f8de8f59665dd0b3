import { z } from 'zod';
import { invalid } from './refusal.ts';

/** Keyset cursors: the sort key of the last row, opaque to callers. */
function encodeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** What a page's cursor names; null: the first page. Refuses with `bad_cursor`. */
export function decodeCursor<T extends z.ZodType>(cursor: string | undefined, shape: T): z.output<T> | null {
  if (cursor === undefined) return null;
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalid('cursor', 'bad_cursor', 'This cursor is not valid.', 'Start again at the first page.');
  }
}

export const textKey = z.tuple([z.string(), z.string()]);
export const idKey = z.tuple([z.string()]);
export const timeKey = z.tuple([z.number(), z.string()]);

/** One page out of `limit + 1` rows. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => readonly (string | number)[],
  view: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(view),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}
