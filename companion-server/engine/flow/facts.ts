import { and, eq } from 'drizzle-orm';
import { actionChannel, type Graph, isActionType } from '#shared/automation/graph.ts';
import type { Facts } from '#shared/automation/state.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import type { ChannelKind, RelationStatus } from '#shared/statuses/engine.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { ContactRow, EnrollmentRow, Unit } from '../context.ts';
import { receivedKinds } from '../lookups.ts';
import { contactById } from '../rows.ts';
import { channelOf, hasInbox } from '../senders/channels.ts';
import { shapes } from '../shapes.ts';

const { contactTag, event } = schema;

/** What conditions and waits of this enrollment look at. */
export async function factsOf(q: Queryable, enrollment: EnrollmentRow, graph: Graph): Promise<Facts> {
  const contact = await contactById(q, enrollment.contactId);
  const senderId = enrollment.senderId;
  const linkedin = senderId ? await channelOf(q, senderId, 'linkedin') : null;
  const email = senderId ? await channelOf(q, senderId, 'email') : null;
  const used = channelsUsed(graph);
  // A channel that was never set up is never read: waiting for it would keep back the one that works.
  const inboxes = [linkedin, email].flatMap((channel) =>
    channel && used.has(channel.kind) && hasInbox(channel) ? [channel.inboxReadAt] : [],
  );
  return {
    contactId: contact.id,
    relation: senderId ? await relationOf(q, contact.id, senderId) : 'not_verified',
    replied: await hasReplied(q, enrollment),
    hasEmail: contact.email !== null,
    openProfile: contact.openProfile === true,
    emailOpened: await happened(q, enrollment, graph, 'email_opened'),
    emailClicked: await happened(q, enrollment, graph, 'email_clicked'),
    tagIds: await tagsOf(q, contact.id, graph),
    fields: fieldsOf(contact),
    acceptancesReadAt: linkedin?.acceptancesReadAt ?? null,
    inboxReadAt: earliest(inboxes),
  };
}

/** Null: one of them was never read, or there is none. */
function earliest(times: readonly (number | null)[]): number | null {
  const known = times.flatMap((at) => (at === null ? [] : [at]));
  return known.length === 0 || known.length < times.length ? null : Math.min(...known);
}

/** The kinds of channel an automation's actions need. */
export function channelsUsed(graph: Graph): Set<ChannelKind> {
  const used = new Set<ChannelKind>();
  for (const node of graph.nodes) if (isActionType(node.type)) used.add(actionChannel[node.type]);
  return used;
}

/** The pair's row; null: they never had to do with each other. */
export function pairOf(q: Queryable, contactId: string, senderId: string) {
  return rowsOf(q).get(shapes.relation, contactId, senderId);
}

/** How this sender stands with the contact; `not_verified` where nothing is known. */
export function relationOf(q: Queryable, contactId: string, senderId: string): Awaitable<RelationStatus> {
  return whenThere(pairOf(q, contactId, senderId), (pair) => pair?.status ?? 'not_verified');
}

interface RelationChange {
  status?: RelationStatus;
  /** They had to do with each other: an invite, a message, an email, or a reply. */
  interaction?: boolean;
  /** Rapport sent this invitation, and takes it back from `withdrawAt` on. */
  sent?: { withdrawAt: number | null };
  lockedUntil?: number;
  at?: number;
}

/** Sets where the pair stands on LinkedIn, and when they last had to do with each other. */
export async function setRelation(
  unit: Unit,
  pair: { workspaceId: string; contactId: string; senderId: string },
  change: RelationChange,
): Promise<void> {
  const known = await pairOf(unit.tx, pair.contactId, pair.senderId);
  const before = known?.status ?? 'not_verified';
  const at = change.at ?? unit.now;
  const moved = change.status !== undefined && change.status !== before;
  const values = {
    ...(moved
      ? { status: change.status, since: at, byRapport: false, withdrawAt: null, lockedUntil: null }
      : {}),
    ...(change.sent ? { byRapport: true, withdrawAt: change.sent.withdrawAt } : {}),
    ...(change.lockedUntil === undefined ? {} : { lockedUntil: change.lockedUntil }),
    ...(moved && change.status === 'invite_sent' ? { inviteSentAt: at } : {}),
    ...(moved && change.status === 'connected' ? { connectedAt: at } : {}),
    ...(change.interaction ? { lastInteractionAt: at } : {}),
  };
  if (Object.keys(values).length === 0) return;
  const rows = rowsOf(unit.tx);
  if (known) rows.update(shapes.relation, [pair.contactId, pair.senderId], values);
  else rows.insert(shapes.relation, { ...pair, status: change.status ?? before, since: at, ...values });
}

/** Whether tracking reported this of an email of this enrollment; not looked up where no step waits for it. */
function happened(
  q: Queryable,
  enrollment: EnrollmentRow,
  graph: Graph,
  type: 'email_opened' | 'email_clicked',
): Awaitable<boolean> {
  const isAsked = graph.nodes.some((node) => node.type === 'wait_until' && node.config.event === type);
  return isAsked ? hasEvent(q, enrollment, type) : false;
}

async function hasEvent(
  q: Queryable,
  enrollment: EnrollmentRow,
  type: 'email_opened' | 'email_clicked',
): Promise<boolean> {
  const rows = await q
    .select({ id: event.id })
    .from(event)
    .where(
      and(
        eq(event.contactId, enrollment.contactId),
        eq(event.enrollmentId, enrollment.id),
        eq(event.type, type),
      ),
    )
    .limit(1);
  return rows.length > 0;
}

function tagsOf(q: Queryable, contactId: string, graph: Graph): Awaitable<string[]> {
  const isAsked = graph.nodes.some((node) => node.type === 'condition' && node.config.test === 'tag');
  return isAsked ? readTags(q, contactId) : [];
}

async function readTags(q: Queryable, contactId: string): Promise<string[]> {
  const rows = await q
    .select({ tagId: contactTag.tagId })
    .from(contactTag)
    .where(eq(contactTag.contactId, contactId));
  return rows.map(({ tagId }) => tagId);
}

function fieldsOf(contact: ContactRow): Facts['fields'] {
  const custom = Object.entries(contact.custom ?? {}).map(([name, value]) => [`custom:${name}`, value]);
  return {
    firstName: contact.firstName,
    lastName: contact.lastName,
    email: contact.email ?? '',
    company: contact.companyName ?? '',
    title: contact.title ?? '',
    location: contact.location ?? '',
    ...Object.fromEntries(custom),
  };
}

function hasReplied(q: Queryable, { contactId, createdAt }: EnrollmentRow): Awaitable<boolean> {
  const kinds = rowsOf(q).look(receivedKinds, contactId, createdAt ?? 0);
  return whenThere(kinds, (each) => each.includes('reply'));
}
