import { Alert, Group, Progress, Stack, Text } from '@mantine/core';
import { automationRoutes } from '#shared/contract/automation.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';

interface Props {
  automationId: string;
  looked: number;
  total: number;
}

/** How many of the lists' contacts have entered so far; the others can be left out. */
export function Entering({ automationId, looked, total }: Props) {
  const stop = useAction(automationRoutes.stopEntering, { done: 'Nobody else enters for now.' });
  const left = Math.max(0, total - looked);
  return (
    <Alert variant="outline" color="blue" title="Contacts are entering" role="status">
      <Stack gap="xs">
        <Text size="sm" className="tabular">
          {Math.min(looked, total).toLocaleString()} of {total.toLocaleString()} in its lists and tags are
          done. Those who entered go on already.
        </Text>
        <Progress
          value={total === 0 ? 100 : (100 * Math.min(looked, total)) / total}
          aria-label="Contacts that entered"
        />
        <Group>
          <ConfirmButton
            label="Stop"
            question={`Leave out the other ${left.toLocaleString()}?`}
            consequence="Who entered stays and goes on. The others enter when you publish an edit of this automation whose Segment keeps feeding."
            confirmLabel="Leave them out"
            loading={stop.isPending}
            onConfirm={() => stop.mutate({ params: { automationId } })}
          />
        </Group>
      </Stack>
    </Alert>
  );
}
