import { eq } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { contactsAddedToList, openHolds } from '../../../companion-server/engine/index.ts';
import { addContact, graphOfSteps, type Person, type Stage, WORKSPACE } from '../../simulation/setup.ts';
import { enrollmentOf, inUnit, settle } from './support.ts';

/** What the tests of sender profiles look at. */

export const node = (automationId = 'a1') => ({ workspaceId: WORKSPACE, automationId, nodeId: 'who' });

interface Choices {
  senders: string[];
  weights?: number[];
  segment?: object;
  who?: object;
}

/** One message to everybody of the list, after a delay so that nothing is under way at once. */
export function graphFor({ senders, weights = [], segment = {}, who = {} }: Choices): Graph {
  const graph = graphOfSteps(
    {
      seg: [
        'segment',
        {
          ...freshSegment,
          listIds: ['l1'],
          ...segment,
        },
      ],
      who: [
        'sender_profile',
        {
          ...freshSenderProfile,
          senders: senders.map((senderId, i) => ({ senderId, weight: weights[i] ?? 1 })),
          ...who,
        },
      ],
      look: ['visit', {}],
      pause: ['delay', { durationMs: DAY }],
      over: ['end', { outcome: 'neutral' }],
    },
    ['seg>who', 'who>look', 'look>pause', 'pause>over'],
  );
  return graph;
}

export async function people(stage: Stage, count: number, from = 1): Promise<Person[]> {
  const added: Person[] = [];
  for (let n = from; n < from + count; n++) added.push(await addContact(stage, n, { bound: true }));
  return added;
}

export function somebody(stage: Stage, n = 1): Promise<Person> {
  return addContact(stage, n, { bound: true });
}

export async function linkedinOf(stage: Stage, senderId: string) {
  const rows = await stage.db.reader
    .select()
    .from(schema.channel)
    .where(eq(schema.channel.senderId, senderId));
  return must(
    rows.find(({ kind }) => kind === 'linkedin'),
    `channel of ${senderId}`,
  );
}

export async function senderOfEach(stage: Stage, persons: readonly Person[]): Promise<(string | null)[]> {
  const found: (string | null)[] = [];
  for (const { contactId } of persons) found.push((await enrollmentOf(stage, contactId)).senderId);
  return found;
}

export async function interaction(stage: Stage, person: Person, senderId: string, at: number): Promise<void> {
  await stage.db.write((tx) =>
    tx.insert(schema.relation).values({
      contactId: person.contactId,
      senderId,
      workspaceId: WORKSPACE,
      status: 'connected',
      since: at,
      lastInteractionAt: at,
    }),
  );
}

export async function choiceOf(stage: Stage, person: Person) {
  const rows = await stage.db.reader
    .select({ type: schema.event.type, data: schema.event.data })
    .from(schema.event)
    .where(eq(schema.event.contactId, person.contactId));
  return rows.find(({ type }) => type === 'sender_chosen')?.data;
}

export function holdsOf(stage: Stage, automationId: string) {
  return openHolds(stage.db.reader, [{ scope: 'automation', scopeId: automationId }]);
}

export async function senderState(stage: Stage, id: string) {
  const [row] = await stage.db.reader.select().from(schema.sender).where(eq(schema.sender.id, id));
  return row;
}

/** Contacts come into the list of running automations. */
export async function enterLater(stage: Stage, persons: readonly Person[]): Promise<void> {
  await inUnit(stage, (unit) =>
    contactsAddedToList(
      unit,
      'l1',
      persons.map(({ contactId }) => contactId),
    ),
  );
  await settle(stage);
}
