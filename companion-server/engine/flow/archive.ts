import { and, eq, inArray, isNull } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import { type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { isClosing } from '../predicates.ts';
import { publish } from '../record.ts';
import { endEach } from '../setAside.ts';
import { stopEnrollment } from './enrollmentDecisions.ts';

const { automation, automationVersion, enrollment } = schema;

/**
 * Ends an automation for good: contacts in the middle of a step Failed, all others Canceled. They end in the engine's
 * next rounds, so that one who cannot be ended fails alone; nothing of it moves from now on (gates/standing.ts, wake.ts,
 * applyNode.ts), however long that takes.
 */
export async function archiveAutomation(unit: Unit, automationId: string): Promise<void> {
  await unit.tx
    .update(automation)
    .set({ status: 'archived', closing: true, updatedAt: unit.now })
    .where(eq(automation.id, automationId));
}

/** The engine's stage: contacts of archived automations end, `limit` in one transaction. True: there may be more. */
export async function endArchived(ctx: EngineContext, limit: number): Promise<boolean> {
  const [first] = await ctx.db.reader
    .select({ id: automation.id })
    .from(automation)
    .where(isClosing)
    .limit(1);
  if (!first) return false;
  const open = await openIn(ctx.db.reader, first.id, limit);
  await endEach(
    ctx,
    open.map(({ id }) => id),
    (unit, row) => stopEnrollment(unit, row, 'archived'),
  );
  if (open.length < limit) await unitOfWork(ctx, (unit) => close(unit, first.id));
  return true;
}

/** Its contacts that have not ended. */
async function openIn(q: Queryable, automationId: string, limit: number) {
  const versions = q
    .select({ id: automationVersion.id })
    .from(automationVersion)
    .where(eq(automationVersion.automationId, automationId));
  return await q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(inArray(enrollment.versionId, versions), isNull(enrollment.endedAt)))
    .limit(limit);
}

async function close(unit: Unit, automationId: string): Promise<void> {
  if ((await openIn(unit.tx, automationId, 1)).length > 0) return;
  const closed = await unit.tx
    .update(automation)
    .set({ closing: false })
    .where(eq(automation.id, automationId))
    .returning({ workspaceId: automation.workspaceId });
  for (const { workspaceId } of closed) publish(unit, workspaceId, 'automation', automationId);
}
