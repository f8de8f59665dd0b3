import { Blockquote, Button, Group, Stack, Table, Text } from '@mantine/core';
import { enrollmentRoutes } from '#shared/contract/automation.ts';
import { type TaskItemOf, taskRoutes } from '#shared/contract/task.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { ButtonLink } from '../../components/Link.tsx';
import { Time } from '../../components/Time.tsx';
import { decided, decisionWords } from '../automations/decided.ts';
import { SkipOrComplete } from '../automations/SkipOrComplete.tsx';
import type { FormProps } from './formProps.ts';

/** Both names, and whether they are one person. */
export function ConfirmForm({ item, close }: FormProps<TaskItemOf<'confirm'>>) {
  const confirm = useAction(taskRoutes.confirm, { done: 'Decided.', onDone: close });
  const say = (isThem: boolean) =>
    confirm.mutate({ params: { enrollmentId: item.enrollmentId }, body: { isThem } });
  return (
    <Stack gap="md">
      {item.shown && (
        <Table>
          <Table.Tbody>
            <Person who="The contact" name={item.contactName} company={item.company} />
            <Person who="On LinkedIn" name={item.shown.name} company={item.shown.company} />
          </Table.Tbody>
        </Table>
      )}
      <Group gap="xs">
        {item.shown && (
          <Button loading={confirm.isPending} onClick={() => say(true)}>
            This is the person
          </Button>
        )}
        <ConfirmButton
          label="Not this person"
          question={`Somebody else than ${item.contactName}?`}
          consequence="The LinkedIn link is taken off the contact and kept in the activity log. The contact waits for the right link, and nothing goes to the person shown."
          confirmLabel="Not this person"
          loading={confirm.isPending}
          onConfirm={() => say(false)}
        />
      </Group>
    </Stack>
  );
}

function Person({ who, name, company }: { who: string; name: string; company: string | null }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{who}</Table.Th>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{company ?? '–'}</Table.Td>
    </Table.Tr>
  );
}

/** What they wrote, and how it goes on. */
export function ReplyForm({ item, close }: FormProps<TaskItemOf<'reply'>>) {
  const decide = useAction(enrollmentRoutes.decide, {
    done: decided,
    onDone: close,
  });
  const say = (decision: 'resume' | 'skip' | 'complete') =>
    decide.mutate({ params: { enrollmentId: item.enrollmentId }, body: { decision } });
  return (
    <Stack gap="md">
      {item.message && (
        <>
          <Text size="sm" c="dimmed">
            They wrote <Time at={item.message.at} />:
          </Text>
          <Blockquote p="sm" m={0} fz="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {item.message.text}
          </Blockquote>
        </>
      )}
      {item.threadId !== null && (
        <Group>
          <ButtonLink to="/inbox" search={{ thread: item.threadId }}>
            Answer in the inbox
          </ButtonLink>
        </Group>
      )}
      <Text size="sm">{decisionWords}</Text>
      <Group gap="xs">
        <Button variant="default" loading={decide.isPending} onClick={() => say('resume')}>
          Resume
        </Button>
        <SkipOrComplete
          contactName={item.contactName}
          automationName={item.automationName}
          disabled={decide.isPending}
          decide={say}
        />
      </Group>
    </Stack>
  );
}
