import { and, eq, isNull, sql } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import { type EngineContext, unitOfWork } from '../context.ts';
import { resumeMissedMailbox } from '../senders/mailboxes.ts';
import { resumeMissedLift } from './session.ts';

const { hold, channel, leader } = schema;

/** How often missed lifts are looked for (real time; product §2.4 point 6). */
const EVERY = 5 * MINUTE;
const AT_MOST = 100;
/** Its place in the table of leases: when it is due again, whoever leads by then. */
const NAME = 'sweep';

/** Finds holds whose cause is gone and that still stand: a lift that was missed. */
export async function sweepMissedLifts(ctx: EngineContext): Promise<void> {
  const real = ctx.clocks.lease.now();
  const [last] = await ctx.db.reader.select().from(leader).where(eq(leader.name, NAME));
  // A clock that was set back must not put the next sweep off for long.
  if (last && (last.until ?? 0) > real && (last.until ?? 0) <= real + EVERY) return;
  const due = await ctx.db.reader
    .select({ channelId: channel.id, kind: channel.kind })
    .from(hold)
    .innerJoin(channel, eq(channel.id, hold.scopeId))
    .where(
      and(
        isNull(hold.liftedAt),
        eq(hold.scope, 'channel'),
        sql`((${hold.reason} = 'linkedin_account_disconnected' AND ${channel.status} = 'active')
          OR (${hold.reason} = 'email_disconnected' AND ${channel.smtpStatus} = 'active' AND ${channel.imapStatus} = 'active'))`,
        sql`${hold.reason} IN ('linkedin_account_disconnected', 'email_disconnected')`,
      ),
    )
    .limit(AT_MOST);
  await unitOfWork(ctx, async (unit) => {
    for (const { channelId, kind } of due) {
      if (kind === 'linkedin') await resumeMissedLift(unit, channelId);
      else await resumeMissedMailbox(unit, channelId);
    }
    const until = unit.real + EVERY;
    await unit.tx
      .insert(leader)
      .values({ name: NAME, holder: NAME, until })
      .onConflictDoUpdate({ target: leader.name, set: { until } });
  });
}
