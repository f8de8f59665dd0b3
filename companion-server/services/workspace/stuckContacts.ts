import { and, eq, sql } from 'drizzle-orm';
import type { HomeView } from '#shared/contract/workspace.ts';
import { schema } from '../../db/index.ts';
import { isPaused } from '../../engine/index.ts';
import type { MemberCall } from '../context.ts';
import { isManager } from '../scope.ts';

const { automation, enrollment, sender } = schema;

/** Counted up to here in each automation. */
const AT_MOST = 100;

/** Paused by what no list of tasks shows, and what the person does about it. */
const stuck = {
  internal_error: {
    title: 'could not be handled',
    detail:
      'Rapport met an error of its own with them. Resume them to try again; if they pause again, report it.',
  },
  link_refused: {
    title: 'without a LinkedIn link',
    detail:
      'Somebody said that the link led to another person. Enter the right one; they go on by themselves.',
  },
  same_person: {
    title: 'twice here under two names',
    detail:
      'Two contacts proved to be one person who got steps as both. Look at what went out, then resume or cancel.',
  },
} as const;

/** One line per automation in which contacts stand still until somebody looks at them. */
export async function stuckContacts(call: MemberCall): Promise<HomeView['actions']> {
  const actions: HomeView['actions'] = [];
  for (const reason of ['internal_error', 'link_refused', 'same_person'] as const) {
    for (const { automationId, name, count } of await stuckBy(call, reason)) {
      if (count === 0) continue;
      const many =
        count > AT_MOST ? `more than ${AT_MOST} contacts` : count === 1 ? '1 contact' : `${count} contacts`;
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

/** Per automation, counted in its index of reasons; a rep's are those of their own profiles. */
function stuckBy(call: MemberCall, reason: keyof typeof stuck) {
  const paused = call.db.reader
    .select({ id: enrollment.id })
    .from(enrollment)
    .leftJoin(sender, eq(sender.id, enrollment.senderId))
    .where(
      and(
        eq(enrollment.automationId, automation.id),
        eq(enrollment.reason, reason),
        isPaused,
        isManager(call) ? undefined : eq(sender.ownerUserId, call.actor.userId),
      ),
    )
    .limit(AT_MOST + 1);
  return call.db.reader
    .select({
      automationId: automation.id,
      name: automation.name,
      count: sql<number>`(SELECT count(*) FROM (${paused}))`,
    })
    .from(automation)
    .where(eq(automation.workspaceId, call.workspaceId));
}
