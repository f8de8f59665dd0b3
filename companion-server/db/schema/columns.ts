import { integer, text } from 'drizzle-orm/sqlite-core';

/** Column kinds used everywhere: UUIDv7 text ids, unix ms UTC, JSON text. */
export const id = () => text('id').primaryKey();
export const workspaceId = () => text('workspace_id').notNull();
/** Unix ms UTC. */
export const at = (name: string) => integer(name);
export const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>();
