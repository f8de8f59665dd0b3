import type { NodeOf } from '#shared/automation/graph.ts';
import { must } from '#shared/kernel/assert.ts';
import { type Queryable, rowsOf } from '../../db/index.ts';
import type { ContactRow, EnrollmentRow, Unit } from '../context.ts';
import { relationOf } from '../flow/facts.ts';
import { leaves } from '../lookups.ts';
import { noteEvent } from '../record.ts';
import { shapes } from '../shapes.ts';

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
  const rows = rowsOf(q);
  const enabled = (await rows.group(shapes.automationSender, 'node', automationId, nodeId)).filter(
    (each) => each.enabled,
  );
  const ids = enabled.map(({ senderId }): [string] => [senderId]);
  await rows.load(shapes.sender, ids);
  await rows.ask(leaves, ids);
  const usable: Candidate[] = [];
  for (const { senderId, placed, weight } of enabled) {
    if ((await rows.get(shapes.sender, senderId))?.state !== 'active') continue;
    const leaving = await rows.look(leaves, senderId);
    if (leaving.some((each) => each.automationId === automationId && each.nodeId === nodeId)) continue;
    usable.push({ senderId, placed, weight });
  }
  return usable;
}

/** Whether a sender assigned to somebody on the way in must not take them any more. */
export async function hasLeft(
  q: Queryable,
  automationId: string,
  nodeId: string,
  senderId: string,
): Promise<boolean> {
  const rows = rowsOf(q);
  if ((await rows.get(shapes.sender, senderId))?.state !== 'active') return true;
  return (await rows.get(shapes.automationSender, automationId, nodeId, senderId))?.enabled === false;
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
  const pairs = await rowsOf(q).group(shapes.relation, 'contact', contactId);
  return pairs
    .flatMap(({ senderId, lastInteractionAt: at }) => (at === null ? [] : [{ senderId, at }]))
    .sort((one, other) => other.at - one.at);
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
  const rows = rowsOf(unit.tx);
  const key = [automationId, nodeId, senderId] as const;
  const { placed } = must(await rows.get(shapes.automationSender, ...key), `sender ${senderId} of a node`);
  rows.update(shapes.automationSender, key, { placed: placed + 1 });
}

/** Nobody is assigned silently: the log says how, and who else was in touch. */
async function noteChoice(unit: Unit, row: EnrollmentRow, choice: Choice): Promise<void> {
  const { senderId, way, collision, unusablePin } = choice;
  noteEvent(unit, {
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
