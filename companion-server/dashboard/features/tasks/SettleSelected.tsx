import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type TaskItem, taskRoutes } from '#shared/contract/task.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';

const AT_MOST = 100;

interface Props {
  items: readonly TaskItem[];
  chosen: readonly string[];
  choose: (ids: readonly string[]) => void;
}

/** Says of all chosen steps whether they happened, where a person knows it of all of them. */
export function SettleSelected({ items, chosen, choose }: Props) {
  const settle = useAction(taskRoutes.settleMany, {
    onDone: ({ settled, refused }) => {
      choose([]);
      const stayed = refused.length > 0 ? ` ${refused.length} were settled meanwhile.` : '';
      notifications.show({
        message: `${settled.length} settled. Their contacts go on.${stayed}`,
        color: 'green',
      });
    },
  });
  const all = items.slice(0, AT_MOST).map(({ id }) => id);
  const taskIds = all.filter((id) => chosen.includes(id));
  const count = taskIds.length;
  return (
    <Group gap="xs">
      <Button
        disabled={count === 0}
        loading={settle.isPending}
        onClick={() => settle.mutate({ body: { taskIds, happened: true } })}
      >
        {count === 0 ? 'Chosen happened' : `${count} chosen happened`}
      </Button>
      <ConfirmButton
        label={count === 0 ? 'Chosen did not happen' : `${count} chosen did not happen`}
        disabled={count === 0}
        question={`${count} did not happen?`}
        consequence="These steps count as not done and may be executed. Those that did happen after all would reach the person twice."
        confirmLabel="No, they did not happen"
        loading={settle.isPending}
        onConfirm={() => settle.mutate({ body: { taskIds, happened: false } })}
      />
      <Button variant="default" onClick={() => choose(count === all.length ? [] : all)}>
        {count === all.length ? 'Choose none' : `Choose all ${all.length} shown`}
      </Button>
    </Group>
  );
}
