import { Blockquote, Button, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { manualTaskRoutes } from '#shared/contract/manualTask.ts';
import type { TaskItemOf } from '#shared/contract/task.ts';
import { useAction } from '../../api/useAction.ts';
import type { FormProps } from './formProps.ts';
import { SkipStep } from './SkipStep.tsx';

/** What to do, and how it went. */
export function ManualForm({ item, close }: FormProps<TaskItemOf<'manual'>>) {
  const [note, setNote] = useState('');
  const end = useAction(manualTaskRoutes.complete, { done: 'The contact goes on.', onDone: close });
  const finish = (result: 'done' | 'skipped') =>
    end.mutate({ params: { manualTaskId: item.id }, body: { result, note } });
  return (
    <Stack gap="md">
      <Blockquote p="sm" m={0} fz="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {item.instruction}
      </Blockquote>
      <Textarea
        label="How it went (optional)"
        autosize
        minRows={2}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        data-autofocus
      />
      <Group gap="xs">
        <Button loading={end.isPending} onClick={() => finish('done')}>
          Done
        </Button>
        <SkipStep contactName={item.contactName} loading={end.isPending} skip={() => finish('skipped')} />
      </Group>
    </Stack>
  );
}
