import { asc, desc, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { contactDetail as contactDetailSchema } from '#shared/contract/contact.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { isStoplisted } from '../../engine/index.ts';
import type { Call } from '../context.ts';
import { viewEnrollment } from '../enrollment/view.ts';
import { notesOf } from './notes.ts';
import { tagsOf } from './tags.ts';
import { contactOf, viewContact } from './view.ts';

const { relation, sender, enrollment, list, listMember } = schema;

/** One contact: relations to every sender, automations with why they stand where they stand, lists. */
export async function contactDetail(
  call: Call,
  contactId: string,
): Promise<z.input<typeof contactDetailSchema>> {
  const { reader } = call.db;
  const row = await contactOf(reader, call, contactId);
  const relations = await reader
    .select({
      senderId: relation.senderId,
      senderName: sender.name,
      status: relation.status,
      since: relation.since,
      withdrawAt: relation.withdrawAt,
      lockedUntil: relation.lockedUntil,
    })
    .from(relation)
    .innerJoin(sender, eq(sender.id, relation.senderId))
    .where(eq(relation.contactId, row.id));
  const enrollments = await reader
    .select({ id: enrollment.id })
    .from(enrollment)
    .where(eq(enrollment.contactId, row.id))
    .orderBy(desc(enrollment.id));
  const lists = await reader
    .select({ id: list.id, name: list.name })
    .from(listMember)
    .innerJoin(list, eq(list.id, listMember.listId))
    .where(eq(listMember.contactId, row.id))
    .orderBy(asc(list.name));
  return {
    ...viewContact(row, await isStoplisted(reader, row)),
    relations: relations.map((each) => ({ ...each, since: each.since ?? 0 })),
    enrollments: await Promise.all(enrollments.map(({ id }) => viewEnrollment(reader, call, id))),
    lists,
    tags: await tagsOf(reader, row.id),
    notes: await notesOf(reader, call, row.id),
    custom: row.custom ?? {},
    source: row.source,
    legalBasis: row.legalBasis,
    pinnedSender: await senderName(reader, row.pinnedSenderId),
    zone: row.zone,
  };
}

async function senderName(
  q: Queryable,
  senderId: string | null,
): Promise<{ id: string; name: string } | null> {
  if (senderId === null) return null;
  const rows = await q
    .select({ id: sender.id, name: sender.name })
    .from(sender)
    .where(eq(sender.id, senderId));
  return rows[0] ?? null;
}
