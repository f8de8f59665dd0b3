import { and, eq } from 'drizzle-orm';
import { type ActionKind, actionChannel } from '#shared/automation/graph.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ChannelRow, Unit } from './context.ts';
import { recountChannels } from './holds.ts';

const { channel, lane } = schema;

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
  if (!existing) {
    await unit.tx.insert(channel).values({ id, ...owner, kind, createdAt: unit.now });
  }
  for (const [action, on] of Object.entries(actionChannel)) {
    if (on !== kind) continue;
    await unit.tx
      .insert(lane)
      .values({
        channelId: id,
        kind: action,
        workspaceId: owner.workspaceId,
        executor: kind === 'linkedin' ? 'extension' : 'server',
      })
      .onConflictDoNothing();
  }
  await recountChannels(unit, [id]);
  return id;
}

export async function channelOf(
  q: Queryable,
  senderId: string,
  kind: ChannelKind,
): Promise<ChannelRow | null> {
  const rows = await q
    .select()
    .from(channel)
    .where(and(eq(channel.senderId, senderId), eq(channel.kind, kind)));
  return rows[0] ?? null;
}

export function channelKindOf(action: ActionKind): ChannelKind {
  return actionChannel[action];
}
