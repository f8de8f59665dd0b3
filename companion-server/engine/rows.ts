import { eq } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { must } from '#shared/kernel/assert.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { type Queryable, rowsOf, schema } from '../db/index.ts';
import type { ChannelRow, ContactRow, EnrollmentRow, SenderRow, TaskRow } from './context.ts';
import { shapes } from './shapes.ts';

/** Graphs of versions kept in memory. */
const VERSIONS_KEPT = 1000;

class Version {
  constructor(readonly graph: Graph) {}
}

/** Single rows by id; a missing one is a broken invariant. */
export function channelById(q: Queryable, id: string): Awaitable<ChannelRow> {
  return whenThere(rowsOf(q).get(shapes.channel, id), (row) => must(row, `channel ${id}`));
}

/** The sender profile, which must be there. */
export function senderById(q: Queryable, id: string): Awaitable<SenderRow> {
  return whenThere(rowsOf(q).get(shapes.sender, id), (row) => must(row, `sender ${id}`));
}

/** The contact, which must be there. */
export function contactById(q: Queryable, id: string): Awaitable<ContactRow> {
  return whenThere(rowsOf(q).get(shapes.contact, id), (row) => must(row, `contact ${id}`));
}

/** The enrollment, which must be there. */
export function enrollmentById(q: Queryable, id: string): Awaitable<EnrollmentRow> {
  return whenThere(rowsOf(q).get(shapes.enrollment, id), (row) => must(row, `enrollment ${id}`));
}

/** Null when there is none: ids of tasks come from outside. */
export function findTask(q: Queryable, id: string): Awaitable<TaskRow | null> {
  return rowsOf(q).get(shapes.task, id);
}

/** The task, which must be there. */
export function taskById(q: Queryable, id: string): Awaitable<TaskRow> {
  return whenThere(findTask(q, id), (row) => must(row, `task ${id}`));
}

/** The graph of an immutable version. */
export function graphOf(q: Queryable, versionId: string): Awaitable<Graph> {
  const known = rowsOf(q).immutable.get(versionId);
  return known instanceof Version ? known.graph : readGraph(q, versionId);
}

async function readGraph(q: Queryable, versionId: string): Promise<Graph> {
  const { immutable } = rowsOf(q);
  const rows = await q
    .select({ graph: schema.automationVersion.graph })
    .from(schema.automationVersion)
    .where(eq(schema.automationVersion.id, versionId));
  const { graph } = must(rows[0], `version ${versionId}`);
  if (immutable.size >= VERSIONS_KEPT) immutable.clear();
  immutable.set(versionId, new Version(graph));
  return graph;
}

const parsedSettings = new Map<string, SenderSettings>();
/** By the stored value, which stays the same object from one step of a sender to the next. */
const settingsAs = new WeakMap<object, SenderSettings>();
const SETTINGS_KEPT = 1000;

/** The settings with their defaults. Most sender profiles have the same: each text is parsed once. */
export function settingsOf({ settings }: SenderRow): SenderSettings {
  const stored = settings !== null && typeof settings === 'object' ? settings : {};
  const known = settingsAs.get(stored) ?? parsedOnce(stored);
  settingsAs.set(stored, known);
  return known;
}

function parsedOnce(stored: object): SenderSettings {
  const text = JSON.stringify(stored);
  const known = parsedSettings.get(text);
  if (known) return known;
  const parsed = senderSettings.parse(stored);
  if (parsedSettings.size >= SETTINGS_KEPT) parsedSettings.clear();
  parsedSettings.set(text, parsed);
  return parsed;
}

/** Least time between two automated messages or invites to one person, as the workspace set it. */
export function personSpacingOf(q: Queryable, workspaceId: string): Awaitable<number> {
  return whenThere(
    rowsOf(q).get(shapes.workspace, workspaceId),
    (row) => must(row, `workspace ${workspaceId}`).personSpacingMs,
  );
}
