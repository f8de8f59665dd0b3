import { lt } from 'drizzle-orm';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../db/index.ts';
import { admit } from './admit.ts';
import { type EngineContext, unitOfWork } from './context.ts';
import { expireHolds } from './holds.ts';
import { nextDue } from './idle.ts';
import { reap } from './reap.ts';
import { wake } from './wake.ts';

export const tickBounds = { reap: 100, holds: 100, wake: 200, automations: 50 } as const;
const OUTBOX_KEPT_MS = DAY;

export interface TickResult {
  /** Schedule time of the earliest thing that will be due; null: nothing is planned. */
  nextDueAt: number | null;
  /** A stage reached its bound: tick again at once. */
  busy: boolean;
}

/** One round of everything that moves by itself. Each stage is short; only the leader calls it. */
export async function tick(ctx: EngineContext): Promise<TickResult> {
  const reaped = await reap(ctx, tickBounds.reap);
  const expired = await unitOfWork(ctx, (unit) => expireHolds(unit, tickBounds.holds));
  const woken = await wake(ctx, tickBounds.wake);
  const admitted = await admit(ctx, tickBounds.automations);
  await unitOfWork(ctx, (unit) =>
    unit.tx.delete(schema.outbox).where(lt(schema.outbox.at, unit.real - OUTBOX_KEPT_MS)),
  );
  const busy = reaped || expired === tickBounds.holds || woken || admitted;
  return { nextDueAt: await nextDue(ctx), busy };
}
