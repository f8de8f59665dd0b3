import { and, asc, eq, inArray, isNull, lte, ne, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { segmentsOf, senderNodeOf } from '#shared/automation/segments.ts';
import type { EnrollmentStatus } from '#shared/statuses/engine.ts';
import { isDefect, type Queryable, rowsOf, schema } from '../../db/index.ts';
import { isStoplisted } from '../contacts/stoplist.ts';
import {
  type AutomationRow,
  type ContactRow,
  type EngineContext,
  type EnrollmentRow,
  type Unit,
  unitOfWork,
} from '../context.ts';
import { channelsUsed, relationOf } from '../flow/facts.ts';
import { applyEvent } from '../flow/interpret.ts';
import { keepsWayIn } from '../flow/moves.ts';
import { hasStarted, setStanding } from '../flow/standing.ts';
import { askThread } from '../inbound/threads.ts';
import { liveOf, queueHead } from '../lookups.ts';
import { isQueued, isReplied } from '../predicates.ts';
import { loadAdmissions } from '../prefetch.ts';
import { contactById, enrollmentById, graphOf } from '../rows.ts';
import { setAside } from '../setAside.ts';
import { shapes } from '../shapes.ts';
import { chooseSender, hasLeft } from './chooseSender.ts';
import { lostLink } from './confirmPerson.ts';
import { askEnrichment, endBeforeStart } from './enrichment.ts';
import { blockedOn, NO_LIMIT, passOn, returnCompanySlot, takeCompanySlot, takeSegmentSlot } from './slots.ts';

const { admission, enrollment, event } = schema;
const PER_AUTOMATION = 20;
/** Automations whose contacts enter in one unit of work. */
const TOGETHER = 5;

/** Lets contacts in, up to `limit` automations a time and 20 contacts of each. True: there may be more. */
export async function admit(ctx: EngineContext, limit: number): Promise<boolean> {
  const due = await ctx.db.reader
    .select()
    .from(admission)
    .where(lte(admission.nextAt, ctx.clocks.schedule.now()))
    .orderBy(asc(admission.nextAt))
    .limit(limit);
  let more = due.length === limit;
  for (let from = 0; from < due.length; from += TOGETHER) {
    const ids = due.slice(from, from + TOGETHER).map(({ automationId }) => automationId);
    more = (await admitOrSetAside(ctx, ids)) || more;
  }
  return more;
}

/** Where one of them fails each goes by itself, so that whoever is first and cannot be let in keeps out nobody behind. */
async function admitOrSetAside(ctx: EngineContext, automationIds: readonly string[]): Promise<boolean> {
  try {
    return await unitOfWork(ctx, (unit) => admitTogether(unit, automationIds));
  } catch (error) {
    if (!isDefect(error)) throw error;
  }
  let more = false;
  for (const automationId of automationIds) {
    for (let i = 0; i < PER_AUTOMATION; i++) {
      if (!(await admitApart(ctx, automationId))) break;
      if (i === PER_AUTOMATION - 1) more = true;
    }
  }
  return more;
}

async function admitApart(ctx: EngineContext, automationId: string): Promise<boolean> {
  try {
    return await unitOfWork(ctx, (unit) => admitNext(unit, automationId));
  } catch (error) {
    const first = isDefect(error) ? await firstInQueue(ctx.db.reader, automationId) : null;
    if (!first) throw error;
    return await setAside(ctx, first.id, error);
  }
}

/** The first 20 of each queue, with as many statements as for one of them. True: somebody is left. */
async function admitTogether(unit: Unit, automationIds: readonly string[]): Promise<boolean> {
  const rows = rowsOf(unit.tx);
  const keys = automationIds.map((id): [string] => [id]);
  await rows.load(shapes.automation, keys);
  await rows.ask(queueHead, keys);
  const queues = new Map<string, readonly string[]>();
  for (const id of automationIds) {
    queues.set(id, isOpen(await rows.get(shapes.automation, id)) ? await rows.look(queueHead, id) : []);
  }
  await loadAdmissions(unit, [...queues.values()].flat());
  for (const [automationId, ids] of queues) {
    for (const id of ids) {
      // Those before it may have changed this one, or stopped the automation.
      const owner = await rows.get(shapes.automation, automationId);
      const row = await enrollmentById(unit.tx, id);
      if (!isOpen(owner) || row.live !== 0 || row.endedAt !== null || row.blockedOn !== null) continue;
      await admitNewest(unit, row, owner?.versionId ?? row.versionId);
    }
  }
  await rows.ask(queueHead, keys);
  const done: string[] = [];
  for (const id of automationIds) {
    const isEmpty = (await rows.look(queueHead, id)).length === 0;
    if (isEmpty || !isOpen(await rows.get(shapes.automation, id))) done.push(id);
  }
  if (done.length > 0) await unit.tx.delete(admission).where(inArray(admission.automationId, done));
  return done.length < automationIds.length;
}

function isOpen(owner: AutomationRow | null): boolean {
  return owner?.status === 'running' && owner.holdCount === 0;
}

/** The first in the queue of one automation; false: nobody is there, or it does not run. */
async function admitNext(unit: Unit, automationId: string): Promise<boolean> {
  const owner = await rowsOf(unit.tx).get(shapes.automation, automationId);
  const next = isOpen(owner) ? await firstInQueue(unit.tx, automationId) : null;
  if (!next) {
    await unit.tx.delete(admission).where(eq(admission.automationId, automationId));
    return false;
  }
  await admitNewest(unit, next, owner?.versionId ?? next.versionId);
  return true;
}

async function firstInQueue(q: Queryable, automationId: string): Promise<EnrollmentRow | null> {
  const [first] = await q
    .select()
    .from(enrollment)
    .where(and(eq(enrollment.automationId, automationId), isQueued))
    .orderBy(asc(enrollment.id))
    .limit(1);
  return first ?? null;
}

/** Who has not entered yet takes the version that is newest when they do. */
async function admitNewest(unit: Unit, row: EnrollmentRow, newest: string): Promise<void> {
  // Who comes back stands on a step of the version it was in.
  const versionId = hasStarted(row) ? row.versionId : newest;
  const graph = await graphOf(unit.tx, versionId);
  if (row.versionId !== versionId) {
    rowsOf(unit.tx).update(shapes.enrollment, [row.id], { versionId });
    if (!(await keepsWayIn(unit, row, graph, versionId))) return;
  }
  await admitOne(unit, { ...row, versionId }, graph);
}

/** The way in, in the order of product §4.3. Whoever cannot go on parks on what stops them. */
async function admitOne(unit: Unit, row: EnrollmentRow, graph: Graph): Promise<void> {
  const contact = await contactById(unit.tx, row.contactId);
  if (contact.deletedAt !== null) return await endBeforeStart(unit, row, 'canceled', 'deleted');
  if (await isStoplisted(unit.tx, contact)) return await endBeforeStart(unit, row, 'canceled', 'stoplisted');
  if (contact.repliedAt !== null) {
    return await parkEnrollment(unit, row, 'paused', 'replied', blockedOn.reply(contact.id));
  }
  const shares = await mayShare(unit, row);
  if (!shares && (await hasLive(unit, row))) {
    return await parkEnrollment(unit, row, 'ready', 'other_automation', blockedOn.contact(contact.id));
  }
  const senderId = await senderFor(unit, row, contact, graph);
  if (!senderId) {
    const key = blockedOn.automation(row.automationId);
    return await parkEnrollment(unit, row, 'ready', 'no_usable_sender', key);
  }
  if (row.senderId !== senderId) {
    rowsOf(unit.tx).update(shapes.enrollment, [row.id], { senderId });
    if (contact.linkedinProfileId !== null) await askThread(unit, { ...row, senderId });
  }
  const mine = { ...row, senderId };
  const known = segmentOf(graph, row)?.config.existingConnections
    ? await relationOf(unit.tx, contact.id, senderId)
    : null;
  const usesLinkedin = channelsUsed(graph).has('linkedin');
  if ((usesLinkedin && contact.enrichedAt === null) || known === 'not_verified') {
    return await enrich(unit, mine, contact, senderId);
  }
  if (known !== null && known !== 'connected') {
    const key = blockedOn.connection(contact.id, senderId);
    return await parkEnrollment(unit, mine, 'ready', 'not_a_connection', key);
  }
  await takePlaces(unit, { ...mine, companyId: contact.companyId }, graph);
}

/** The one assigned before, unless it left meanwhile; else a new choice. Who comes back goes on as the same. */
async function senderFor(
  unit: Unit,
  row: EnrollmentRow,
  contact: ContactRow,
  graph: Graph,
): Promise<string | null> {
  if (row.senderId && hasStarted(row)) return row.senderId;
  const node = senderNodeOf(graph, row.segmentNodeId);
  if (row.senderId && !(await hasLeft(unit.tx, row.automationId, node?.id ?? '', row.senderId))) {
    return row.senderId;
  }
  if (!node) return null;
  const onlyConnected = segmentOf(graph, row)?.config.existingConnections ?? false;
  return await chooseSender(unit, row, contact, node, onlyConnected);
}

function segmentOf(graph: Graph, row: EnrollmentRow) {
  return segmentsOf(graph).find((node) => node.id === row.segmentNodeId);
}

async function enrich(unit: Unit, row: EnrollmentRow, contact: ContactRow, senderId: string): Promise<void> {
  if (!contact.linkedinSlug && !contact.linkedinProfileId) {
    if (await lostLink(unit, contact.id)) {
      return await parkEnrollment(unit, row, 'paused', 'link_refused', blockedOn.reply(row.id));
    }
    return await endBeforeStart(unit, row, 'failed', 'no_linkedin');
  }
  const asked = await askEnrichment(unit, row, senderId);
  const key = asked ? blockedOn.enrichment(row.id) : blockedOn.sender(senderId);
  await parkEnrollment(unit, row, 'waiting_enrichment', asked ? null : 'sender_busy', key);
}

/** A colleague replied in an automation that pauses for that, and nobody decided yet: they wait for a person, once. */
async function awaitsColleague(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  const owner = await rowsOf(unit.tx).get(shapes.automation, row.automationId);
  if (!owner?.pauseColleagues || row.companyId === null) return false;
  const undecided = await unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(
      and(
        eq(enrollment.automationId, row.automationId),
        eq(enrollment.companyId, row.companyId),
        ne(enrollment.contactId, row.contactId),
        isNull(enrollment.endedAt),
        isReplied,
      ),
    )
    .limit(1);
  if (undecided.length === 0) return false;
  const paused = await unit.tx
    .select({ id: event.id })
    .from(event)
    .where(
      and(
        eq(event.contactId, row.contactId),
        eq(event.enrollmentId, row.id),
        eq(event.type, 'status_changed'),
        sql`${event.data} ->> 'reason' = 'colleague_replied'`,
      ),
    )
    .limit(1);
  return paused.length === 0;
}

/** Places are counted without a limit too: one that is set later must find the right number. */
async function takePlaces(unit: Unit, row: EnrollmentRow, graph: Graph): Promise<void> {
  rowsOf(unit.tx).update(shapes.enrollment, [row.id], { companyId: row.companyId });
  const company = row.companyId;
  if (await awaitsColleague(unit, row)) {
    return await parkEnrollment(unit, row, 'paused', 'colleague_replied', blockedOn.reply(row.id));
  }
  const companyLimit = segmentOf(graph, row)?.config.coworkersLimit ?? NO_LIMIT;
  if (company !== null && !(await takeCompanySlot(unit, row, company, companyLimit))) {
    return await parkEnrollment(unit, row, 'coworkers_limit', null, blockedOn.company(row, company));
  }
  if (!(await takeSegmentSlot(unit, row))) {
    if (company !== null) await returnCompanySlot(unit, row, company);
    return await parkEnrollment(unit, row, 'active_limit', null, blockedOn.segment(row));
  }
  const exclusive = (await mayShare(unit, row)) ? 0 : 1;
  await setStanding(unit, row, { live: 1, exclusive, status: 'ready', reason: null, blockedOn: null });
  await applyEvent(
    unit,
    row.id,
    // One that came back goes on where it stood.
    hasStarted(row) ? { type: 'reopened' } : { type: 'started', segmentNodeId: row.segmentNodeId },
  );
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

/** The workspace lets several automations have one contact at a time. */
async function mayShare(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  return (await rowsOf(unit.tx).get(shapes.workspace, row.workspaceId))?.manyAutomations ?? false;
}

async function hasLive(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  return (await rowsOf(unit.tx).look(liveOf, row.workspaceId, row.contactId)).length > 0;
}
