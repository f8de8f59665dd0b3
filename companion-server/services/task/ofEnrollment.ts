import { and, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { openStep } from '#shared/contract/task.ts';
import { schema } from '../../db/index.ts';
import { explainTask, lookAhead, openTasksOf } from '../../engine/index.ts';
import type { MemberCall } from '../context.ts';
import { notFound } from '../refusal.ts';

const { enrollment } = schema;

/** Why each step of one contact in one automation has not gone yet, what it waits for, who must act, and when it goes. */
export async function stepsOfEnrollment(
  call: MemberCall,
  enrollmentId: string,
): Promise<{ items: z.input<typeof openStep>[] }> {
  const { reader } = call.db;
  const [found] = await reader
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.id, enrollmentId), eq(enrollment.workspaceId, call.workspaceId)));
  if (!found) throw notFound('contact in this automation');
  const now = call.clocks.schedule.now();
  const shared = { ahead: lookAhead(reader, now), real: call.clocks.lease.now() };
  const items: z.input<typeof openStep>[] = [];
  for (const row of await openTasksOf(reader, enrollmentId)) {
    const { id, nodeId, kind, state, senderId } = row;
    items.push({ id, nodeId, kind, state, senderId, ...(await explainTask(reader, row, now, shared)) });
  }
  return { items };
}
