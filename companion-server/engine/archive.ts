import { and, eq, inArray, isNull } from 'drizzle-orm';
import { type Queryable, schema } from '../db/index.ts';
import { type EngineContext, type Unit, unitOfWork } from './context.ts';
import { stopEnrollment } from './enrollmentDecisions.ts';
import { isClosing } from './predicates.ts';
import { publish } from './record.ts';
import { enrollmentById } from './rows.ts';
import { endEach } from './setAside.ts';

const { automation, automationVersion, enrollment } = schema;

/** Contacts that end in the transaction of the decision; the others in the engine's next rounds. */
const AT_ONCE = 100;

/**
 * Ends an automation for good: contacts in the middle of a step Failed, all others Canceled. Nothing of it moves from now
 * on (gates.ts, wake.ts, applyNode.ts), however long that takes.
 */
export async function archiveAutomation(unit: Unit, automationId: string): Promise<void> {
  await unit.tx
    .update(automation)
    .set({ status: 'archived', closing: true, updatedAt: unit.now })
    .where(eq(automation.id, automationId));
  await endSome(unit, automationId, AT_ONCE);
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
  if (open.length < limit) await unitOfWork(ctx, (unit) => endSome(unit, first.id, limit));
  return true;
}

/** Its contacts that have not ended. */
async function openIn(q: Queryable, automationId: string, limit: number) {
  const versions = q
    .select({ id: automationVersion.id })
    .from(automationVersion)
    .where(eq(automationVersion.automationId, automationId));
  return await q
    .select({ id: enrollment.id, workspaceId: enrollment.workspaceId })
    .from(enrollment)
    .where(and(inArray(enrollment.versionId, versions), isNull(enrollment.endedAt)))
    .limit(limit);
}

async function endSome(unit: Unit, automationId: string, limit: number): Promise<void> {
  const open = await openIn(unit.tx, automationId, limit);
  for (const { id } of open) await stopEnrollment(unit, await enrollmentById(unit.tx, id), 'archived');
  if (open.length < limit) {
    await unit.tx.update(automation).set({ closing: false }).where(eq(automation.id, automationId));
  }
  for (const { workspaceId } of open.slice(0, 1))
    await publish(unit, workspaceId, 'automation', automationId);
}
