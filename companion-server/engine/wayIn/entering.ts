import { and, asc, count, eq, gt, notExists, type SQL, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { segmentsOf } from '#shared/automation/segments.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { publish } from '../record.ts';
import { graphOf } from '../rows.ts';
import { isPresent, passes, type Source, sourcesOf } from './audience.ts';
import { enrollContacts, type StartedAutomation } from './enroll.ts';
import { enterAtOnce, enterBatch } from './feed.ts';

const { automation, contact, contactTag, enrollment, entering, enteringBatch, listMember } = schema;

type EnteringRow = typeof entering.$inferSelect;

/**
 * Everybody whom the version's segments admit, and who was never here, enters: the first with the decision itself, the
 * others in the engine's next rounds. A mark says how far that has come; asked again it begins anew, and finds the most
 * there already. Returns how many entered at once.
 */
export async function enterSegments(unit: Unit, started: StartedAutomation, graph: Graph): Promise<number> {
  const { id: automationId, workspaceId, versionId } = started;
  let total = 0;
  for (const { source } of stretchesOf(graph)) total += await membersIn(unit.tx, source);
  const begun = { workspaceId, versionId, source: 0, position: '', looked: 0, total, at: unit.now };
  await unit.tx
    .insert(entering)
    .values({ automationId, ...begun })
    .onConflictDoUpdate({ target: entering.automationId, set: begun });
  return await enterNext(unit, { automationId, ...begun }, graph, enterAtOnce);
}

/** The engine's stage: the next members of the automation that began first. True: there may be more. */
export async function enterContacts(ctx: EngineContext, limit: number): Promise<boolean> {
  const isFed = await enterBatch(ctx);
  return (await enterMembers(ctx, limit)) || isFed;
}

async function enterMembers(ctx: EngineContext, limit: number): Promise<boolean> {
  const [open] = await ctx.db.reader
    .select({ automationId: entering.automationId })
    .from(entering)
    .orderBy(asc(entering.at))
    .limit(1);
  if (!open) return false;
  await unitOfWork(ctx, async (unit) => {
    const [row] = await unit.tx.select().from(entering).where(isOf(open.automationId));
    if (row) await enterNext(unit, row, await graphOf(unit.tx, row.versionId), limit);
  });
  return true;
}

/** Who has entered stays; the others are left out until an edit is published. */
export async function stopEntering(unit: Unit, automationId: string): Promise<void> {
  const batches = await unit.tx
    .delete(enteringBatch)
    .where(eq(enteringBatch.automationId, automationId))
    .returning({ workspaceId: enteringBatch.workspaceId });
  const marks = await unit.tx.delete(entering).where(isOf(automationId)).returning();
  const [gone] = [...marks, ...batches];
  if (gone) publish(unit, gone.workspaceId, 'automation', automationId);
}

const isOf = (automationId: string) => eq(entering.automationId, automationId);

/** Every list and tag of every segment, in the order in which they are gone through: who is in two enters by the first. */
function stretchesOf(graph: Graph) {
  return segmentsOf(graph).flatMap((segment) =>
    sourcesOf(segment.config).map((source) => ({ segment, source })),
  );
}

async function enterNext(unit: Unit, row: EnteringRow, graph: Graph, limit: number): Promise<number> {
  const { automationId, workspaceId, versionId } = row;
  const stretches = stretchesOf(graph);
  const [owner] = await unit.tx
    .select({ status: automation.status })
    .from(automation)
    .where(eq(automation.id, automationId));
  let { source, position } = row;
  let left = owner?.status === 'running' ? limit : 0;
  let entered = 0;
  while (left > 0) {
    const stretch = stretches[source];
    if (!stretch) break;
    const ids = await membersAfter(unit.tx, stretch.source, position, left);
    const people = await unit.tx
      .select({ id: contact.id })
      .from(contact)
      .where(
        and(
          sql`${contact.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
          isPresent(workspaceId),
          passes(stretch.segment.config.filter),
          wasNeverIn(unit, automationId),
        ),
      );
    const started = { id: automationId, workspaceId, versionId };
    const newOnes = people.map(({ id }) => id);
    if (newOnes.length > 0) entered += await enrollContacts(unit, started, stretch.segment.id, newOnes);
    const isOver = ids.length < left;
    left -= ids.length;
    source = isOver ? source + 1 : source;
    position = isOver ? '' : (ids.at(-1) ?? position);
  }
  if (owner?.status !== 'running' || source >= stretches.length) {
    await unit.tx.delete(entering).where(isOf(automationId));
    publish(unit, workspaceId, 'automation', automationId);
    return entered;
  }
  const looked = row.looked + limit - left;
  await unit.tx.update(entering).set({ source, position, looked }).where(isOf(automationId));
  publish(unit, workspaceId, 'automation', automationId);
  return entered;
}

/** Those enrolled before are not even read. */
function wasNeverIn(unit: Unit, automationId: string): SQL {
  return notExists(
    unit.tx
      .select({ id: enrollment.id })
      .from(enrollment)
      .where(and(eq(enrollment.automationId, automationId), eq(enrollment.contactId, contact.id))),
  );
}

async function membersAfter(q: Queryable, source: Source, after: string, limit: number): Promise<string[]> {
  const { members, isTheirs, contactId } = membersOf(source);
  const rows = await q
    .select({ id: contactId })
    .from(members)
    .where(and(isTheirs, gt(contactId, after)))
    .orderBy(asc(contactId))
    .limit(limit);
  return rows.map(({ id }) => id);
}

async function membersIn(q: Queryable, source: Source): Promise<number> {
  const { members, isTheirs } = membersOf(source);
  const [row] = await q.select({ n: count() }).from(members).where(isTheirs);
  return row?.n ?? 0;
}

function membersOf(source: Source) {
  return 'listId' in source
    ? { members: listMember, contactId: listMember.contactId, isTheirs: eq(listMember.listId, source.listId) }
    : { members: contactTag, contactId: contactTag.contactId, isTheirs: eq(contactTag.tagId, source.tagId) };
}
