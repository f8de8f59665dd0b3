export { backUp } from './backup.ts';
export { openDatabase } from './database.ts';
export { DatabaseRefused } from './refusal.ts';
export { rowsOf } from './rows/of.ts';
export type { Rows } from './rows/rows.ts';
export { type Lookup, rowShape } from './rows/shape.ts';
export * as schema from './schema/index.ts';
export type { Database, OpenOptions, Queryable, Reader, Tx } from './types.ts';
