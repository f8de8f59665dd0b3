import type { EventType } from '#shared/statuses/engine.ts';
import { rowsOf, schema } from '../db/index.ts';
import type { TaskRow, Unit } from './context.ts';
import { shapes } from './shapes.ts';

export type EventData = Record<string, string | number | boolean | null>;

export interface NewEvent {
  workspaceId: string;
  type: EventType;
  /** The same fact reported twice is stored once. */
  dedupeKey: string;
  contactId?: string | null;
  enrollmentId?: string | null;
  automationId?: string | null;
  senderId?: string | null;
  taskId?: string | null;
  nodeId?: string | null;
  at?: number;
  data?: EventData;
}

/** Appends to the activity log; false when this fact is there already. */
export async function appendEvent(unit: Unit, event: NewEvent): Promise<boolean> {
  const rows = await unit.tx
    .insert(schema.event)
    .values({ id: unit.newId(), at: unit.now, ...event })
    .onConflictDoNothing()
    .returning({ id: schema.event.id });
  if (rows.length === 0) return false;
  if (event.contactId) publish(unit, event.workspaceId, 'contact', event.contactId);
  return true;
}

/** The same where nobody asks whether it is new: it is written together with what else the unit changes. */
export function noteEvent(unit: Unit, event: NewEvent): void {
  rowsOf(unit.tx).insert(shapes.event, { id: unit.newId(), at: unit.now, ...event }, true);
  if (event.contactId) publish(unit, event.workspaceId, 'contact', event.contactId);
}

/** An event about a task, with everything the log shows beside it. */
export function appendTaskEvent(
  unit: Unit,
  task: TaskRow,
  type: EventType,
  suffix: string,
  data: EventData,
): void {
  noteEvent(unit, {
    workspaceId: task.workspaceId,
    type,
    dedupeKey: `task:${task.id}:${suffix}`,
    contactId: task.contactId,
    enrollmentId: task.enrollmentId,
    automationId: task.automationId,
    senderId: task.senderId,
    taskId: task.id,
    nodeId: task.nodeId,
    data,
  });
}

export type Topic =
  | 'automation'
  | 'notification'
  | 'bulk'
  | 'enrollment'
  | 'contact'
  | 'sender'
  | 'task'
  | 'thread'
  | 'workspace';

/** Tells open pages that something changed (SSE reads the outbox). */
export function publish(unit: Unit, workspaceId: string, topic: Topic, entityId: string | null): void {
  rowsOf(unit.tx).insert(shapes.outbox, { workspaceId, topic, entityId, at: unit.real }, true);
}
