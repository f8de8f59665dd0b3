import { customType, integer, text } from 'drizzle-orm/sqlite-core';
import { type Graph, graph as graphSchema } from '../../../shared/automation/graph.ts';

/** Column kinds used everywhere: UUIDv7 text ids, unix ms UTC, JSON text. */
export const id = () => text('id').primaryKey();
/** The workspace a row belongs to; every query is scoped by it. */
export const workspaceId = () => text('workspace_id').notNull();
/** Unix ms UTC. */
export const at = (name: string) => integer(name);
/** JSON text, typed but not parsed: only what this server wrote itself. */
export const json = <T>(name: string) => text(name, { mode: 'json' }).$type<T>();

/** The graph of an automation. One that was stored before a setting existed has that setting's default. */
export const graph = customType<{ data: Graph; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: parsedOnce,
});

const parsed = new Map<string, Graph>();
const GRAPHS_KEPT = 1000;

function parsedOnce(stored: string): Graph {
  const known = parsed.get(stored);
  if (known) return known;
  const value = graphSchema.parse(JSON.parse(stored));
  if (parsed.size >= GRAPHS_KEPT) parsed.clear();
  parsed.set(stored, value);
  return value;
}
