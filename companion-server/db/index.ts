export {
  type Database,
  type OpenOptions,
  openDatabase,
  type Queryable,
  type Reader,
  type Tx,
} from './database.ts';
export { DatabaseRefused } from './refusal.ts';
export * as schema from './schema/index.ts';
