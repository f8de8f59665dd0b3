import { and, eq, gt } from 'drizzle-orm';
import type { SenderView } from '#shared/contract/sender.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { acceptanceLevel, bounceLevel } from '#shared/schedule/guards.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { acceptanceOf, bouncesOf, type LossRow } from '../../engine/index.ts';
import type { ChannelRow } from '../scope.ts';

const { lane } = schema;

/** So long after a reconnect the resume plan is offered; fewer steps than this are not worth a look. */
const OFFERED_FOR = 3 * DAY;
const WORTH_A_LOOK = 10;

/** Active, and still reading what happened meanwhile; null: it is not, or it is done. */
export function reconcilingOf(channel: ChannelRow): SenderView['linkedin']['reconciling'] {
  if (channel.status !== 'active' || channel.reconcileFrom === null) return null;
  return { since: channel.reconcileFrom, failure: channel.watchFailure, retryAt: channel.watchRetryAt };
}

/** The latest check, and what any kind of page lacked at its own latest; null: none yet. */
export function layoutOf({ layoutChecks }: ChannelRow): SenderView['linkedin']['layout'] {
  const checks = Object.entries(layoutChecks ?? {});
  if (checks.length === 0) return null;
  return {
    checkedAt: Math.max(...checks.map(([, { at }]) => at)),
    missing: checks.flatMap(([page, { missing }]) => missing.map((key) => `${page}: ${key}`)),
  };
}

/** How close a profile is to being stopped by its guards. */
export async function guardsOf(
  db: Queryable,
  channels: { linkedin: ChannelRow; email: ChannelRow },
  now: number,
): Promise<SenderView['guards']> {
  const acceptance = await acceptanceOf(db, channels.linkedin, now);
  const bounces = await bouncesOf(db, channels.email, now);
  return {
    acceptance: { ...acceptance, level: acceptanceLevel(acceptance) },
    bounces: { ...bounces, level: bounceLevel(bounces) },
  };
}

/** What waits on a channel that is lost, or came back lately. */
export async function backlogOf(
  db: Queryable,
  channel: ChannelRow,
  loss: LossRow | null,
  now: number,
): Promise<SenderView['backlogs']> {
  const isRecent = loss?.regainedAt != null && loss.regainedAt > now - OFFERED_FOR;
  if (!loss || (loss.lostAt === null && !isRecent)) return [];
  const rows = await db
    .select({ ready: lane.readyCount })
    .from(lane)
    .where(and(eq(lane.channelId, channel.id), gt(lane.readyCount, 0)));
  const steps = rows.reduce((total, { ready }) => total + ready, 0);
  if (steps < WORTH_A_LOOK) return [];
  const regainedAt = loss.lostAt === null ? loss.regainedAt : null;
  return [{ channel: channel.kind, steps, lostAt: loss.lostAt, regainedAt }];
}
