import { and, asc, count, eq, gt, notExists, type SQL, sql } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { segmentsOf } from '#shared/automation/segments.ts';
import { must } from '#shared/kernel/assert.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { type AutomationRow, type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { publish } from '../record.ts';
import { graphOf } from '../rows.ts';
import { admittedBy, isPresent, passes, type Source, sourcesOf } from './audience.ts';
import { enrollContacts, type StartedAutomation } from './enroll.ts';
import { enterAtOnce, enterBatch } from './feed.ts';

const { automation, contact, contactTag, enrollment, entering, enteringBatch, listMember } = schema;

type EnteringRow = typeof entering.$inferSelect;
type Stretch = NonNullable<EnteringRow['stretches']>[number];

/**
 * Everybody whom the version's segments admit, and who was never here, enters: the first with the decision itself, the
 * others in the engine's next rounds. A mark says how far that has come; asked again it begins anew, and finds the most
 * there already. A segment that does not keep feeding takes nobody from what `goneThrough` had. Returns how many
 * entered at once.
 */
export async function enterSegments(
  unit: Unit,
  started: StartedAutomation,
  graph: Graph,
  goneThrough: readonly Graph[] = [],
): Promise<number> {
  const { id: automationId, workspaceId, versionId } = started;
  const stretches = await openStretches(unit.tx, automationId, graph, goneThrough);
  let total = 0;
  for (const { source } of stretches) total += await membersIn(unit.tx, source);
  const begun = {
    workspaceId,
    versionId,
    stretches,
    source: 0,
    position: '',
    looked: 0,
    total,
    at: unit.now,
  };
  await unit.tx
    .insert(entering)
    .values({ automationId, ...begun })
    .onConflictDoUpdate({ target: entering.automationId, set: begun });
  return await enterNext(unit, { automationId, ...begun }, graph, enterAtOnce);
}

/** How many were never here and would enter if this graph followed `current`. */
export async function countNewcomers(
  q: Queryable,
  { id: automationId, workspaceId }: Pick<AutomationRow, 'id' | 'workspaceId'>,
  graph: Graph,
  current: Graph,
): Promise<number> {
  const configs = new Map(segmentsOf(graph).map(({ id, config }) => [id, config]));
  const admitted = (await openStretches(q, automationId, graph, [current])).map(({ nodeId, source }) => {
    const config = must(configs.get(nodeId), 'segment');
    const only = {
      listIds: [],
      tagIds: [],
      ...('listId' in source ? { listIds: [source.listId] } : { tagIds: [source.tagId] }),
    };
    return sql`SELECT ${contact.id} FROM ${contact} WHERE ${admittedBy(workspaceId, { ...config, ...only })}`;
  });
  if (admitted.length === 0) return 0;
  const [row] = await q
    .select({ n: count() })
    .from(contact)
    .where(and(sql`${contact.id} IN (${sql.join(admitted, sql` UNION `)})`, wasNeverIn(q, automationId)));
  return row?.n ?? 0;
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

/** Who has entered stays; the others are left out until an edit is published that keeps feeding. */
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
function stretchesOf(graph: Graph): Stretch[] {
  return segmentsOf(graph).flatMap(({ id: nodeId, config }) =>
    sourcesOf(config).map((source) => ({ nodeId, source })),
  );
}

/** What a new graph goes through: where feeding is off only what is new in it, or was not gone through to its end. */
async function openStretches(
  q: Queryable,
  automationId: string,
  graph: Graph,
  goneThrough: readonly Graph[],
): Promise<Stretch[]> {
  const [mark] = await q.select().from(entering).where(isOf(automationId));
  const left = mark ? await leftOf(q, mark) : [];
  const over = new Set(goneThrough.flatMap(stretchesOf).map(keyOf));
  for (const stretch of left) over.delete(keyOf(stretch));
  const feeding = new Set(segmentsOf(graph).flatMap(({ id, config }) => (config.keepFeeding ? [id] : [])));
  return stretchesOf(graph).filter((each) => feeding.has(each.nodeId) || !over.has(keyOf(each)));
}

async function leftOf(q: Queryable, { stretches, versionId, source }: EnteringRow): Promise<Stretch[]> {
  return (stretches ?? stretchesOf(await graphOf(q, versionId))).slice(source);
}

const keyOf = ({ nodeId, source }: Stretch) => JSON.stringify([nodeId, source]);

async function enterNext(unit: Unit, row: EnteringRow, graph: Graph, limit: number): Promise<number> {
  const { automationId, workspaceId, versionId } = row;
  const stretches = row.stretches ?? stretchesOf(graph);
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
    const segment = must(
      segmentsOf(graph).find(({ id }) => id === stretch.nodeId),
      'segment',
    );
    const ids = await membersAfter(unit.tx, stretch.source, position, left);
    const people = await unit.tx
      .select({ id: contact.id })
      .from(contact)
      .where(
        and(
          sql`${contact.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`,
          isPresent(workspaceId),
          passes(segment.config.filter),
          wasNeverIn(unit.tx, automationId),
        ),
      );
    const started = { id: automationId, workspaceId, versionId };
    const newOnes = people.map(({ id }) => id);
    if (newOnes.length > 0) entered += await enrollContacts(unit, started, segment.id, newOnes);
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
function wasNeverIn(q: Queryable, automationId: string): SQL {
  return notExists(
    q
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
