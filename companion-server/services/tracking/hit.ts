import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import { machineSign, readTrackingToken, type TrackingClaim } from '../../email/tracking.ts';
import type { Services } from '../context.ts';

export type { TrackingClaim };

const { automation, task, taskAttempt, trackingHit } = schema;

/** What a tracking link says; null: not signed by this server. */
export function readTrackingClaim(services: Services, token: string): TrackingClaim | null {
  try {
    return readTrackingToken(token, services.unsubscribeKey);
  } catch {
    return null;
  }
}

/** More requests for one email say nothing new. */
const HITS_AT_MOST = 100;

/**
 * Keeps that somebody or something asked for the image or a link, where the automation still asks for it. Whether a
 * person did is decided later (`settleHits`), when it is known what else was asked for at the same time.
 */
export async function recordHit(
  services: Services,
  claim: TrackingClaim,
  request: { method: string; userAgent: string },
): Promise<void> {
  const [sent] = await services.db.reader
    .select({
      trackOpens: automation.trackOpens,
      trackClicks: automation.trackClicks,
      handedOverAt: taskAttempt.committedAt,
    })
    .from(task)
    .innerJoin(automation, eq(automation.id, task.automationId))
    .leftJoin(taskAttempt, and(eq(taskAttempt.taskId, task.id), eq(taskAttempt.fence, task.fence)))
    .where(and(eq(task.id, claim.taskId), eq(task.workspaceId, claim.workspaceId)));
  if (!sent || !(claim.link ? sent.trackClicks : sent.trackOpens)) return;
  const at = services.clocks.lease.now();
  const afterMs = sent.handedOverAt === null ? null : at - sent.handedOverAt;
  const known = await services.db.reader.$count(trackingHit, eq(trackingHit.taskId, claim.taskId));
  if (known >= HITS_AT_MOST) return;
  await services.db.write((tx) =>
    tx.insert(trackingHit).values({
      id: services.newId(),
      workspaceId: claim.workspaceId,
      taskId: claim.taskId,
      link: claim.link?.index ?? null,
      machine: machineSign({ ...request, afterMs }),
      at,
    }),
  );
}
