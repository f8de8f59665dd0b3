import type { z } from 'zod';
import type { StatisticsView, statisticsRoutes } from '#shared/contract/statistics.ts';
import { dayOf, statisticsOf } from '../../engine/index.ts';
import type { MemberCall } from '../context.ts';
import { invalid } from '../refusal.ts';

/** What happened on each of the last days, as counted from the activity log. */
export async function statistics(
  call: MemberCall,
  { scope, scopeId, days }: z.output<typeof statisticsRoutes.daily.query>,
): Promise<StatisticsView> {
  if (scope !== 'workspace' && scopeId === undefined) {
    throw invalid('scopeId', 'missing', `Say which ${scope} is meant.`, 'Give its id.');
  }
  const today = dayOf(call.clocks.schedule.now());
  const items = await statisticsOf(call.db.reader, {
    workspaceId: call.workspaceId,
    scope,
    scopeId: scope === 'workspace' ? call.workspaceId : (scopeId ?? ''),
    from: today - days + 1,
    until: today,
  });
  return { today, items };
}
