import { eq } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { seededRng, seedOf } from '#shared/kernel/prng.ts';
import { restartAfterPause } from '#shared/schedule/caps.ts';
import { afterAction, type Budget, nextSlot, type Slot } from '#shared/schedule/pacing.ts';
import type { SenderSettings } from '#shared/schedule/settings.ts';
import type { UsageKind } from '#shared/statuses/engine.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { shapes } from '../shapes.ts';
import { budgetKinds, capOf, usageTimes } from './usage.ts';

const { lane } = schema;

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
  if (kind === 'visit') await leaveForActions(q, channel, settings, budgets, now);
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

/** The page loads that ready actions need are reserved first: visits and reading profiles take what is left. */
async function leaveForActions(
  q: Queryable,
  channel: ChannelRow,
  settings: SenderSettings,
  budgets: Budget[],
  now: number,
): Promise<void> {
  const reserved = await reservedLoads(q, channel, settings, now);
  for (const budget of budgets) {
    const { daily, weekly } = budget.cap;
    budget.cap = {
      ...budget.cap,
      daily: Math.max(1, daily - reserved),
      weekly: Math.max(1, weekly - reserved),
    };
  }
}

/** One for each ready action that opens a profile, as far as its own cap lets it go within a day. */
async function reservedLoads(
  q: Queryable,
  channel: ChannelRow,
  settings: SenderSettings,
  now: number,
): Promise<number> {
  const lanes = await rowsOf(q).group(shapes.lane, 'channel', channel.id);
  const wanted = new Map<UsageKind, number>();
  for (const { kind, readyCount: ready, holdCount } of lanes) {
    if (holdCount > 0) continue;
    const spends = budgetKinds(kind as ActionKind);
    const effect = spends.find((each) => each !== 'page_load');
    if (!effect || !spends.includes('page_load')) continue;
    wanted.set(effect, (wanted.get(effect) ?? 0) + ready);
  }
  let reserved = 0;
  for (const [kind, ready] of wanted) {
    const { daily } = capOf(channel, settings, kind, now);
    const used = (await usageTimes(q, channel, kind, now)).filter((at) => at > now - DAY).length;
    reserved += Math.min(ready, Math.max(0, daily - used));
  }
  return reserved;
}

/** An action took place: starts the gap, perhaps a rest, and the careful restart after a long pause. */
export async function noteAction(unit: Unit, channel: ChannelRow): Promise<void> {
  const { now } = unit;
  const activity = afterAction(channel, channel.lastActionAt, now, unit.rng);
  rowsOf(unit.tx).update(shapes.channel, [channel.id], {
    ...activity,
    firstUsedAt: channel.firstUsedAt ?? now,
    lastActionAt: now,
    restart: restartAfterPause(channel.lastActionAt, now) ?? channel.restart,
  });
}

/** After a change of caps, gaps or window: every lane of the channel is planned anew. */
export async function replan(unit: Unit, channelId: string): Promise<void> {
  await unit.tx.update(lane).set({ nextAt: 0, nextLimit: null }).where(eq(lane.channelId, channelId));
}
