import { z } from 'zod';
import { statMetric, statScope } from '../statuses/statistics.ts';
import { route } from './route.ts';

export const statisticsView = z.object({
  /** Today in days since 1970-01-01 (UTC). */
  today: z.number().int(),
  /** What happened how often on a day; days and kinds on which nothing did are left out. */
  items: z.array(z.object({ day: z.number().int(), metric: statMetric, n: z.number().int() })),
});
export type StatisticsView = z.infer<typeof statisticsView>;

export const statisticsRoutes = {
  /** Counted from the activity log, a minute or two behind it. Without a scope: of the whole workspace. */
  daily: route('member', 'GET', '/api/v1/statistics', {
    query: z.object({
      scope: statScope.default('workspace'),
      /** Of the automation or sender profile; of a step "<automation>:<node>". */
      scopeId: z.string().max(130).optional(),
      days: z.coerce.number().int().min(1).max(731).default(30),
    }),
    response: statisticsView,
  }),
};
