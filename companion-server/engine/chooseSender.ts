import { and, desc, eq, isNotNull, notExists, sql } from 'drizzle-orm';
import type { NodeOf } from '#shared/automation/graph.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ContactRow, EnrollmentRow, Unit } from './context.ts';
import { relationOf } from './facts.ts';
import { appendEvent } from './record.ts';

const { automationSender, relation, sender, senderExit } = schema;

type SenderNode = NodeOf<'sender_profile'>;

/** How a contact came to its sender profile. */
type Way = 'pinned' | 'latest_contacted' | 'distribution';

interface Choice {
  senderId: string;
  way: Way;
  /** Somebody else was in touch with the contact later than the chosen one ever was. */
  collision: Interaction | null;
  /** Pinned by a person, but not usable in this node. */
  unusablePin: string | null;
}

interface Interaction {
  senderId: string;
  at: number;
}

interface Candidate {
  senderId: string;
  placed: number;
  weight: number;
}

/**
 * The sender profile of a contact that enters (product §4.2): the pinned one, else the latest that contacted them,
 * else the one with the least (placed + 1) / weight. Only profiles that are usable in the node; null: there is none.
 */
export async function chooseSender(
  unit: Unit,
  row: EnrollmentRow,
  contact: ContactRow,
  node: SenderNode,
  onlyConnected: boolean,
): Promise<string | null> {
  const usable = await usableSenders(unit.tx, row.automationId, node.id);
  const connected = onlyConnected ? await connectedOnes(unit.tx, contact.id, usable) : [];
  const choice = await choose(unit.tx, contact, node, connected.length > 0 ? connected : usable);
  if (!choice) return null;
  if (choice.way === 'distribution') await countPlaced(unit, row.automationId, node.id, choice.senderId);
  await noteChoice(unit, row, choice);
  return choice.senderId;
}

async function choose(
  q: Queryable,
  contact: ContactRow,
  node: SenderNode,
  candidates: readonly Candidate[],
): Promise<Choice | null> {
  const first = [...candidates].sort(byShare)[0];
  if (!first) return null;
  const isCandidate = (id: string) => candidates.some(({ senderId }) => senderId === id);
  const pin = contact.pinnedSenderId;
  if (pin !== null && isCandidate(pin)) {
    return { senderId: pin, way: 'pinned', collision: null, unusablePin: null };
  }
  const { ignorePreviousInteractions, preferLatestContacted } = node.config;
  const interactions = ignorePreviousInteractions ? [] : await interactionsWith(q, contact.id);
  const latest = interactions[0] ?? null;
  const own = preferLatestContacted ? interactions.find(({ senderId }) => isCandidate(senderId)) : undefined;
  const senderId = own?.senderId ?? first.senderId;
  return {
    senderId,
    way: own ? 'latest_contacted' : 'distribution',
    collision: latest && latest.senderId !== senderId ? latest : null,
    unusablePin: pin,
  };
}

/**
 * Enabled in the node and not retiring or deleted. One that was removed and added again takes nobody until the contacts
 * that its removal cancels have ended: newcomers would be canceled with them.
 */
export async function usableSenders(
  q: Queryable,
  automationId: string,
  nodeId: string,
): Promise<Candidate[]> {
  return await q
    .select({
      senderId: automationSender.senderId,
      placed: automationSender.placed,
      weight: automationSender.weight,
    })
    .from(automationSender)
    .innerJoin(sender, eq(sender.id, automationSender.senderId))
    .where(
      and(
        eq(automationSender.automationId, automationId),
        eq(automationSender.nodeId, nodeId),
        eq(automationSender.enabled, true),
        eq(sender.state, 'active'),
        notExists(
          q
            .select({ at: senderExit.at })
            .from(senderExit)
            .where(
              and(
                eq(senderExit.senderId, automationSender.senderId),
                eq(senderExit.automationId, automationId),
                eq(senderExit.nodeId, nodeId),
              ),
            ),
        ),
      ),
    );
}

/** Whether a sender assigned to somebody on the way in must not take them any more. */
export async function hasLeft(
  q: Queryable,
  automationId: string,
  nodeId: string,
  senderId: string,
): Promise<boolean> {
  const [row] = await q
    .select({ state: sender.state, enabled: automationSender.enabled })
    .from(sender)
    .leftJoin(
      automationSender,
      and(
        eq(automationSender.automationId, automationId),
        eq(automationSender.nodeId, nodeId),
        eq(automationSender.senderId, sender.id),
      ),
    )
    .where(eq(sender.id, senderId));
  return row?.state !== 'active' || row.enabled === false;
}

async function connectedOnes(
  q: Queryable,
  contactId: string,
  usable: readonly Candidate[],
): Promise<Candidate[]> {
  const connected: Candidate[] = [];
  for (const each of usable) {
    if ((await relationOf(q, contactId, each.senderId)) === 'connected') connected.push(each);
  }
  return connected;
}

/** Done invites, messages, InMails and emails, by hand too, and replies received: the latest first. */
async function interactionsWith(q: Queryable, contactId: string): Promise<Interaction[]> {
  const rows = await q
    .select({ senderId: relation.senderId, at: relation.lastInteractionAt })
    .from(relation)
    .where(and(eq(relation.contactId, contactId), isNotNull(relation.lastInteractionAt)))
    .orderBy(desc(relation.lastInteractionAt));
  return rows.map(({ senderId, at }) => ({ senderId, at: at ?? 0 }));
}

function byShare(a: Candidate, b: Candidate): number {
  const share = ({ placed, weight }: Candidate) => (placed + 1) / weight;
  return share(a) - share(b) || (a.senderId < b.senderId ? -1 : 1);
}

async function countPlaced(
  unit: Unit,
  automationId: string,
  nodeId: string,
  senderId: string,
): Promise<void> {
  await unit.tx
    .update(automationSender)
    .set({ placed: sql`${automationSender.placed} + 1` })
    .where(
      and(
        eq(automationSender.automationId, automationId),
        eq(automationSender.nodeId, nodeId),
        eq(automationSender.senderId, senderId),
      ),
    );
}

/** Nobody is assigned silently: the log says how, and who else was in touch. */
async function noteChoice(unit: Unit, row: EnrollmentRow, choice: Choice): Promise<void> {
  const { senderId, way, collision, unusablePin } = choice;
  await appendEvent(unit, {
    workspaceId: row.workspaceId,
    type: 'sender_chosen',
    dedupeKey: `sender_chosen:${row.id}:${unit.newId()}`,
    contactId: row.contactId,
    enrollmentId: row.id,
    automationId: row.automationId,
    senderId,
    data: {
      way,
      ...(collision ? { collisionSenderId: collision.senderId, collisionAt: collision.at } : {}),
      ...(unusablePin ? { unusablePin } : {}),
    },
  });
}
