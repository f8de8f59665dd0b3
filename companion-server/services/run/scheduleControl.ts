import { z } from 'zod';
import { type EngineContext, isIdle } from '../../engine/index.ts';

const command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('idle?') }),
  z.object({ type: z.literal('offset'), ms: z.number().int().min(0) }),
]);

export interface ScheduleControlOptions {
  ctx: EngineContext;
  setOffset: (ms: number) => void;
  /** Whether something outside the engine is at work, e.g. a mailbox being read. */
  isBusy: () => boolean;
  wake: () => void;
}

/**
 * Tests and demo only: the parent process moves schedule time ahead over IPC while nothing is in flight.
 * Real time (leases, deadlines) is never touched, and nothing of this is reachable over HTTP.
 */
export function listenForScheduleControl(options: ScheduleControlOptions): (message: object) => void {
  const tell = (message: object) => process.send?.(message);
  process.on('message', (raw) => {
    const parsed = command.safeParse(raw);
    if (!parsed.success) return;
    if (parsed.data.type === 'offset') {
      options.setOffset(parsed.data.ms);
      options.wake();
      tell({ type: 'offset', ms: parsed.data.ms });
      return;
    }
    answerIdle(options).then(tell, (error: unknown) => {
      options.ctx.log.error({ err: error }, 'idle question failed');
      tell({
        type: 'idle',
        idle: false,
        nextWorkAt: null,
        nextReadAt: null,
        now: options.ctx.clocks.schedule.now(),
      });
    });
  });
  return tell;
}

async function answerIdle({ ctx, isBusy }: ScheduleControlOptions) {
  const { idle, nextWorkAt, nextReadAt } = await isIdle(ctx);
  return { type: 'idle', idle: idle && !isBusy(), nextWorkAt, nextReadAt, now: ctx.clocks.schedule.now() };
}
