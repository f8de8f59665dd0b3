import { z } from 'zod';
import { counterNames } from '../statuses/counters.ts';
import { id, instant, route } from './route.ts';

/** What the last recount of all kept counters found in the workspace. */
export const integrityView = z.object({
  /** Null: none has run yet. */
  last: z
    .object({
      id,
      finishedAt: instant,
      found: z.number().int(),
      /** The first of them. */
      drifts: z.array(
        z.object({
          counter: z.enum(counterNames),
          key: z.array(z.string()),
          stored: z.number().int(),
          counted: z.number().int(),
        }),
      ),
      repairedAt: instant.nullable(),
    })
    .nullable(),
});
export type IntegrityView = z.infer<typeof integrityView>;

export const upkeepRoutes = {
  integrity: route('member', 'GET', '/api/v1/integrity', { response: integrityView }),
  /** Writes what is counted now where the last recount found drift. */
  repair: route('member', 'POST', '/api/v1/integrity/repair', { response: integrityView }),
};
