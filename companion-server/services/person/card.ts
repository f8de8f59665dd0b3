import { and, asc, desc, eq, isNull, ne, sql } from 'drizzle-orm';
import type { PersonCard, PersonTargets } from '#shared/contract/devicePerson.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { contactActivity } from '../contact/activity.ts';
import { allLists } from '../contact/lists.ts';
import { notesOf } from '../contact/notes.ts';
import { tagsOf } from '../contact/tags.ts';
import { type ContactRow, contactName } from '../contact/view.ts';
import type { DeviceCall } from '../context.ts';
import { viewEnrollment } from '../enrollment/view.ts';
import { contactIdOf, type Seen } from './find.ts';
import { warningsOf, warningsOfStranger } from './warnings.ts';

const { automation, automationSender, contact, enrollment, list, listMember, relation, sender } = schema;

const ACTIVITIES = 10;
const ENROLLMENTS = 5;
const RELATIONS = 200;

/** What Rapport knows of the person of a profile page. */
export async function personCard(call: DeviceCall, seen: Seen): Promise<PersonCard> {
  const { reader } = call.db;
  const contactId = await contactIdOf(reader, call, seen);
  const row = contactId === null ? null : await presentContact(reader, call, contactId);
  return row ? cardOf(call, row) : strangerCard(await warningsOfStranger(reader, call, seen));
}

/** Null: in the bin. One that was merged leads to the one that has its history. */
export async function presentContact(
  q: Queryable,
  call: DeviceCall,
  contactId: string,
): Promise<ContactRow | null> {
  const [row] = await q
    .select()
    .from(contact)
    .where(and(eq(contact.workspaceId, call.workspaceId), eq(contact.id, contactId)));
  if (row?.mergedInto) return presentContact(q, call, row.mergedInto);
  return row && row.deletedAt === null ? row : null;
}

function strangerCard(warnings: PersonCard['warnings']): PersonCard {
  return {
    contact: null,
    warnings,
    relations: [],
    enrollments: [],
    lists: [],
    tags: [],
    pinnedSender: null,
    notes: [],
    activity: [],
  };
}

/** Everything the side panel shows of a contact. */
export async function cardOf(call: DeviceCall, row: ContactRow): Promise<PersonCard> {
  const { reader } = call.db;
  return {
    contact: {
      id: row.id,
      name: contactName(row),
      title: row.title,
      company: row.companyName,
      location: row.location,
      email: row.email,
      source: row.source,
      createdAt: row.createdAt ?? 0,
    },
    warnings: await warningsOf(reader, call, row),
    relations: await relationsOf(reader, call, row.id),
    enrollments: await enrollmentsOf(reader, call, row.id),
    lists: await listsOf(reader, row.id),
    tags: await tagsOf(reader, row.id),
    pinnedSender: await pinnedOf(reader, call, row.pinnedSenderId),
    notes: await notesOf(reader, call, row.id),
    activity: (await contactActivity(call, row.id, { limit: ACTIVITIES })).items,
  };
}

/** Every sender profile that lives, with or without a relation: nobody's is hidden from a colleague. */
async function relationsOf(
  q: Queryable,
  call: DeviceCall,
  contactId: string,
): Promise<PersonCard['relations']> {
  const rows = await q
    .select({
      senderId: sender.id,
      senderName: sender.name,
      status: relation.status,
      since: relation.since,
      lastInteractionAt: relation.lastInteractionAt,
      lockedUntil: relation.lockedUntil,
    })
    .from(sender)
    .leftJoin(relation, and(eq(relation.senderId, sender.id), eq(relation.contactId, contactId)))
    .where(and(eq(sender.workspaceId, call.workspaceId), ne(sender.state, 'deleted')))
    .orderBy(
      desc(sql`${sender.id} = ${call.actor.senderId}`),
      desc(relation.lastInteractionAt),
      asc(sender.name),
    )
    .limit(RELATIONS);
  return rows.map((row) => ({
    ...row,
    status: row.status ?? 'not_verified',
    isOwn: row.senderId === call.actor.senderId,
  }));
}

/** Those under way first, then the latest. */
async function enrollmentsOf(
  q: Queryable,
  call: DeviceCall,
  contactId: string,
): Promise<PersonCard['enrollments']> {
  const rows = await q
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(eq(enrollment.contactId, contactId))
    .orderBy(desc(isNull(enrollment.endedAt)), desc(enrollment.id))
    .limit(ENROLLMENTS);
  return Promise.all(rows.map(({ id }) => viewEnrollment(q, call, id)));
}

async function listsOf(q: Queryable, contactId: string) {
  return await q
    .select({ id: list.id, name: list.name })
    .from(listMember)
    .innerJoin(list, eq(list.id, listMember.listId))
    .where(eq(listMember.contactId, contactId))
    .orderBy(asc(list.name));
}

async function pinnedOf(
  q: Queryable,
  call: DeviceCall,
  senderId: string | null,
): Promise<PersonCard['pinnedSender']> {
  if (senderId === null) return null;
  const [row] = await q
    .select({ id: sender.id, name: sender.name })
    .from(sender)
    .where(and(eq(sender.id, senderId), eq(sender.workspaceId, call.workspaceId)));
  return row ? { ...row, isOwn: row.id === call.actor.senderId } : null;
}

/** Where this rep may put somebody. */
export async function personTargets(call: DeviceCall): Promise<PersonTargets> {
  const { items: lists } = await allLists(call);
  const automations = await call.db.reader
    .selectDistinct({ id: automation.id, name: automation.name, status: automation.status })
    .from(automationSender)
    .innerJoin(automation, eq(automation.id, automationSender.automationId))
    .where(
      and(
        eq(automationSender.senderId, call.actor.senderId),
        eq(automationSender.enabled, true),
        eq(automation.workspaceId, call.workspaceId),
        eq(automation.status, 'running'),
      ),
    )
    .orderBy(asc(automation.name))
    .limit(200);
  return { lists, automations };
}
