import { and, eq, inArray, sql } from 'drizzle-orm';
import type { LostCapacity } from '#shared/contract/workspace.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { openStretches } from '#shared/schedule/window.ts';
import { schema } from '../../db/index.ts';
import { type Spell, silentSpells } from '../../engine/index.ts';
import type { MemberCall } from '../context.ts';
import { isManager } from '../scope.ts';

const { channel, lane, sender } = schema;

const LOOK_BACK = 7 * DAY;
type Lost = LostCapacity['senders'][number];

/** Working time of the last 7 days without a browser (product §8); null: there was none. */
export async function lostCapacityOf(call: MemberCall): Promise<LostCapacity | null> {
  const rows = await call.db.reader
    .select({ sender, channel })
    .from(sender)
    .innerJoin(channel, and(eq(channel.senderId, sender.id), eq(channel.kind, 'linkedin')))
    .where(
      and(
        eq(sender.workspaceId, call.workspaceId),
        eq(sender.state, 'active'),
        isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
      ),
    );
  const ready = await readyByChannel(
    call,
    rows.map((row) => row.channel.id),
  );
  const all: (Lost & { shown: boolean })[] = [];
  for (const row of rows) {
    const settings = senderSettings.parse(row.sender.settings ?? {});
    const lost = await lostBy(call, row.channel, settings, ready.get(row.channel.id) ?? 0);
    if (lost.lostMs === 0) continue;
    // How one rep's day went is theirs; managers get the sum unless the rep agreed.
    const shown = row.sender.ownerUserId === call.actor.userId || row.sender.sharesPresence;
    all.push({ senderId: row.sender.id, name: row.sender.name, ...lost, shown });
  }
  if (all.length === 0) return null;
  const sum = (of: (lost: Lost) => number) => all.reduce((total, each) => total + of(each), 0);
  return {
    profiles: all.length,
    lostMs: sum(({ lostMs }) => lostMs),
    openMs: sum(({ openMs }) => openMs),
    steps: sum(({ steps }) => steps),
    senders: all.filter(({ shown }) => shown).map(({ shown: _, ...lost }) => lost),
  };
}

async function lostBy(
  call: MemberCall,
  row: typeof channel.$inferSelect,
  settings: SenderSettings,
  ready: number,
): Promise<{ lostMs: number; openMs: number; steps: number }> {
  const real = call.clocks.lease.now();
  // Presence is real time, working hours are schedule time; the two differ where tests move the latter.
  const ahead = call.clocks.schedule.now() - real;
  const since = Math.max(real - LOOK_BACK, row.createdAt ?? 0);
  const stretches = openStretches(settings.window, since + ahead, real + ahead);
  const spells = await silentSpells(call.db.reader, row, since, real);
  const openMs = stretches.reduce((total, { start, end }) => total + end - start, 0);
  const lostMs = stretches.reduce(
    (total, { start, end }) => total + silence(spells, start - ahead, end - ahead),
    0,
  );
  const { invite, message } = settings.caps;
  const perWeek = Math.min(invite.weekly + message.weekly, 7 * (invite.daily + message.daily));
  // No more than stands there waiting: without work a closed browser costs nothing.
  const steps = openMs === 0 ? 0 : Math.min(ready, Math.round((lostMs / openMs) * perWeek));
  return { lostMs, openMs, steps };
}

function silence(spells: readonly Spell[], start: number, end: number): number {
  return spells.reduce(
    (total, { from, until }) => total + Math.max(0, Math.min(end, until) - Math.max(start, from)),
    0,
  );
}

async function readyByChannel(call: MemberCall, channelIds: string[]): Promise<Map<string, number>> {
  if (channelIds.length === 0) return new Map();
  const rows = await call.db.reader
    .select({ channelId: lane.channelId, ready: sql<number>`sum(${lane.readyCount})` })
    .from(lane)
    .where(inArray(lane.channelId, channelIds))
    .groupBy(lane.channelId);
  return new Map(rows.map(({ channelId, ready }) => [channelId, ready]));
}
