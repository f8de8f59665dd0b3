import { type ActionKind, actionChannel } from '#shared/automation/graph.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { type Queryable, rowsOf } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { recountChannels } from '../holds/holds.ts';
import { shapes } from '../shapes.ts';

/** The two channels every sender profile has from the start, with their lanes; nothing is connected yet. */
export async function openChannels(
  unit: Unit,
  owner: { workspaceId: string; senderId: string },
): Promise<{ linkedin: string; email: string }> {
  return {
    linkedin: await openChannel(unit, owner, 'linkedin'),
    email: await openChannel(unit, owner, 'email'),
  };
}

/** The id of the sender's channel of this kind, made where it is missing. */
export async function openChannel(
  unit: Unit,
  owner: { workspaceId: string; senderId: string },
  kind: ChannelKind,
): Promise<string> {
  const existing = await channelOf(unit.tx, owner.senderId, kind);
  const id = existing?.id ?? unit.newId();
  const rows = rowsOf(unit.tx);
  if (!existing) rows.insert(shapes.channel, { id, ...owner, kind, createdAt: unit.now });
  const known = new Set((await rows.group(shapes.lane, 'channel', id)).map((lane) => lane.kind));
  const missing = Object.entries(actionChannel).filter(([action, on]) => on === kind && !known.has(action));
  const executor = kind === 'linkedin' ? 'extension' : 'server';
  for (const [action] of missing) {
    rows.insert(shapes.lane, { channelId: id, kind: action, workspaceId: owner.workspaceId, executor });
  }
  if (missing.length > 0) await recountChannels(unit, [id]);
  return id;
}

/** The LinkedIn or the email channel of a sender profile; null: it has none. */
export function channelOf(q: Queryable, senderId: string, kind: ChannelKind): Awaitable<ChannelRow | null> {
  return whenThere(rowsOf(q).group(shapes.channel, 'sender', senderId, kind), ([row]) => row ?? null);
}

/** Whether there is anything to connect: what was never set up, or was taken off, can be neither acted on nor read. */
export function isSetUp(row: ChannelRow): boolean {
  return row.kind === 'email' ? row.imapStatus !== 'not_set_up' : row.status !== 'not_set_up';
}

/**
 * Whether answers may lie in its inbox. Once it was read they may, also after it was taken off: to be connected again is
 * what a wait for a reply needs then.
 */
export function hasInbox(row: ChannelRow): boolean {
  return isSetUp(row) || row.inboxReadAt !== null;
}

/** Which channel performs an action. */
export function channelKindOf(action: ActionKind): ChannelKind {
  return actionChannel[action];
}
