export { backUp } from './backup.ts';
export { openDatabase } from './database.ts';
export { DatabaseRefused } from './refusal.ts';
export * as schema from './schema/index.ts';
export type { Database, OpenOptions, Queryable, Reader, Tx } from './types.ts';
