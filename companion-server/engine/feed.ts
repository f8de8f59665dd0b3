import { and, eq, inArray } from 'drizzle-orm';
import type { Graph, NodeOf } from '#shared/automation/graph.ts';
import type { SegmentFilter } from '#shared/automation/nodes.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ContactRow, Unit } from './context.ts';
import { enrollContacts, type StartedAutomation, segmentsOf } from './enroll.ts';
import { graphOf } from './rows.ts';

const { automation: automationTable, contact, contactTag, list, listMember } = schema;

type Segment = NodeOf<'segment'>;
/** Where contacts come from: a list or a tag of this id. */
type Source = { workspaceId: string } & ({ listId: string } | { tagId: string });

/** Enrolls everybody whom the version's segments admit. Returns how many are new. */
export async function enrollSegments(
  unit: Unit,
  automation: StartedAutomation,
  graph: Graph,
): Promise<number> {
  let added = 0;
  for (const segment of segmentsOf(graph)) {
    const people = await membersOf(unit.tx, automation.workspaceId, segment);
    added += await enrollContacts(unit, automation, segment.id, admitted(people, segment));
  }
  return added;
}

/** Contacts came into a list or got a tag: every running automation that it keeps feeding takes them in. */
export async function feed(unit: Unit, source: Source, contactIds: readonly string[]): Promise<void> {
  if (contactIds.length === 0) return;
  const { workspaceId } = source;
  const running = await unit.tx
    .select()
    .from(automationTable)
    .where(and(eq(automationTable.workspaceId, workspaceId), eq(automationTable.status, 'running')));
  for (const row of running) {
    if (!row.versionId) continue;
    const graph = await graphOf(unit.tx, row.versionId);
    for (const segment of segmentsOf(graph)) {
      if (!segment.config.keepFeeding || !isFedBy(segment, source)) continue;
      const people = await unit.tx
        .select()
        .from(contact)
        .where(and(eq(contact.workspaceId, workspaceId), inArray(contact.id, [...contactIds])));
      const started = { id: row.id, workspaceId, versionId: row.versionId };
      await enrollContacts(unit, started, segment.id, admitted(people, segment));
    }
  }
}

/** The same for one list. */
export async function contactsAddedToList(
  unit: Unit,
  listId: string,
  contactIds: readonly string[],
): Promise<void> {
  const [row] = await unit.tx.select().from(list).where(eq(list.id, listId));
  if (row) await feed(unit, { workspaceId: row.workspaceId, listId }, contactIds);
}

function isFedBy({ config }: Segment, source: Source): boolean {
  return 'listId' in source ? config.listIds.includes(source.listId) : config.tagIds.includes(source.tagId);
}

/** Everybody in one of the segment's lists or with one of its tags, once. */
async function membersOf(q: Queryable, workspaceId: string, { config }: Segment): Promise<ContactRow[]> {
  const people = new Map<string, ContactRow>();
  const ofWorkspace = eq(contact.workspaceId, workspaceId);
  if (config.listIds.length > 0) {
    const rows = await q
      .select({ contact })
      .from(listMember)
      .innerJoin(contact, eq(contact.id, listMember.contactId))
      .where(and(inArray(listMember.listId, config.listIds), ofWorkspace));
    for (const row of rows) people.set(row.contact.id, row.contact);
  }
  if (config.tagIds.length > 0) {
    const rows = await q
      .select({ contact })
      .from(contactTag)
      .innerJoin(contact, eq(contact.id, contactTag.contactId))
      .where(and(inArray(contactTag.tagId, config.tagIds), ofWorkspace));
    for (const row of rows) people.set(row.contact.id, row.contact);
  }
  return [...people.values()];
}

function admitted(people: readonly ContactRow[], { config }: Segment): string[] {
  return people.filter((person) => passes(person, config.filter)).map(({ id }) => id);
}

function passes(person: ContactRow, filter: SegmentFilter): boolean {
  if (filter.hasEmail && person.email === null) return false;
  return contains(person.companyName, filter.companyContains) && contains(person.title, filter.titleContains);
}

function contains(text: string | null, part: string): boolean {
  const wanted = part.trim().toLocaleLowerCase('en');
  return wanted === '' || (text ?? '').toLocaleLowerCase('en').includes(wanted);
}
