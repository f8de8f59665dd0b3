import { and, asc, desc, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import type { EnrollmentStatus } from '#shared/statuses/engine.ts';
import { schema } from '../db/index.ts';
import { type ContactRow, type EngineContext, type EnrollmentRow, type Unit, unitOfWork } from './context.ts';
import { askEnrichment, endBeforeStart } from './enrichment.ts';
import { segmentsOf, senderNodeOf } from './enroll.ts';
import { channelsUsed } from './facts.ts';
import { applyEvent } from './interpret.ts';
import { isLive, isQueued } from './predicates.ts';
import { contactById, enrollmentById, graphOf } from './rows.ts';
import { blockedOn, passOn, returnCompanySlot, takeCompanySlot, takeSegmentSlot } from './slots.ts';
import { setStanding } from './standing.ts';
import { isStoplisted } from './stoplist.ts';

const { admission, automation: automationTable, automationSender, enrollment, relation, sender } = schema;
const PER_AUTOMATION = 20;

/** Lets contacts in, up to `limit` automations a time, one transaction per contact. True: there may be more. */
export async function admit(ctx: EngineContext, limit: number): Promise<boolean> {
  const due = await ctx.db.reader
    .select()
    .from(admission)
    .where(lte(admission.nextAt, ctx.clocks.schedule.now()))
    .orderBy(asc(admission.nextAt))
    .limit(limit);
  let more = due.length === limit;
  for (const { automationId } of due) {
    for (let i = 0; i < PER_AUTOMATION; i++) {
      if (!(await unitOfWork(ctx, (unit) => admitNext(unit, automationId)))) break;
      if (i === PER_AUTOMATION - 1) more = true;
    }
  }
  return more;
}

/** The first in the queue of one automation; false: nobody is there, or it does not run. */
async function admitNext(unit: Unit, automationId: string): Promise<boolean> {
  const [row] = await unit.tx.select().from(automationTable).where(eq(automationTable.id, automationId));
  const [next] =
    row?.status === 'running' && row.holdCount === 0
      ? await unit.tx
          .select()
          .from(enrollment)
          .where(and(eq(enrollment.automationId, automationId), isQueued))
          .orderBy(asc(enrollment.id))
          .limit(1)
      : [];
  if (!next) {
    await unit.tx.delete(admission).where(eq(admission.automationId, automationId));
    return false;
  }
  await admitOne(unit, next, await graphOf(unit.tx, next.versionId));
  return true;
}

/** The way in, in the order of product §4.3. Whoever cannot go on parks on what stops them. */
async function admitOne(unit: Unit, row: EnrollmentRow, graph: Graph): Promise<void> {
  const contact = await contactById(unit.tx, row.contactId);
  if (contact.deletedAt !== null) return await endBeforeStart(unit, row, 'canceled', 'deleted');
  if (await isStoplisted(unit.tx, contact)) return await endBeforeStart(unit, row, 'canceled', 'stoplisted');
  if (contact.repliedAt !== null) {
    return await parkEnrollment(unit, row, 'paused', 'replied', blockedOn.reply(contact.id));
  }
  if (await hasLive(unit, row)) {
    return await parkEnrollment(unit, row, 'ready', 'other_automation', blockedOn.contact(contact.id));
  }
  const senderId = row.senderId ?? (await chooseSender(unit, row, graph));
  if (!senderId) {
    const key = blockedOn.automation(row.automationId);
    return await parkEnrollment(unit, row, 'ready', 'no_usable_sender', key);
  }
  if (row.senderId !== senderId) {
    await unit.tx.update(enrollment).set({ senderId }).where(eq(enrollment.id, row.id));
  }
  const usesLinkedin = channelsUsed(graph).has('linkedin');
  if (usesLinkedin && contact.enrichedAt === null) return await enrich(unit, row, contact, senderId);
  await takePlaces(unit, { ...row, senderId, companyId: contact.companyId }, graph);
}

async function enrich(unit: Unit, row: EnrollmentRow, contact: ContactRow, senderId: string): Promise<void> {
  if (!contact.linkedinSlug && !contact.linkedinProfileId) {
    return await endBeforeStart(unit, row, 'failed', 'no_linkedin');
  }
  const asked = await askEnrichment(unit, row, senderId);
  const key = asked ? blockedOn.enrichment(row.id) : blockedOn.sender(senderId);
  await parkEnrollment(unit, row, 'waiting_enrichment', asked ? null : 'sender_busy', key);
}

async function takePlaces(unit: Unit, row: EnrollmentRow, graph: Graph): Promise<void> {
  await unit.tx.update(enrollment).set({ companyId: row.companyId }).where(eq(enrollment.id, row.id));
  const segment = segmentsOf(graph).find((node) => node.id === row.segmentNodeId);
  const companyLimit = segment?.config.coworkersLimit ?? null;
  const company = companyLimit === null ? null : row.companyId;
  if (company !== null && companyLimit !== null) {
    if (!(await takeCompanySlot(unit, row, company, companyLimit))) {
      return await parkEnrollment(unit, row, 'coworkers_limit', null, blockedOn.company(row, company));
    }
  }
  if (!(await takeSegmentSlot(unit, row))) {
    if (company !== null) await returnCompanySlot(unit, row, company);
    return await parkEnrollment(unit, row, 'active_limit', null, blockedOn.segment(row));
  }
  await setStanding(unit, row, { live: 1, status: 'ready', reason: null, blockedOn: null });
  await applyEvent(unit, row.id, { type: 'started', segmentNodeId: row.segmentNodeId });
}

async function parkEnrollment(
  unit: Unit,
  row: EnrollmentRow,
  status: EnrollmentStatus,
  reason: string | null,
  key: string,
): Promise<void> {
  await setStanding(unit, row, { status, reason, blockedOn: key });
  await passOn(unit, await enrollmentById(unit.tx, row.id));
}

async function hasLive(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  const rows = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(and(eq(enrollment.workspaceId, row.workspaceId), eq(enrollment.contactId, row.contactId), isLive));
  return rows.length > 0;
}

/** The latest that contacted them and is enabled here, else the enabled one with the least (placed + 1) / weight. */
async function chooseSender(unit: Unit, row: EnrollmentRow, graph: Graph): Promise<string | null> {
  const node = senderNodeOf(graph, row.segmentNodeId);
  if (!node) return null;
  const candidates = await unit.tx
    .select({
      senderId: automationSender.senderId,
      placed: automationSender.placed,
      weight: automationSender.weight,
    })
    .from(automationSender)
    .innerJoin(sender, eq(sender.id, automationSender.senderId))
    .where(
      and(
        eq(automationSender.automationId, row.automationId),
        eq(automationSender.nodeId, node.id),
        eq(automationSender.enabled, true),
        eq(sender.state, 'active'),
      ),
    );
  candidates.sort((a, b) => shareOf(a) - shareOf(b) || (a.senderId < b.senderId ? -1 : 1));
  const ids = candidates.map((each) => each.senderId);
  if (ids.length === 0) return null;
  if (node.config.preferLatestContacted) {
    const [latest] = await unit.tx
      .select({ senderId: relation.senderId })
      .from(relation)
      .where(
        and(
          eq(relation.contactId, row.contactId),
          inArray(relation.senderId, ids),
          isNotNull(relation.lastInteractionAt),
        ),
      )
      .orderBy(desc(relation.lastInteractionAt))
      .limit(1);
    if (latest) return latest.senderId;
  }
  const chosen = ids[0] ?? null;
  if (chosen !== null) await countPlaced(unit, row.automationId, node.id, chosen);
  return chosen;
}

function shareOf(row: { placed: number; weight: number }): number {
  return (row.placed + 1) / row.weight;
}

async function countPlaced(
  unit: Unit,
  automationId: string,
  nodeId: string,
  senderId: string,
): Promise<void> {
  await unit.tx
    .update(automationSender)
    .set({ placed: sql`${automationSender.placed} + 1` })
    .where(
      and(
        eq(automationSender.automationId, automationId),
        eq(automationSender.nodeId, nodeId),
        eq(automationSender.senderId, senderId),
      ),
    );
}
