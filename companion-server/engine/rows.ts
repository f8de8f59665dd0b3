import { eq } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { must } from '#shared/kernel/assert.ts';
import { type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { type Queryable, rowsOf, schema } from '../db/index.ts';
import type { ChannelRow, ContactRow, EnrollmentRow, SenderRow, TaskRow } from './context.ts';
import { shapes } from './shapes.ts';

/** Single rows by id; a missing one is a broken invariant. */
export async function channelById(q: Queryable, id: string): Promise<ChannelRow> {
  return must(await rowsOf(q).get(shapes.channel, id), `channel ${id}`);
}

export async function senderById(q: Queryable, id: string): Promise<SenderRow> {
  return must(await rowsOf(q).get(shapes.sender, id), `sender ${id}`);
}

export async function contactById(q: Queryable, id: string): Promise<ContactRow> {
  return must(await rowsOf(q).get(shapes.contact, id), `contact ${id}`);
}

export async function enrollmentById(q: Queryable, id: string): Promise<EnrollmentRow> {
  return must(await rowsOf(q).get(shapes.enrollment, id), `enrollment ${id}`);
}

/** Null when there is none: ids of tasks come from outside. */
export async function findTask(q: Queryable, id: string): Promise<TaskRow | null> {
  return await rowsOf(q).get(shapes.task, id);
}

export async function taskById(q: Queryable, id: string): Promise<TaskRow> {
  return must(await findTask(q, id), `task ${id}`);
}

/** The graph of an immutable version. */
export async function graphOf(q: Queryable, versionId: string): Promise<Graph> {
  const rows = await q
    .select({ graph: schema.automationVersion.graph })
    .from(schema.automationVersion)
    .where(eq(schema.automationVersion.id, versionId));
  return must(rows[0], `version ${versionId}`).graph;
}

export function settingsOf(sender: SenderRow): SenderSettings {
  return senderSettings.parse(sender.settings ?? {});
}

/** Least time between two automated messages or invites to one person, as the workspace set it. */
export async function personSpacingOf(q: Queryable, workspaceId: string): Promise<number> {
  return must(await rowsOf(q).get(shapes.workspace, workspaceId), `workspace ${workspaceId}`).personSpacingMs;
}
