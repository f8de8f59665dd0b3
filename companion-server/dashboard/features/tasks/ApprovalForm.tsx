import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { type ApprovalItem, taskRoutes } from '#shared/contract/task.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import type { FormProps } from './formProps.ts';
import { SkipStep } from './SkipStep.tsx';

/** The exact text, to be approved as it stands, changed and approved in one step, or skipped. */
export function ApprovalForm({ item, close }: FormProps<ApprovalItem>) {
  const [text, setText] = useState(item.text ?? '');
  const [subject, setSubject] = useState(item.subject ?? '');
  const params = { taskId: item.id };
  const undo = useAction(taskRoutes.withdrawApproval, { done: 'It waits for approval again.' });
  const approve = useAction(taskRoutes.approve, {
    inline: true,
    onDone: ({ sentence }) => {
      close();
      notifications.show({ message: <Approved sentence={sentence} undo={() => undo.mutate({ params })} /> });
    },
  });
  const skip = useAction(taskRoutes.skip, { done: 'Skipped. The contact goes on.', onDone: close });
  const isEdited = text !== (item.text ?? '') || subject !== (item.subject ?? '');
  const edited = { text, subject: item.subject === null ? null : subject };
  const problem = approve.error?.problem;
  const { errors } = problem ? fieldErrors(problem, ['edited.text', 'edited.subject']) : { errors: {} };
  const error: Record<string, string> = errors;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        approve.mutate({ params, body: { textHash: item.textHash, ...(isEdited ? { edited } : {}) } });
      }}
    >
      <Stack gap="md">
        {item.subject !== null && (
          <TextInput
            label="Subject"
            description={lengthText(subject, item.maxSubject)}
            error={error['edited.subject']}
            value={subject}
            onChange={(event) => setSubject(event.currentTarget.value)}
          />
        )}
        {item.text === null ? (
          <Text size="sm">It goes without a note.</Text>
        ) : (
          <Textarea
            label="Text"
            description={lengthText(text, item.maxText)}
            error={error['edited.text']}
            autosize
            minRows={4}
            maxRows={16}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
          />
        )}
        {item.attachments.length > 0 && (
          <Text size="sm">With attachments: {item.attachments.join(', ')}</Text>
        )}
        {problem && Object.keys(error).length === 0 && <ProblemAlert problem={problem} />}
        <Group gap="xs">
          <Button type="submit" loading={approve.isPending}>
            {isEdited ? 'Approve edited text' : 'Approve'}
          </Button>
          <SkipStep
            contactName={item.contactName}
            loading={skip.isPending}
            skip={() => skip.mutate({ params })}
          />
        </Group>
      </Stack>
    </form>
  );
}

function lengthText(text: string, max: number | null): string | undefined {
  return max === null ? undefined : `${[...text].length} of ${max} characters`;
}

function Approved({ sentence, undo }: { sentence: string; undo: () => void }) {
  return (
    <Group gap="xs" justify="space-between">
      <Text size="sm">Approved. {sentence}</Text>
      <Button size="compact-sm" variant="default" onClick={undo}>
        Undo
      </Button>
    </Group>
  );
}
