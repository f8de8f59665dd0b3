import { and, eq, inArray } from 'drizzle-orm';
import type { HeldGroup, ResumePlan } from '#shared/contract/resumePlan.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { runForward } from '#shared/schedule/runForward.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { stepName } from '#shared/statuses/steps.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { HELD_AT_MOST, isFirstTouch, lossOf, openHolds, readySteps } from '../../engine/index.ts';
import { profilesNow } from '../automation/forecastProfiles.ts';
import type { Call } from '../context.ts';
import { type ChannelRow, channelsOf, senderToManage } from '../scope.ts';
import { viewHold } from '../sender/holdView.ts';

const { automation, lane } = schema;
type Step = Awaited<ReturnType<typeof readySteps>>[number];

/** How far the pacing is run forward. */
const LIMITS = { maxSlots: 3_000, days: 90 };

/** What was held on a channel, when each of it goes, what goes on and what stays held. */
export async function resumePlanOf(call: Call, senderId: string, kind: ChannelKind): Promise<ResumePlan> {
  const { reader } = call.db;
  await senderToManage(reader, call, senderId);
  const channel = (await channelsOf(reader, call, senderId))[kind];
  const now = call.clocks.schedule.now();
  const loss = await lossOf(reader, channel.id);
  const { steps, more } = await held(reader, channel);
  const times = await expectedTimes(call, senderId, now);
  const names = await automationNames(call, [...new Set(steps.map(({ automationId }) => automationId))]);
  const groups = groupsOf(steps, times, names);
  const stillHeld = await otherHolds(call, channel, names);
  return {
    channel: kind,
    lostAt: loss?.lostAt ?? null,
    regainedAt: loss?.regainedAt ?? null,
    groups,
    resumed: [...names]
      .filter(([id]) => groups.some((group) => group.automationId === id && goesOn(group, stillHeld)))
      .map(([automationId, name]) => ({ automationId, name })),
    stillHeld,
    more,
    now,
  };
}

async function held(db: Queryable, channel: ChannelRow): Promise<{ steps: Step[]; more: boolean }> {
  const lanes = await db.select().from(lane).where(eq(lane.channelId, channel.id));
  const steps: Step[] = [];
  let more = false;
  for (const { kind, readyCount } of lanes) {
    if (readyCount === 0) continue;
    const rows = await readySteps(db, channel.id, kind);
    more ||= rows.length > HELD_AT_MOST;
    steps.push(...rows.slice(0, HELD_AT_MOST));
  }
  return { steps, more };
}

/** Per kind, when its steps go one after the other: the pacing the claims use, run forward. */
async function expectedTimes(call: Call, senderId: string, now: number): Promise<Map<string, number[]>> {
  const { profiles } = await profilesNow(call, [senderId], now, { finishing: true });
  const profile = profiles[0];
  if (!profile) return new Map();
  const jobs = profile.backlog.map((job) => ({ ...job, counted: true }));
  const limits = { maxSlots: LIMITS.maxSlots, horizon: now + LIMITS.days * DAY };
  const { kinds } = runForward({ ...profile, jobs }, now, limits);
  return new Map(kinds.map(({ kind, times }) => [kind, times]));
}

/** A lane does its steps in the order they are listed in: the n-th of a kind takes its n-th moment. */
function groupsOf(
  steps: readonly Step[],
  times: ReadonlyMap<string, readonly number[]>,
  names: ReadonlyMap<string, string>,
): HeldGroup[] {
  const groups = new Map<string, HeldGroup>();
  const done = new Map<string, number>();
  for (const step of steps) {
    const { automationId, kind } = step;
    const place = done.get(kind) ?? 0;
    done.set(kind, place + 1);
    const at = times.get(kind)?.[place] ?? null;
    const key = `${automationId}:${kind}`;
    const group = groups.get(key) ?? {
      automationId,
      automationName: names.get(automationId) ?? 'Unnamed',
      kind,
      steps: 0,
      firstTouches: 0,
      oldest: step.notBefore ?? 0,
      firstAt: at,
      lastAt: at,
    };
    groups.set(key, {
      ...group,
      steps: group.steps + 1,
      firstTouches: group.firstTouches + (isFirstTouch(step) ? 1 : 0),
      oldest: Math.min(group.oldest, step.notBefore ?? 0),
      lastAt: at,
    });
  }
  return [...groups.values()].sort((a, b) => (a.firstAt ?? Infinity) - (b.firstAt ?? Infinity));
}

async function automationNames(call: Call, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await call.db.reader
    .select({ id: automation.id, name: automation.name })
    .from(automation)
    .where(and(eq(automation.workspaceId, call.workspaceId), inArray(automation.id, ids)));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** A hold on the workspace, the sender profile or the account keeps everything; others what they name. */
function goesOn({ automationId, kind }: HeldGroup, stillHeld: ResumePlan['stillHeld']): boolean {
  return !stillHeld.some(({ hold }) => {
    if (hold.scope === 'automation') return hold.scopeId === automationId;
    return hold.scope === 'kind' ? hold.kind === kind : true;
  });
}

/** Holds of other causes: they stay when the account is back. */
async function otherHolds(
  call: Call,
  channel: ChannelRow,
  names: ReadonlyMap<string, string>,
): Promise<ResumePlan['stillHeld']> {
  const rows = await openHolds(call.db.reader, [
    { scope: 'workspace', scopeId: call.workspaceId },
    { scope: 'sender', scopeId: channel.senderId },
    { scope: 'channel', scopeId: channel.id },
    { scope: 'kind', scopeId: channel.id },
    ...[...names.keys()].map((scopeId) => ({ scope: 'automation' as const, scopeId })),
  ]);
  const own = ['linkedin_account_disconnected', 'email_disconnected'];
  const scopeNames = { workspace: 'Everything', sender: 'This sender profile', channel: 'This account' };
  return rows
    .filter(({ reason }) => !own.includes(reason))
    .map((row) => ({ name: names.get(row.scopeId) ?? nameOf(row), hold: viewHold(row) }));

  function nameOf({ scope, kind }: (typeof rows)[number]): string {
    if (scope === 'kind') return `Only ${stepName(kind)}`;
    return scope === 'workspace' || scope === 'sender' ? scopeNames[scope] : scopeNames.channel;
  }
}
