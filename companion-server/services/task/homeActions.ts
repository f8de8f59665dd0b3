import type { TaskGroup } from '#shared/contract/task.ts';
import { COUNTED_AT_MOST } from '#shared/contract/task.ts';
import type { HomeView } from '#shared/contract/workspace.ts';
import type { MemberCall } from '../context.ts';
import { countTasks } from './list.ts';
import { countManualTasks } from './manualTasks.ts';

type Action = HomeView['actions'][number];

/** How Home says that a group waits; `{n}` is how many. */
const words: Record<TaskGroup, { one: string; many: string; detail: string }> = {
  unknown: {
    one: '1 step may have happened',
    many: '{n} steps may have happened',
    detail: 'Its answer was lost. Look and say whether it happened; it is never repeated before that.',
  },
  confirm: {
    one: '1 person to confirm',
    many: '{n} people to confirm',
    detail: 'LinkedIn shows another name than the contact has. Nothing goes to them before you decide.',
  },
  reply: {
    one: 'A contact replied',
    many: '{n} contacts replied',
    detail: 'They are paused. Answer them, then resume, skip the step, or complete.',
  },
  missing_data: {
    one: '1 step lacks data',
    many: '{n} steps lack data',
    detail: 'Their text cannot be filled in. Fill in what is missing, or skip the step.',
  },
  approval: {
    one: '1 text waits for approval',
    many: '{n} texts wait for approval',
    detail: 'Nothing of it goes out before you approve it.',
  },
  manual: {
    one: '1 manual task waits',
    many: '{n} manual tasks wait',
    detail: 'Their contacts go on when somebody says that it is done.',
  },
};

const groups: readonly TaskGroup[] = ['unknown', 'confirm', 'reply', 'missing_data', 'approval', 'manual'];

/** One line per group in which somebody of these eyes must act. */
export async function taskActions(call: MemberCall): Promise<Action[]> {
  const counts = await countTasks(call);
  const { overdue } = await countManualTasks(call, COUNTED_AT_MOST);
  return groups
    .filter((group) => counts[group] > 0)
    .map((group): Action => {
      const { one, many, detail } = words[group];
      const isLate = group === 'manual' && overdue > 0;
      const isCalm = group === 'approval' || (group === 'manual' && !isLate);
      return {
        id: `tasks:${group}`,
        severity: isCalm ? 'yellow' : 'orange',
        title: counts[group] === 1 ? one : many.replace('{n}', shown(counts[group])),
        detail: isLate ? `${overdue} overdue. ${detail}` : detail,
        href: `/tasks?group=${group}`,
      };
    });
}

function shown(count: number): string {
  return count > COUNTED_AT_MOST ? `${COUNTED_AT_MOST}+` : String(count);
}
