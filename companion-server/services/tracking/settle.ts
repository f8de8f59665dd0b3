import { and, asc, eq, isNotNull, lte } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { isScan, LOOK_MS } from '../../email/tracking.ts';
import { noteTracked, type Unit } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';

const { trackingHit } = schema;

const AT_ONCE = 100;

/**
 * Decides about requests that are old enough that a scan would have shown itself: those of persons become events, which
 * "Wait until" and the statistics see. True: there is more.
 */
export async function settleHits(services: Services): Promise<boolean> {
  const before = services.clocks.lease.now() - 2 * LOOK_MS;
  return services.db.write(async (tx) => {
    const unit = unitOf(services, tx);
    const due = await tx
      .select()
      .from(trackingHit)
      .where(and(eq(trackingHit.settled, false), lte(trackingHit.at, before)))
      .orderBy(asc(trackingHit.at))
      .limit(AT_ONCE);
    for (const hit of due) await settle(unit, hit);
    return due.length === AT_ONCE;
  });
}

async function settle(unit: Unit, hit: typeof trackingHit.$inferSelect): Promise<void> {
  const machine = hit.machine ?? ((await isPartOfScan(unit, hit)) ? 'all_links' : null);
  await unit.tx.update(trackingHit).set({ machine, settled: true }).where(eq(trackingHit.id, hit.id));
  if (machine === null)
    await noteTracked(unit, hit.taskId, hit.link === null ? 'email_opened' : 'email_clicked');
}

async function isPartOfScan(
  unit: Unit,
  { taskId, link, at }: typeof trackingHit.$inferSelect,
): Promise<boolean> {
  if (link === null) return false;
  const clicks = await unit.tx
    .select({ link: trackingHit.link, at: trackingHit.at })
    .from(trackingHit)
    .where(and(eq(trackingHit.taskId, taskId), isNotNull(trackingHit.link)));
  return isScan(
    { link, at },
    clicks.map((click) => ({ link: click.link ?? 0, at: click.at })),
  );
}
