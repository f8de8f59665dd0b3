import type { InStatement, ResultSet } from '@libsql/client';
import { must } from '#shared/kernel/assert.ts';
import type { Queryable } from '../types.ts';
import type { Rows } from './rows.ts';
import type { RunList } from './table.ts';

const sources = new WeakMap<object, () => Rows>();

/** The rows an open transaction keeps; of a reader nothing is kept, it reads anew each time. */
export function rowsOf(q: Queryable): Rows {
  return must(sources.get(q), 'rows of an open transaction or a reader')();
}

/** Says where the rows of an open transaction, or of a reader, come from. */
export function provideRows(q: Queryable, source: () => Rows): void {
  sources.set(q, source);
}

/** Runs statements over lists with `execute`; `onStatement` sees their texts. */
export function listRunner(
  execute: (statement: InStatement) => Promise<ResultSet>,
  onStatement: ((text: string) => void) | undefined,
): RunList {
  return async (text, list) => {
    onStatement?.(text);
    const { rows } = await execute({ sql: text, args: [JSON.stringify(list)] });
    const selected = rows[0]?.[0];
    return typeof selected === 'string' ? JSON.parse(selected) : [];
  };
}
