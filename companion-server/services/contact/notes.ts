import { and, desc, eq } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import { audit, type Call } from '../context.ts';
import { notAllowed, notFound } from '../refusal.ts';
import { contactOf } from './view.ts';

const { contactNote, user } = schema;

const SHOWN = 50;

/** What members wrote down about a contact, newest first. */
export async function notesOf(q: Queryable, call: Call, contactId: string) {
  const rows = await q
    .select({
      id: contactNote.id,
      text: contactNote.text,
      at: contactNote.at,
      userId: contactNote.userId,
      name: user.name,
    })
    .from(contactNote)
    .leftJoin(user, eq(user.id, contactNote.userId))
    .where(and(eq(contactNote.contactId, contactId), eq(contactNote.workspaceId, call.workspaceId)))
    .orderBy(desc(contactNote.id))
    .limit(SHOWN);
  return rows.map(({ id, text, at, userId, name }) => ({
    id,
    text,
    at: at ?? 0,
    author: name ?? 'A former member',
    mine: userId === call.actor.userId,
  }));
}

/** Every member may write one: contacts are shared. */
export async function addNote(call: Call, contactId: string, text: string): Promise<void> {
  await call.db.write(async (tx) => {
    const { id: owner } = await contactOf(tx, call, contactId);
    const id = call.newId();
    await tx.insert(contactNote).values({
      id,
      workspaceId: call.workspaceId,
      contactId: owner,
      userId: call.actor.userId,
      text,
      at: call.clocks.schedule.now(),
    });
    await audit(tx, call, {
      action: 'contact.note_added',
      entity: 'contact',
      entityId: owner,
      data: { noteId: id },
    });
  });
}

/** One's own. */
export async function removeNote(call: Call, contactId: string, noteId: string): Promise<void> {
  await call.db.write(async (tx) => {
    const { id: owner } = await contactOf(tx, call, contactId);
    const isIt = and(
      eq(contactNote.id, noteId),
      eq(contactNote.contactId, owner),
      eq(contactNote.workspaceId, call.workspaceId),
    );
    const [note] = await tx.select().from(contactNote).where(isIt);
    if (!note) throw notFound('note');
    if (note.userId !== call.actor.userId) {
      throw notAllowed('This note was written by somebody else.', 'Ask its author.');
    }
    await tx.delete(contactNote).where(isIt);
    await audit(tx, call, {
      action: 'contact.note_removed',
      entity: 'contact',
      entityId: owner,
      data: { noteId },
    });
  });
}
