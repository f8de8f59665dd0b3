import { Blockquote, Button, Group, Modal, Paper, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { z } from 'zod';
import { taskRoutes, type taskView } from '#shared/contract/automation.ts';
import { useAction } from '../../api/useAction.ts';
import { Empty } from '../../components/Empty.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Page } from '../../components/Page.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';
import { Time } from '../../components/Time.tsx';

type Task = z.infer<typeof taskView>;
interface Decision {
  task: Task;
  happened: boolean;
}

/** Steps that may have happened: a person looks and says whether they did. */
export function TasksPage() {
  const [decision, setDecision] = useState<Decision | null>(null);
  return (
    <Page
      title="Tasks"
      text="These steps may have happened: the connection or the browser was lost right after the click. Rapport never repeats them by itself. Look on LinkedIn or in the Sent folder, then say what you saw."
    >
      <PagedList
        route={taskRoutes.list}
        input={{ query: { state: 'unknown' } }}
        what="tasks"
        empty={
          <Empty
            title="Nothing to settle"
            text="Every step of every automation is known to have happened or not. New ones appear here by themselves."
          />
        }
      >
        {(items) => (
          <Stack gap="sm" component="ul" m={0} p={0} style={{ listStyle: 'none' }}>
            {items.map((task) => (
              <TaskCard key={task.id} task={task} decide={(happened) => setDecision({ task, happened })} />
            ))}
          </Stack>
        )}
      </PagedList>
      <Modal
        opened={decision !== null}
        onClose={() => setDecision(null)}
        title={decision?.happened ? 'It happened?' : 'It did not happen?'}
      >
        {decision && <Settle decision={decision} close={() => setDecision(null)} />}
      </Modal>
    </Page>
  );
}

function TaskCard({ task, decide }: { task: Task; decide: (happened: boolean) => void }) {
  const what = `${task.kind.replaceAll('_', ' ')} to ${task.contactName}`;
  return (
    <Paper component="li" withBorder p="md">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Group gap="xs">
            <Text fw={600} tt="capitalize">
              {task.kind.replaceAll('_', ' ')}
            </Text>
            <StatusBadge kind="task" value={task.state} />
          </Group>
          <Text size="sm" c="dimmed" component="span">
            <Time at={task.at} />
          </Text>
        </Group>
        <Text size="sm">
          To{' '}
          <TextLink to="/contacts/$contactId" params={{ contactId: task.contactId }}>
            {task.contactName}
          </TextLink>{' '}
          as {task.senderName}, in{' '}
          <TextLink to="/automations/$automationId" params={{ automationId: task.automationId }} search={{}}>
            {task.automationName}
          </TextLink>
        </Text>
        <Text size="sm">{task.sentence}</Text>
        {task.text && (
          <Blockquote p="sm" m={0} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }} fz="sm">
            {task.text}
          </Blockquote>
        )}
        <Text size="sm" fw={500}>
          {task.action}
        </Text>
        <Group gap="xs">
          <Button aria-label={`It happened: ${what}`} onClick={() => decide(true)}>
            It happened
          </Button>
          <Button variant="default" aria-label={`It did not happen: ${what}`} onClick={() => decide(false)}>
            It did not happen
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

function Settle({ decision, close }: { decision: Decision; close: () => void }) {
  const [note, setNote] = useState('');
  const settle = useAction(taskRoutes.settle, { done: 'Settled. The contact goes on.', onDone: close });
  const { task, happened } = decision;
  return (
    <Stack gap="md">
      <Text size="sm">
        {happened
          ? `The step counts as done, and ${task.contactName} goes on with the next one.`
          : `The step counts as not done and may be executed for ${task.contactName}. If it did happen after all, the person would get it twice.`}
      </Text>
      <Textarea
        label="What you saw (optional)"
        autosize
        minRows={2}
        maxLength={500}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          loading={settle.isPending}
          onClick={() => settle.mutate({ params: { taskId: task.id }, body: { happened, note } })}
        >
          {happened ? 'Yes, it happened' : 'No, it did not happen'}
        </Button>
      </Group>
    </Stack>
  );
}
