import { and, eq } from 'drizzle-orm';
import type { HomeView } from '#shared/contract/workspace.ts';
import { schema } from '../../db/index.ts';
import { isPaused } from '../../engine/index.ts';
import type { MemberCall } from '../context.ts';
import { isManager } from '../scope.ts';

const { automation, enrollment, sender } = schema;

/** Looked at; where there are more, each automation's number is a least one. */
const AT_MOST = 100;

/** Paused by what no list of tasks shows, and what the person does about it. */
const stuck = {
  internal_error: {
    title: 'could not be handled',
    detail:
      'Rapport met an error of its own with them. Resume them to try again; if they pause again, report it.',
  },
  missing_data: {
    title: 'without a LinkedIn link',
    detail:
      'Somebody said that the link led to another person. Enter the right one; they go on by themselves.',
  },
} as const;

/** One line per automation in which contacts stand still until somebody looks at them. */
export async function stuckContacts(call: MemberCall): Promise<HomeView['actions']> {
  const actions: HomeView['actions'] = [];
  for (const reason of ['internal_error', 'missing_data'] as const) {
    const rows = await call.db.reader
      .select({ automationId: enrollment.automationId, name: automation.name })
      .from(enrollment)
      .innerJoin(automation, eq(automation.id, enrollment.automationId))
      .leftJoin(sender, eq(sender.id, enrollment.senderId))
      .where(
        and(
          eq(enrollment.workspaceId, call.workspaceId),
          isPaused,
          eq(enrollment.reason, reason),
          isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
        ),
      )
      .limit(AT_MOST + 1);
    const names = new Map(rows.map(({ automationId, name }) => [automationId, name]));
    for (const [automationId, name] of names) {
      const count = rows.filter((row) => row.automationId === automationId).length;
      const least = rows.length > AT_MOST ? 'at least ' : '';
      const many = `${least}${count === 1 ? '1 contact' : `${count} contacts`}`;
      actions.push({
        id: `${reason}:${automationId}`,
        severity: 'orange',
        title: `${name}: ${many} ${stuck[reason].title}`,
        detail: stuck[reason].detail,
        href: `/automations/${automationId}?tab=contacts&status=paused`,
      });
    }
  }
  return actions;
}
