import { announceRetention, carryOutRetention, eraseBinned } from '../../engine/index.ts';
import type { Services } from '../context.ts';
import { engineOf } from '../engineOf.ts';

const AT_ONCE = 100;

/** Announces what nobody was in touch with for long, carries out what was announced, and empties the recycle bin. */
export async function retain(
  services: Services,
  pause: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const ctx = engineOf(services);
  for (const step of [carryOutRetention, announceRetention, eraseBinned]) {
    while (!signal.aborted && (await step(ctx, AT_ONCE))) await pause();
  }
}
