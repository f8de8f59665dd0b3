import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { emailStatistics } from '#shared/contract/automation.ts';
import { automationOf } from '../automation/view.ts';
import type { MemberCall } from '../context.ts';

type NodeStatistics = z.input<typeof emailStatistics>;

/** Per email step: each sent email counts once, as a person's as soon as one person's request is among its own. */
export async function emailStatisticsOf(
  call: MemberCall,
  automationId: string,
): Promise<{ items: NodeStatistics[] }> {
  await automationOf(call.db.reader, call, automationId);
  const ofKind = (isLink: boolean, isMachine: boolean) => {
    const link = isLink ? sql`h.link IS NOT NULL` : sql`h.link IS NULL`;
    const person = sql`EXISTS (SELECT 1 FROM tracking_hit h WHERE h.task_id = t.id AND ${link} AND h.settled = 1 AND h.machine IS NULL)`;
    if (!isMachine) return sql`sum(${person})`;
    const machine = sql`EXISTS (SELECT 1 FROM tracking_hit h WHERE h.task_id = t.id AND ${link} AND h.machine IS NOT NULL)`;
    return sql`sum(${machine} AND NOT ${person})`;
  };
  const items = await call.db.reader.all<NodeStatistics>(
    sql`SELECT t.node_id AS "nodeId", count(*) AS sent, ${ofKind(false, false)} AS opened,
        ${ofKind(false, true)} AS "openedByMachines", ${ofKind(true, false)} AS clicked,
        ${ofKind(true, true)} AS "clickedByMachines"
      FROM enrollment e JOIN task t ON t.enrollment_id = e.id AND t.kind = 'send_email' AND t.state = 'done'
      WHERE e.automation_id = ${automationId} GROUP BY t.node_id`,
  );
  return { items };
}
