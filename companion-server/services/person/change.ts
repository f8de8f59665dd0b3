import { and, eq } from 'drizzle-orm';
import { segmentsOf, senderNodeOf } from '#shared/automation/segments.ts';
import type { PersonCard } from '#shared/contract/devicePerson.ts';
import { schema, type Tx } from '../../db/index.ts';
import { addToList, enrollContacts, graphOf, isStoplisted } from '../../engine/index.ts';
import { listNamed } from '../contact/lists.ts';
import { addNote, removeNote } from '../contact/notes.ts';
import { type ContactRow, contactOf } from '../contact/view.ts';
import { audit, type DeviceCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { knownIdentities } from '../import/match.ts';
import { planImport } from '../import/plan.ts';
import { type ImportedPerson, splitName } from '../import/readRow.ts';
import { erasedPeople } from '../import/run.ts';
import { storePeople } from '../import/store.ts';
import { notAllowed, notFound, Refusal } from '../refusal.ts';
import { cardOf, presentContact } from './card.ts';
import { contactIdOf, keysOf, type Seen } from './find.ts';

const { automation, automationSender, contact } = schema;

/** Puts the person of a profile page into a list, as a new contact where they are none. */
export async function addPersonToList(
  call: DeviceCall,
  input: { person: Seen; listName: string },
): Promise<PersonCard> {
  const row = await call.db.write(async (tx) => {
    const person = await contactFor(tx, call, input.person);
    const { id: listId } = await listNamed(tx, call, input.listName);
    await addToList(unitOf(call, tx), { workspaceId: call.workspaceId }, listId, [person.id]);
    await audit(tx, call, {
      action: 'contact.listed',
      entity: 'contact',
      entityId: person.id,
      data: { listId },
    });
    return person;
  });
  return cardOf(call, row);
}

/** Enrolls the person by the segment whose senders the own profile is one of. */
export async function addPersonToAutomation(
  call: DeviceCall,
  input: { person: Seen; automationId: string },
): Promise<PersonCard> {
  const row = await call.db.write(async (tx) => {
    const started = await startedOf(tx, call, input.automationId);
    const segmentId = await ownSegment(tx, call, started);
    const person = await contactFor(tx, call, input.person);
    if (await isStoplisted(tx, person)) {
      throw new Refusal(
        409,
        'stoplisted',
        'This person is on the stoplist: nothing may be sent to them.',
        'Ask a manager if the entry is wrong.',
      );
    }
    if ((await enrollContacts(unitOf(call, tx), started, segmentId, [person.id])) === 0) {
      throw new Refusal(
        409,
        'was_here',
        `This person is or was in “${started.name}” already.`,
        'Somebody enters again only in the dashboard: Contacts of the automation, Enroll again.',
      );
    }
    await audit(tx, call, {
      action: 'contact.enrolled',
      entity: 'contact',
      entityId: person.id,
      data: { automationId: started.id },
    });
    return person;
  });
  return cardOf(call, row);
}

async function startedOf(tx: Tx, call: DeviceCall, automationId: string) {
  const [row] = await tx
    .select()
    .from(automation)
    .where(and(eq(automation.workspaceId, call.workspaceId), eq(automation.id, automationId)));
  if (!row) throw notFound('automation');
  if (row.status !== 'running' || row.versionId === null) {
    throw new Refusal(
      409,
      'not_running',
      `“${row.name}” does not run.`,
      'Choose another one, or ask a manager to start it.',
    );
  }
  return { ...row, versionId: row.versionId };
}

/** The first segment whose contacts the own profile may write to. */
async function ownSegment(
  tx: Tx,
  call: DeviceCall,
  started: { id: string; versionId: string },
): Promise<string> {
  const graph = await graphOf(tx, started.versionId);
  const own = await tx
    .select({ nodeId: automationSender.nodeId })
    .from(automationSender)
    .where(
      and(
        eq(automationSender.automationId, started.id),
        eq(automationSender.senderId, call.actor.senderId),
        eq(automationSender.enabled, true),
      ),
    );
  const found = segmentsOf(graph).find(({ id }) =>
    own.some(({ nodeId }) => senderNodeOf(graph, id)?.id === nodeId),
  );
  if (found) return found.id;
  throw notAllowed(
    'Your sender profile is not part of this automation.',
    'Ask a manager to add it there, or choose another automation.',
  );
}

/** The contact of a profile page, made where there is none. */
async function contactFor(tx: Tx, call: DeviceCall, seen: Seen): Promise<ContactRow> {
  const known = await contactIdOf(tx, call, seen);
  if (known !== null) {
    const row = await presentContact(tx, call, known);
    if (row) return row;
    throw new Refusal(
      409,
      'in_bin',
      'This person was deleted and is in the recycle bin.',
      'Ask a manager to restore the contact.',
    );
  }
  const person = personOf(seen);
  if ((await erasedPeople(tx, call, [person])).size > 0) {
    throw new Refusal(
      409,
      'erased',
      'This person asked that nothing about them is kept.',
      'They are never contacted again. Leave them out.',
    );
  }
  const plan = planImport({
    people: [person],
    rejected: [],
    known: await knownIdentities(tx, call.workspaceId, [person]),
    contacts: new Map(),
    newId: call.newId,
  });
  const added = plan.add[0];
  if (!added) throw notFound('person');
  await storePeople(tx, call, {
    source: 'linkedin',
    importId: null,
    listId: null,
    legalBasis: 'legitimate_interest',
    plan,
  });
  await audit(tx, call, { action: 'contact.added', entity: 'contact', entityId: added.id });
  return contactOf(tx, call, added.id);
}

function personOf(seen: Seen): ImportedPerson {
  const keys = keysOf(seen);
  const of = (kind: string) => keys.find((key) => key.kind === kind)?.value ?? null;
  return {
    row: 0,
    ...splitName(seen.name),
    email: null,
    slug: of('linkedin_slug'),
    profileId: of('linkedin_profile'),
    memberId: null,
    company: null,
    companyKey: null,
    title: null,
    location: null,
    custom: {},
    note: null,
  };
}

/** Fixes the own profile for future enrollments. What a manager fixed for somebody else is theirs to change. */
export async function pinOwn(call: DeviceCall, contactId: string, pinned: boolean): Promise<PersonCard> {
  const { senderId } = call.actor;
  const row = await call.db.write(async (tx) => {
    const before = await contactOf(tx, call, contactId);
    if (before.pinnedSenderId !== null && before.pinnedSenderId !== senderId) {
      throw notAllowed('Another sender profile is fixed for this contact.', 'Ask a manager to change it.');
    }
    const pinnedSenderId = pinned ? senderId : null;
    await tx.update(contact).set({ pinnedSenderId }).where(eq(contact.id, before.id));
    await audit(tx, call, {
      action: 'contact.outreach_set',
      entity: 'contact',
      entityId: before.id,
      data: { fields: ['pinnedSenderId'], pinnedSenderId },
    });
    return { ...before, pinnedSenderId };
  });
  return cardOf(call, row);
}

/** Adds a note to a contact, and answers with what the side panel shows then. */
export async function noteOnPerson(call: DeviceCall, contactId: string, text: string): Promise<PersonCard> {
  await addNote(call, contactId, text);
  return cardOf(call, await contactOf(call.db.reader, call, contactId));
}

/** Removes a note, and answers with what the side panel shows then. */
export async function removeNoteOnPerson(
  call: DeviceCall,
  contactId: string,
  noteId: string,
): Promise<PersonCard> {
  await removeNote(call, contactId, noteId);
  return cardOf(call, await contactOf(call.db.reader, call, contactId));
}
