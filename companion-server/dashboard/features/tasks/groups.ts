import { COUNTED_AT_MOST, type TaskGroup, type TaskItem, taskGroup } from '#shared/contract/task.ts';
import { stepName } from '#shared/statuses/steps.ts';

interface GroupWords {
  label: string;
  /** What stands here and what to do about it. */
  text: string;
  empty: { title: string; text: string };
}

export const groupWords: Record<TaskGroup, GroupWords> = {
  approval: {
    label: 'Approvals',
    text: 'These texts are written and due. Nothing of them goes out before somebody approves it; a change is approved as it stands.',
    empty: {
      title: 'No text waits for approval',
      text: 'Sender profiles and automations with "Approve each" show their texts here before they go.',
    },
  },
  manual: {
    label: 'Manual tasks',
    text: 'Calls and other tasks that automations ask for. Their contacts wait until somebody says that it is done.',
    empty: {
      title: 'No manual task',
      text: 'Automations with a Manual task step put what a person must do here, what is due first on top.',
    },
  },
  unknown: {
    label: 'To settle',
    text: 'These steps may have happened: the connection, the browser or, after a restore, the record of them was lost. Rapport never repeats them by itself. Look, then say what you saw.',
    empty: {
      title: 'Nothing to settle',
      text: 'Every step of every automation is known to have happened or not. New ones appear here by themselves.',
    },
  },
  missing_data: {
    label: 'Missing data',
    text: 'The text of these steps needs a value that the contact does not have. Filled in, they go on at once.',
    empty: {
      title: 'No data is missing',
      text: 'Every text can be filled in for its contact. What lacks a value appears here by itself.',
    },
  },
  confirm: {
    label: 'To confirm',
    text: 'LinkedIn shows somebody with another name at the address of these contacts. Nothing goes to them before a person decides.',
    empty: {
      title: 'Nobody to confirm',
      text: 'Every contact that was opened on LinkedIn is the person its name says.',
    },
  },
  reply: {
    label: 'Replies',
    text: 'These contacts are paused because they, or a colleague, replied. Answer them, then say how it goes on.',
    empty: {
      title: 'No reply to decide about',
      text: 'A reply pauses its contact in every automation and appears here.',
    },
  },
};

/** In the order of the tabs. */
export const groupsInOrder = Object.keys(groupWords).map((group) => taskGroup.parse(group));

/** A count for a badge: exact as far as the server counts, then with a plus. */
export function countText(count: number): string {
  return count > COUNTED_AT_MOST ? `${COUNTED_AT_MOST}+` : String(count);
}

/** What an item is, in two or three words. */
export function nameOf(item: TaskItem): string {
  switch (item.group) {
    case 'manual':
      return item.kind === 'call' ? 'Call' : 'Task';
    case 'confirm':
      return item.shown ? `Shown as ${item.shown.name}` : 'Another person';
    case 'reply':
      return item.reason === 'replied' ? 'Reply' : 'Reply of a colleague';
    default:
      return stepName(item.kind);
  }
}

/** When it was due, or since when it waits. */
export function timeOf(item: TaskItem): number {
  return item.group === 'manual' ? item.dueAt : item.at;
}
