import { and, eq, max, min, ne } from 'drizzle-orm';
import { type Queryable, schema } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { accountOf } from '../pace/usage.ts';

const { accountPace, channel: channelTable, usage } = schema;

/** Age and pace of an account, as a channel carries them. */
type Pace = Pick<ChannelRow, 'firstUsedAt' | 'lastActionAt' | 'restart'>;

/** Whether another live channel has this member id or address: one live profile per server. */
export async function isTaken(
  q: Queryable,
  kind: ChannelRow['kind'],
  address: string,
  exceptChannelId: string,
): Promise<boolean> {
  const rows = await q
    .select({ id: channelTable.id })
    .from(channelTable)
    .where(
      and(
        eq(channelTable.kind, kind),
        eq(channelTable.address, address),
        ne(channelTable.id, exceptChannelId),
      ),
    );
  return rows.length > 0;
}

/**
 * What changes on a channel that gets another address, or none: the old account keeps its age and pace, the new one
 * goes on where it was, on whichever channel that had been.
 */
export async function addressChange(
  unit: Unit,
  channel: ChannelRow,
  address: string | null,
): Promise<Partial<ChannelRow>> {
  if (address !== null && address === channel.address) return {};
  await keepPace(unit, channel);
  const pace = address === null ? unused : await paceOf(unit.tx, channel.kind, address);
  return { address, ...pace };
}

const unused: Pace = { firstUsedAt: null, lastActionAt: null, restart: null };

async function paceOf(q: Queryable, kind: ChannelRow['kind'], address: string): Promise<Pace> {
  const account = accountOf({ kind, address, id: '' });
  const [kept] = await q.select().from(accountPace).where(eq(accountPace.account, account));
  const [used] = await q
    .select({ first: min(usage.at), last: max(usage.at) })
    .from(usage)
    .where(eq(usage.account, account));
  return {
    firstUsedAt: earliest(kept?.firstUsedAt ?? null, used?.first ?? null),
    lastActionAt: latest(kept?.lastActionAt ?? null, used?.last ?? null),
    restart: kept?.restart ?? null,
  };
}

async function keepPace(unit: Unit, channel: ChannelRow): Promise<void> {
  if (channel.address === null) return;
  const { firstUsedAt, lastActionAt, restart } = channel;
  const pace = { firstUsedAt, lastActionAt, restart };
  await unit.tx
    .insert(accountPace)
    .values({ account: accountOf(channel), ...pace })
    .onConflictDoUpdate({ target: accountPace.account, set: pace });
}

/** Disconnected at once: another profile may take the account from now on. */
export async function releaseAccount(unit: Unit, channel: ChannelRow): Promise<void> {
  await unit.tx
    .update(channelTable)
    .set({
      ...(await addressChange(unit, channel, null)),
      releasedAddress: channel.address,
      status: 'not_set_up',
      reason: null,
      reasonDetail: null,
      smtpStatus: 'not_set_up',
      imapStatus: 'not_set_up',
      statusSince: unit.now,
      reconcileFrom: null,
      runnerDeviceId: null,
      runnerLeaseUntil: null,
    })
    .where(eq(channelTable.id, channel.id));
}

/** A restored profile has its account back where nobody else took it; it still has to be connected again. */
export async function returnAccount(unit: Unit, channel: ChannelRow): Promise<void> {
  const { kind, releasedAddress: address } = channel;
  if (address === null || (await isTaken(unit.tx, kind, address, channel.id))) return;
  await unit.tx
    .update(channelTable)
    .set({ ...(await addressChange(unit, channel, address)), releasedAddress: null })
    .where(eq(channelTable.id, channel.id));
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}
