import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type TaskItem, taskRoutes } from '#shared/contract/task.ts';
import { useAction } from '../../api/useAction.ts';

const AT_MOST = 100;

interface Props {
  items: readonly TaskItem[];
  chosen: readonly string[];
  choose: (ids: readonly string[]) => void;
}

/** Approves the chosen texts exactly as they are shown; what changed meanwhile stays and is named. */
export function ApproveSelected({ items, chosen, choose }: Props) {
  const approve = useAction(taskRoutes.approveMany, {
    onDone: ({ approved, refused }) => {
      choose([]);
      const stayed = refused.length > 0 ? ` ${refused.length} changed or were decided meanwhile.` : '';
      notifications.show({
        message: `${approved.length} approved. They go at the pace of their senders.${stayed}`,
        color: refused.length > 0 ? 'orange' : 'green',
      });
    },
  });
  const shown = items.flatMap((item) => (item.group === 'approval' ? [item] : []));
  const tasks = shown
    .filter(({ id }) => chosen.includes(id))
    .slice(0, AT_MOST)
    .map(({ id, textHash }) => ({ taskId: id, textHash }));
  const all = shown.slice(0, AT_MOST).map(({ id }) => id);
  return (
    <Group gap="xs">
      <Button
        disabled={tasks.length === 0}
        loading={approve.isPending}
        onClick={() => approve.mutate({ body: { tasks } })}
      >
        {tasks.length === 0 ? 'Approve chosen' : `Approve ${tasks.length} chosen`}
      </Button>
      <Button variant="default" onClick={() => choose(tasks.length === all.length ? [] : all)}>
        {tasks.length === all.length ? 'Choose none' : `Choose all ${all.length} shown`}
      </Button>
    </Group>
  );
}
