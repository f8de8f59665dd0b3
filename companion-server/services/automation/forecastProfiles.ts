import { and, asc, eq, gt, gte, inArray, ne } from 'drizzle-orm';
import { type ActionKind, actionChannel } from '#shared/automation/graph.ts';
import { DAY } from '#shared/kernel/clock.ts';
import type { ForecastProfile } from '#shared/schedule/forecast.ts';
import type { ForecastChannel } from '#shared/schedule/runForward.ts';
import { basicNoteCap, senderSettings } from '#shared/schedule/settings.ts';
import type { Job } from '#shared/schedule/workAhead.ts';
import { type UsageKind, usageKind } from '#shared/statuses/engine.ts';
import { schema } from '../../db/index.ts';
import { notesTold } from '../../engine/index.ts';
import { accountOf, budgetKinds } from '../../engine/pace/usage.ts';
import type { Call } from '../context.ts';
import type { ChannelRow } from '../scope.ts';

const { channel, lane, sender, usage } = schema;

/**
 * Settings, usage and queues of the sender profiles as they stand now: five statements, however many they are. One that
 * retires takes nobody new; `finishing`: what is under way counts, which it finishes.
 */
export async function profilesNow(
  call: Call,
  senderIds: string[],
  now: number,
  { finishing = false }: { finishing?: boolean } = {},
): Promise<{ profiles: ForecastProfile[]; names: ReadonlyMap<string, string> }> {
  if (senderIds.length === 0) return { profiles: [], names: new Map() };
  const { reader } = call.db;
  const rows = await reader
    .select()
    .from(sender)
    .where(
      and(
        eq(sender.workspaceId, call.workspaceId),
        inArray(sender.id, senderIds),
        finishing ? ne(sender.state, 'deleted') : eq(sender.state, 'active'),
      ),
    );
  const channels = await reader
    .select()
    .from(channel)
    .where(and(eq(channel.workspaceId, call.workspaceId), inArray(channel.senderId, senderIds)));
  const used = await usageByAccount(call, channels.map(accountOf), now);
  const notes = await notesByAccount(call, channels.filter(countsNotes).map(accountOf), now);
  const backlog = await backlogByChannel(
    call,
    channels.map(({ id }) => id),
  );
  const profiles = rows.map((row): ForecastProfile => {
    const own = channels.filter(({ senderId }) => senderId === row.id);
    return {
      id: row.id,
      settings: senderSettings.parse(row.settings ?? {}),
      channels: Object.fromEntries(own.map((each) => [each.kind, channelNow(each, used, notes, now)])),
      backlog: own.flatMap(({ id }) => backlog.get(id) ?? []),
    };
  });
  return { profiles, names: new Map(rows.map(({ id, name }) => [id, name])) };
}

type Usage = Partial<Record<UsageKind, number[]>>;

/** Whether LinkedIn's plan limits its notes; of an account that is not known yet nobody can tell. */
function isBasic({ kind, address, premium }: ChannelRow): boolean {
  return kind === 'linkedin' && address !== null && !premium;
}

/** Also of one with a paid plan, as long as LinkedIn's own word counts. */
function countsNotes(row: ChannelRow): boolean {
  return isBasic(row) || row.quotas !== null;
}

function channelNow(
  row: ChannelRow,
  used: ReadonlyMap<string, Usage>,
  notes: ReadonlyMap<string, number[]>,
  now: number,
): ForecastChannel {
  const sent = notes.get(accountOf(row)) ?? [];
  const told = notesTold(row, now);
  const { id, firstUsedAt, lastActionAt, restart, activeSince, restUntil } = row;
  return {
    id,
    firstUsedAt,
    lastActionAt,
    restart,
    activeSince,
    restUntil,
    usage: used.get(accountOf(row)) ?? {},
    ...(isBasic(row) ? { notes: sent } : {}),
    ...(told
      ? { notesTold: { left: told.left - sent.filter((at) => at >= told.at).length, until: told.until } }
      : {}),
  };
}

async function usageByAccount(call: Call, accounts: string[], now: number): Promise<Map<string, Usage>> {
  const byAccount = new Map<string, Usage>();
  if (accounts.length === 0) return byAccount;
  const rows = await call.db.reader
    .select({ account: usage.account, kind: usage.kind, at: usage.at })
    .from(usage)
    .where(
      and(
        inArray(usage.account, accounts),
        inArray(usage.kind, usageKind.options),
        gte(usage.at, now - 7 * DAY),
      ),
    )
    .orderBy(asc(usage.account), asc(usage.kind), asc(usage.at));
  for (const { account, kind, at } of rows) {
    if (kind === 'note') continue;
    const known = byAccount.get(account) ?? {};
    byAccount.set(account, known);
    const times = known[kind] ?? [];
    known[kind] = times;
    times.push(at ?? 0);
  }
  return byAccount;
}

/** The notes of each account in the time that its plan looks back. */
async function notesByAccount(call: Call, accounts: string[], now: number): Promise<Map<string, number[]>> {
  const byAccount = new Map<string, number[]>();
  if (accounts.length === 0) return byAccount;
  const rows = await call.db.reader
    .select({ account: usage.account, at: usage.at })
    .from(usage)
    .where(
      and(
        inArray(usage.account, accounts),
        eq(usage.kind, 'note'),
        gte(usage.at, now - basicNoteCap.days * DAY),
      ),
    )
    .orderBy(asc(usage.account), asc(usage.at));
  for (const { account, at } of rows) byAccount.set(account, [...(byAccount.get(account) ?? []), at ?? 0]);
  return byAccount;
}

/** What is ready to go on each channel for other automations, by the counters of its lanes. */
async function backlogByChannel(call: Call, channelIds: string[]): Promise<Map<string, Job[]>> {
  const byChannel = new Map<string, Job[]>();
  if (channelIds.length === 0) return byChannel;
  const rows = await call.db.reader
    .select({ channelId: lane.channelId, kind: lane.kind, ready: lane.readyCount })
    .from(lane)
    .where(and(inArray(lane.channelId, channelIds), gt(lane.readyCount, 0)));
  for (const { channelId, kind, ready } of rows) {
    if (!isActionKind(kind)) continue;
    const step = { kind, channel: actionChannel[kind], spends: budgetKinds(kind), after: null, delayMs: 0 };
    const job: Job = {
      plan: { steps: [step], tailMs: 0 },
      contacts: ready,
      unread: 0,
      withEmail: ready,
      activeLimit: null,
      counted: false,
    };
    byChannel.set(channelId, [...(byChannel.get(channelId) ?? []), job]);
  }
  return byChannel;
}

function isActionKind(kind: string): kind is ActionKind {
  return kind in actionChannel;
}
