import { and, asc, eq, isNotNull, isNull, lt, lte, max, sql } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import { type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { contactById } from '../rows.ts';
import { binContact } from './bin.ts';
import { eraseContact } from './erasure.ts';

const { audit, contact, contactBin, enrollment, inboundMessage, relation, retentionNotice, workspace } =
  schema;

/** Between the announcement and the recycle bin. */
export const retentionNoticeMs = 14 * DAY;
/** A month of the setting. */
const MONTH = 30.44 * DAY;

/**
 * Announces contacts nobody was in touch with for as long as the workspace says, `limit` in one transaction. What shows
 * a later contact moves the moment that counts, so that nobody is looked at twice for nothing. True: there may be more.
 */
export async function announceRetention(ctx: EngineContext, limit: number): Promise<boolean> {
  const workspaces = await ctx.db.reader
    .select({ id: workspace.id, months: workspace.retentionMonths })
    .from(workspace)
    .where(isNotNull(workspace.retentionMonths));
  for (const { id, months } of workspaces) {
    const before = ctx.clocks.schedule.now() - (months ?? 0) * MONTH;
    const due = await ctx.db.reader
      .select({ id: contact.id })
      .from(contact)
      .where(
        and(
          eq(contact.workspaceId, id),
          isNull(contact.deletedAt),
          lt(contact.retentionFrom, before),
          sql`NOT EXISTS (SELECT 1 FROM retention_notice n WHERE n.contact_id = contact.id)`,
        ),
      )
      .orderBy(asc(contact.retentionFrom), asc(contact.id))
      .limit(limit);
    if (due.length === 0) continue;
    await unitOfWork(ctx, async (unit) => {
      for (const each of due) await announce(unit, each.id, before);
    });
    return true;
  }
  return false;
}

async function announce(unit: Unit, contactId: string, before: number): Promise<void> {
  const latest = await lastContact(unit, contactId);
  if (latest >= before) {
    await unit.tx.update(contact).set({ retentionFrom: latest }).where(eq(contact.id, contactId));
    return;
  }
  const { workspaceId } = await contactById(unit.tx, contactId);
  await unit.tx
    .insert(retentionNotice)
    .values({ contactId, workspaceId, at: unit.now, dueAt: unit.now + retentionNoticeMs })
    .onConflictDoNothing();
}

/** The latest moment at which there was contact, or when the contact was made; now, while an automation has it. */
async function lastContact(unit: Unit, contactId: string): Promise<number> {
  const open = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.contactId, contactId), isNull(enrollment.endedAt)))
    .limit(1);
  if (open.length > 0) return unit.now;
  const row = await contactById(unit.tx, contactId);
  const [interaction] = await unit.tx
    .select({ at: max(relation.lastInteractionAt) })
    .from(relation)
    .where(eq(relation.contactId, contactId));
  const [message] = await unit.tx
    .select({ at: max(inboundMessage.at) })
    .from(inboundMessage)
    .where(eq(inboundMessage.contactId, contactId));
  const moments = [row.createdAt, row.retentionFrom, row.lastOutreachAt, row.repliedAt];
  return Math.max(...[...moments, interaction?.at, message?.at].map((at) => at ?? 0));
}

/** What was announced goes to the recycle bin, unless there was contact since. True: there may be more. */
export async function carryOutRetention(ctx: EngineContext, limit: number): Promise<boolean> {
  const due = await ctx.db.reader
    .select({ id: retentionNotice.contactId })
    .from(retentionNotice)
    .where(lte(retentionNotice.dueAt, ctx.clocks.schedule.now()))
    .orderBy(asc(retentionNotice.dueAt))
    .limit(limit);
  if (due.length === 0) return false;
  await unitOfWork(ctx, async (unit) => {
    for (const { id } of due) await carryOut(unit, id);
  });
  return due.length === limit;
}

async function carryOut(unit: Unit, contactId: string): Promise<void> {
  await unit.tx.delete(retentionNotice).where(eq(retentionNotice.contactId, contactId));
  const { workspaceId } = await contactById(unit.tx, contactId);
  const [owner] = await unit.tx.select().from(workspace).where(eq(workspace.id, workspaceId));
  if (!owner || owner.retentionMonths === null) return;
  const latest = await lastContact(unit, contactId);
  if (latest >= unit.now - owner.retentionMonths * MONTH) {
    await unit.tx.update(contact).set({ retentionFrom: latest }).where(eq(contact.id, contactId));
    return;
  }
  await binContact(unit, contactId, { by: 'system', reason: 'retention' });
  await note(unit, workspaceId, contactId, 'contact.deleted', { reason: 'retention' });
}

/** What lay in the recycle bin for its time is erased. True: there may be more. */
export async function eraseBinned(ctx: EngineContext, limit: number): Promise<boolean> {
  const due = await ctx.db.reader
    .select({ id: contactBin.contactId, workspaceId: contactBin.workspaceId })
    .from(contactBin)
    .where(lte(contactBin.eraseAt, ctx.clocks.schedule.now()))
    .orderBy(asc(contactBin.eraseAt))
    .limit(limit);
  if (due.length === 0) return false;
  await unitOfWork(ctx, async (unit) => {
    for (const { id, workspaceId } of due) {
      await eraseContact(unit, id, { remember: false });
      await note(unit, workspaceId, id, 'contact.erased', { reason: 'bin' });
    }
  });
  return due.length === limit;
}

async function note(
  unit: Unit,
  workspaceId: string,
  contactId: string,
  action: string,
  data: Record<string, string>,
): Promise<void> {
  const values = { workspaceId, actor: 'system', action, entity: 'contact', entityId: contactId };
  await unit.tx.insert(audit).values({ id: unit.newId(), ...values, at: unit.real, data });
}
