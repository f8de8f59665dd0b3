import { eq } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import { restartAfterPause } from '#shared/schedule/caps.ts';
import { afterAction, type Budget, nextSlot, type Slot } from '#shared/schedule/pacing.ts';
import type { SenderSettings } from '#shared/schedule/settings.ts';
import { type Queryable, schema } from '../db/index.ts';
import type { ChannelRow, Unit } from './context.ts';
import { budgetKinds, capOf, usageTimes } from './usage.ts';

const { channel: channelTable, lane } = schema;

/** When the next action of this kind may go on this channel, and the limit that binds it. */
export async function slotFor(
  q: Queryable,
  channel: ChannelRow,
  settings: SenderSettings,
  kind: ActionKind,
  now: number,
): Promise<Slot> {
  const budgets: Budget[] = [];
  for (const spends of budgetKinds(kind)) {
    budgets.push({
      kind: spends,
      usageTimes: await usageTimes(q, channel, spends, now),
      cap: capOf(channel, settings, spends, now),
    });
  }
  return nextSlot({
    now,
    window: settings.window,
    budgets,
    gaps: settings.gaps[channel.kind],
    lastActionAt: channel.lastActionAt,
    restUntil: channel.restUntil,
    rng: seededRng(seedOf(`${channel.id}:${kind}:${channel.lastActionAt ?? 0}`)),
  });
}

/** An action took place: starts the gap, perhaps a rest, and the careful restart after a long pause. */
export async function noteAction(unit: Unit, channel: ChannelRow): Promise<void> {
  const { now } = unit;
  const activity = afterAction(channel, channel.lastActionAt, now, unit.rng);
  await unit.tx
    .update(channelTable)
    .set({
      ...activity,
      firstUsedAt: channel.firstUsedAt ?? now,
      lastActionAt: now,
      restart: restartAfterPause(channel.lastActionAt, now) ?? channel.restart,
    })
    .where(eq(channelTable.id, channel.id));
}

/** After a change of caps, gaps or window: every lane of the channel is planned anew. */
export async function replan(unit: Unit, channelId: string): Promise<void> {
  await unit.tx.update(lane).set({ nextAt: 0, nextLimit: null }).where(eq(lane.channelId, channelId));
}
