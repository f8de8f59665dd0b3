import { z } from 'zod';
import { stepOutcome } from '#shared/contract/deviceWork.ts';
import { linkedinStep, profileRead } from './linkedin.ts';

/**
 * How far a task got on this device. Written before the next thing happens, so that after a crash the
 * phase says the most that can have happened: only from `armed` on may LinkedIn know of it.
 */
const journalPhase = z.enum(['claimed', 'prepared', 'committed', 'armed', 'clicked', 'ended']);

/** One claim of one task. A later claim of the same task has a higher fence and a line of its own. */
export const journalEntry = z.object({
  taskId: z.string(),
  fence: z.number().int(),
  phase: journalPhase,
  step: linkedinStep,
  contactName: z.string(),
  automationName: z.string(),
  /** What stood there before we acted (prepare's baseline); null until prepared. */
  baseline: z.string().nullable(),
  profile: profileRead.nullable(),
  noteDropped: z.boolean(),
  /** Unix ms. */
  claimedAt: z.number().int(),
  preparedAt: z.number().int().nullable(),
  /** When the commit was sent: by the wall clock, and by the worker's monotonic clock of that time. */
  commitSentAt: z.number().int().nullable(),
  commitSentMono: z.number().nullable(),
  armedAt: z.number().int().nullable(),
  updatedAt: z.number().int(),
  outcome: stepOutcome.nullable(),
  /** The server has confirmed the outcome. */
  acked: z.boolean(),
  /** Why the server refuses the outcome: it is kept here and not sent again. */
  refused: z.string().nullable().default(null),
});
export type JournalEntry = z.infer<typeof journalEntry>;
