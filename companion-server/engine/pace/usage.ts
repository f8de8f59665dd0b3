import { and, eq, inArray } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { DAY, HOUR, WEEK } from '#shared/kernel/clock.ts';
import { type EffectiveCap, effectiveCap } from '#shared/schedule/caps.ts';
import { basicNoteCap, type SenderSettings } from '#shared/schedule/settings.ts';
import { type UsageKind, usageKind } from '#shared/statuses/engine.ts';
import { type Queryable, rowsOf, schema } from '../../db/index.ts';
import type { ChannelRow, TaskRow, Unit } from '../context.ts';
import { usedAt } from '../lookups.ts';
import { shapes } from '../shapes.ts';

const { usage } = schema;

/** Uses are asked for from a full hour on, so that the question stays the same from a step's claim to its commit. */
const fullHour = (at: number) => at - (((at % HOUR) + HOUR) % HOUR);

/** What opening the page spends, at the claim: the page may have loaded whatever comes after. */
const atClaim: Record<ActionKind, readonly UsageKind[]> = {
  visit: ['page_load'],
  connect: ['page_load'],
  message: [],
  inmail: [],
  group_message: [],
  follow: ['page_load'],
  like: ['page_load'],
  withdraw: ['page_load'],
  send_email: [],
};
/** What the effect spends, in the transaction that allows it. */
export const atCommit: Record<ActionKind, readonly UsageKind[]> = {
  visit: [],
  connect: ['invite'],
  message: ['message'],
  inmail: ['inmail'],
  group_message: ['message'],
  follow: ['follow_like'],
  like: ['follow_like'],
  withdraw: ['withdrawal'],
  send_email: ['email'],
};

/** What writes to the person: an interaction, and kept at a distance from the next one. */
const writing: ReadonlySet<ActionKind> = new Set([
  'connect',
  'message',
  'inmail',
  'group_message',
  'send_email',
]);

/** Whether it writes to the person: then the spacing between two messages holds. */
export function isOutreach(kind: ActionKind): boolean {
  return writing.has(kind);
}

/** Everything one action of this kind spends. */
export function budgetKinds(kind: ActionKind): UsageKind[] {
  return [...atClaim[kind], ...atCommit[kind]];
}

/** Usage belongs to the member id or the address and survives the sender profile. */
export function accountOf(channel: Pick<ChannelRow, 'kind' | 'address' | 'id'>): string {
  return `${channel.kind}:${channel.address ?? channel.id}`;
}

/**
 * Counts a task's action in the account's usage. `when`: page loads count at the claim, the rest at commit; `at`: unix
 * ms.
 */
export function spend(
  unit: Unit,
  channel: ChannelRow,
  task: Pick<TaskRow, 'id' | 'kind' | 'payload'>,
  when: 'claim' | 'commit',
  at = unit.now,
): void {
  const kinds = when === 'claim' ? atClaim[task.kind] : spentAtCommit(task);
  for (const kind of kinds) {
    const spent = { account: accountOf(channel), kind, at, taskId: task.id };
    rowsOf(unit.tx).insert(shapes.usage, spent, true);
  }
}

/** An invitation with a note takes one of the account's notes besides. */
function spentAtCommit({ kind, payload }: Pick<TaskRow, 'kind' | 'payload'>): (UsageKind | 'note')[] {
  const isNote = kind === 'connect' && payload !== null && payload.text !== null;
  return isNote ? [...atCommit[kind], 'note'] : [...atCommit[kind]];
}

/** LinkedIn took the invitation without its note: the note is still there. */
export async function refundNote(unit: Unit, channel: ChannelRow, task: TaskRow): Promise<void> {
  await unit.tx
    .delete(usage)
    .where(
      and(
        inArray(usage.account, accountsOf(channel)),
        eq(usage.kind, 'note'),
        eq(usage.at, task.committedAt ?? 0),
        eq(usage.taskId, task.id),
      ),
    );
}

/** Where a step of this channel may have been counted: it may have been disconnected since. */
function accountsOf(channel: ChannelRow): string[] {
  const { releasedAddress } = channel;
  const now = accountOf(channel);
  return releasedAddress === null ? [now] : [now, accountOf({ ...channel, address: releasedAddress })];
}

/** Gives back what a commit spent, once it is proven that nothing happened. */
export async function refund(unit: Unit, channel: ChannelRow, task: TaskRow): Promise<void> {
  if (task.committedAt === null) return;
  for (const kind of spentAtCommit(task)) {
    await unit.tx
      .delete(usage)
      .where(
        and(
          inArray(usage.account, accountsOf(channel)),
          eq(usage.kind, kind),
          eq(usage.at, task.committedAt),
          eq(usage.taskId, task.id),
        ),
      );
  }
}

/** What is asked about an account before an action of this kind: its budgets, and the notes of invitations. */
export function usageKeys(channel: ChannelRow, kind: ActionKind, now: number): [string, string, number][] {
  const account = accountOf(channel);
  const week = fullHour(now - WEEK);
  const keys = budgetKinds(kind).map((spends): [string, string, number] => [account, spends, week]);
  if (kind === 'connect' && !channel.premium) {
    keys.push([account, 'note', fullHour(now - basicNoteCap.days * DAY + 1)]);
  }
  return keys;
}

/** When this kind was used in the last 7 days, oldest first. */
export function usageTimes(
  q: Queryable,
  channel: ChannelRow,
  kind: UsageKind,
  now: number,
): Awaitable<number[]> {
  return usedSince(q, channel, kind, now - WEEK);
}

/** When this kind, or a note, was used since a moment, oldest first. */
export function usedSince(
  q: Queryable,
  channel: ChannelRow,
  kind: UsageKind | 'note',
  since: number,
): Awaitable<number[]> {
  return whenThere(rowsOf(q).look(usedAt, accountOf(channel), kind, fullHour(since)), ([times = []]) =>
    times.filter((at) => at >= since).sort((a, b) => a - b),
  );
}

/** What one kind may use now, and which limit says so. */
export function capOf(
  channel: ChannelRow,
  settings: SenderSettings,
  kind: UsageKind,
  now: number,
): EffectiveCap {
  const { firstUsedAt, lastActionAt, restart } = channel;
  return effectiveCap(kind, { settings, firstUsedAt, lastActionAt, restart, now });
}

export interface UsageNow {
  kind: UsageKind;
  usedDay: number;
  capDay: number;
  usedWeek: number;
  capWeek: number;
}

/** Use of the last 24 hours and 7 days against the caps that apply now. */
export async function usageOf(
  q: Queryable,
  channel: ChannelRow,
  settings: SenderSettings,
  now: number,
): Promise<UsageNow[]> {
  const kinds = usageKind.options.filter((kind) => (kind === 'email') === (channel.kind === 'email'));
  const result: UsageNow[] = [];
  for (const kind of kinds) {
    const times = await usageTimes(q, channel, kind, now);
    const cap = capOf(channel, settings, kind, now);
    result.push({
      kind,
      usedDay: times.filter((at) => at > now - DAY).length,
      capDay: cap.daily,
      usedWeek: times.length,
      capWeek: cap.weekly,
    });
  }
  return result;
}
