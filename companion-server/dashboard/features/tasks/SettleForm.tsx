import { Blockquote, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { type TaskItemOf, taskRoutes } from '#shared/contract/task.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import type { FormProps } from './formProps.ts';

/** What was being sent, and whether it happened. */
export function SettleForm({ item, close }: FormProps<TaskItemOf<'unknown'>>) {
  const [note, setNote] = useState('');
  const settle = useAction(taskRoutes.settle, { done: 'Settled. The contact goes on.', onDone: close });
  const say = (happened: boolean) => settle.mutate({ params: { taskId: item.id }, body: { happened, note } });
  return (
    <Stack gap="md">
      {item.text && (
        <Blockquote p="sm" m={0} fz="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {item.subject && <Text fw={600}>{item.subject}</Text>}
          {item.text}
        </Blockquote>
      )}
      <Textarea
        label="What you saw (optional)"
        autosize
        minRows={2}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
      <Group gap="xs">
        <Button loading={settle.isPending} onClick={() => say(true)}>
          It happened
        </Button>
        <ConfirmButton
          label="It did not happen"
          question="It did not happen?"
          consequence={`The step counts as not done and may be executed for ${item.contactName}. If it did happen after all, the person would get it twice.`}
          confirmLabel="No, it did not happen"
          loading={settle.isPending}
          onConfirm={() => say(false)}
        />
      </Group>
    </Stack>
  );
}
