import { and, eq, gte, inArray, lt, sql } from 'drizzle-orm';
import { rowsOf, schema } from '../../db/index.ts';
import type { EnrollmentRow, Unit } from '../context.ts';
import { firstParked } from '../lookups.ts';
import { shapes } from '../shapes.ts';

const { enrollment, segmentSlot, companySlot, admission } = schema;

/** What a parked enrollment waits for; its release wakes the one that waits longest. */
export const blockedOn = {
  segment: (row: Pick<EnrollmentRow, 'automationId' | 'segmentNodeId'>) =>
    `segment:${row.automationId}:${row.segmentNodeId}`,
  company: (row: Pick<EnrollmentRow, 'automationId' | 'segmentNodeId'>, companyId: string) =>
    `company:${row.automationId}:${row.segmentNodeId}:${companyId}`,
  /** Another automation has this contact now. */
  contact: (contactId: string) => `contact:${contactId}`,
  /** The contact replied and nobody has decided since. */
  reply: (contactId: string) => `reply:${contactId}`,
  /** The profile is being read. */
  enrichment: (enrollmentId: string) => `enrichment:${enrollmentId}`,
  /** No sender profile of the automation can take it. */
  automation: (automationId: string) => `automation:${automationId}`,
  /** The sender has two days of profile reading ahead. */
  sender: (senderId: string) => `sender:${senderId}`,
  /** The segment admits existing connections only, and these two are none. */
  connection: (contactId: string, senderId: string) => `connection:${contactId}:${senderId}`,
};

/** Segments without a limit of their own. */
export const NO_LIMIT = 1_000_000_000;

/** The segment's limits as they are now, also on a running automation: whom they let in now wakes. */
export async function setSegmentLimits(
  unit: Unit,
  segment: { automationId: string; workspaceId: string; nodeId: string },
  limits: { activeLimit: number | null; coworkersLimit: number | null },
): Promise<void> {
  const { automationId, nodeId } = segment;
  const activeLimit = limits.activeLimit ?? NO_LIMIT;
  const [slot] = await unit.tx
    .insert(segmentSlot)
    .values({ ...segment, activeLimit })
    .onConflictDoUpdate({ target: [segmentSlot.automationId, segmentSlot.nodeId], set: { activeLimit } })
    .returning({ active: segmentSlot.active });
  await unit.tx
    .update(companySlot)
    .set({ slotLimit: limits.coworkersLimit ?? NO_LIMIT })
    .where(and(eq(companySlot.automationId, automationId), eq(companySlot.nodeId, nodeId)));
  const key = blockedOn.segment({ automationId, segmentNodeId: nodeId });
  await wakeParked(unit, key, Math.max(0, activeLimit - (slot?.active ?? 0)));
  await wakeCompanies(unit, `company:${automationId}:${nodeId}:`);
  await askAdmission(unit, automationId, segment.workspaceId);
}

/** Everybody who waits for a company's place in this segment looks again; who finds none parks anew. */
async function wakeCompanies(unit: Unit, prefix: string): Promise<void> {
  await unit.tx
    .update(enrollment)
    .set({ blockedOn: null })
    .where(and(gte(enrollment.blockedOn, prefix), lt(enrollment.blockedOn, `${prefix}\u{10ffff}`)));
}

/** Takes a place among the segment's active contacts; false: none is free. */
export async function takeSegmentSlot(unit: Unit, row: EnrollmentRow): Promise<boolean> {
  const rows = rowsOf(unit.tx);
  const slot = await rows.get(shapes.segmentSlot, ...segmentKey(row));
  if (!slot || slot.active >= slot.activeLimit) return false;
  rows.update(shapes.segmentSlot, segmentKey(row), { active: slot.active + 1 });
  return true;
}

/** Takes one of the places a company has; false: none is free. Without a limit there is nothing to take. */
export async function takeCompanySlot(
  unit: Unit,
  row: EnrollmentRow,
  companyId: string,
  slotLimit: number,
): Promise<boolean> {
  const rows = rowsOf(unit.tx);
  const key = companyKey(row, companyId);
  const { automationId, segmentNodeId: nodeId, workspaceId } = row;
  const slot = await rows.get(shapes.companySlot, ...key);
  if (!slot) {
    const active = slotLimit > 0 ? 1 : 0;
    rows.insert(shapes.companySlot, { automationId, nodeId, companyId, workspaceId, slotLimit, active });
    return active === 1;
  }
  if (slot.active >= slot.slotLimit) return false;
  rows.update(shapes.companySlot, key, { active: slot.active + 1 });
  return true;
}

/** One active contact of the company less: the next one may enter. */
export async function returnCompanySlot(unit: Unit, row: EnrollmentRow, companyId: string): Promise<void> {
  await addToCompany(unit, row, companyId, -1);
}

async function addToCompany(unit: Unit, row: EnrollmentRow, companyId: string, by: 1 | -1): Promise<void> {
  const rows = rowsOf(unit.tx);
  const slot = await rows.get(shapes.companySlot, ...companyKey(row, companyId));
  if (!slot || slot.active + by < 0) return;
  rows.update(shapes.companySlot, companyKey(row, companyId), { active: slot.active + by });
}

async function addToSegment(unit: Unit, row: EnrollmentRow, by: 1 | -1): Promise<void> {
  const rows = rowsOf(unit.tx);
  const slot = await rows.get(shapes.segmentSlot, ...segmentKey(row));
  if (!slot || slot.active + by < 0) return;
  rows.update(shapes.segmentSlot, segmentKey(row), { active: slot.active + by });
}

/** An admitted enrollment ended: its places go to those who wait for them. */
export async function releaseSlots(unit: Unit, row: EnrollmentRow): Promise<void> {
  if (row.live === 1) {
    await addToSegment(unit, row, -1);
    if (row.companyId) await returnCompanySlot(unit, row, row.companyId);
  }
  // All look again: the first that is admitted has the contact, and those after it park anew.
  await wakeParked(unit, blockedOn.contact(row.contactId), NO_LIMIT);
  await passOn(unit, row);
}

/** One that had ended goes on: it has its places again, over the limit if they were given away. */
export async function retakeSlots(unit: Unit, row: EnrollmentRow): Promise<void> {
  await addToSegment(unit, row, 1);
  if (row.companyId) await addToCompany(unit, row, row.companyId, 1);
}

/** Free places must not stay empty because the one that was woken could not use them. */
export async function passOn(unit: Unit, row: EnrollmentRow): Promise<void> {
  const rows = rowsOf(unit.tx);
  const segment = await rows.get(shapes.segmentSlot, ...segmentKey(row));
  if (segment && segment.active < segment.activeLimit) await wakeOne(unit, blockedOn.segment(row));
  if (!row.companyId) return;
  const company = await rows.get(shapes.companySlot, ...companyKey(row, row.companyId));
  if (company && company.active < company.slotLimit) {
    await wakeOne(unit, blockedOn.company(row, row.companyId));
  }
}

/** Puts the enrollment that waits longest for this back into its automation's queue. */
async function wakeOne(unit: Unit, key: string): Promise<void> {
  await wakeParked(unit, key, 1);
}

/** Up to `limit` of those that wait for this, the longest waiting first, look again. */
export async function wakeParked(unit: Unit, key: string, limit: number): Promise<void> {
  if (!(await isWaitedFor(unit, key))) return;
  const first = unit.tx
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(eq(enrollment.blockedOn, key))
    .orderBy(enrollment.id)
    .limit(limit);
  const woken = await unit.tx
    .update(enrollment)
    .set({ blockedOn: null })
    .where(inArray(enrollment.id, first))
    .returning({ automationId: enrollment.automationId, workspaceId: enrollment.workspaceId });
  const automations = new Map(woken.map((row) => [row.automationId, row.workspaceId]));
  for (const [automationId, workspaceId] of automations) await askAdmission(unit, automationId, workspaceId);
}

/** Whether anybody waits for this. Mostly nobody does, which is known without a statement of its own. */
export async function isWaitedFor(unit: Unit, key: string): Promise<boolean> {
  return (await rowsOf(unit.tx).look(firstParked, key)).length > 0;
}

/** Contacts may be in several automations from now on: who waits for another automation to end need not any more. */
export async function wakeSharedContacts(unit: Unit, workspaceId: string): Promise<void> {
  const woken = await unit.tx
    .update(enrollment)
    .set({ blockedOn: null })
    .where(
      and(
        gte(enrollment.blockedOn, 'contact:'),
        lt(enrollment.blockedOn, 'contact;'),
        eq(enrollment.workspaceId, workspaceId),
      ),
    )
    .returning({ automationId: enrollment.automationId });
  for (const automationId of new Set(woken.map((row) => row.automationId))) {
    await askAdmission(unit, automationId, workspaceId);
  }
}

/** Something may enter this automation now. */
export async function askAdmission(unit: Unit, automationId: string, workspaceId: string): Promise<void> {
  await unit.tx
    .insert(admission)
    .values({ automationId, workspaceId, nextAt: unit.now })
    .onConflictDoUpdate({
      target: admission.automationId,
      set: { nextAt: sql`min(${admission.nextAt}, ${unit.now})` },
    });
}

function segmentKey(row: Pick<EnrollmentRow, 'automationId' | 'segmentNodeId'>) {
  return [row.automationId, row.segmentNodeId] as const;
}

function companyKey(row: Pick<EnrollmentRow, 'automationId' | 'segmentNodeId'>, companyId: string) {
  return [row.automationId, row.segmentNodeId, companyId] as const;
}
