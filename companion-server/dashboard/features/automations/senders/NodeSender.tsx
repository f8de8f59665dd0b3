import { Button, Group, NumberInput, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { automationSenderRoutes, type NodeSenderView } from '#shared/contract/automationSender.ts';
import { useAction } from '../../../api/useAction.ts';
import { ChoiceDialog } from '../../../components/ChoiceDialog.tsx';
import { TextLink } from '../../../components/Link.tsx';
import { StatusBadge } from '../../../components/StatusBadge.tsx';
import { Labelled } from '../../senders/SenderBadges.tsx';

interface Props {
  automationId: string;
  nodeId: string;
  sender: NodeSenderView;
}

/** One sender in a Sender Profile step: its share, what it has under way here, its channels, its removal. */
export function NodeSender({ automationId, nodeId, sender }: Props) {
  const { senderId, name, placed, open, enabled } = sender;
  return (
    <Paper withBorder p="sm">
      <Stack gap="sm">
        <Group justify="space-between" gap="sm">
          <TextLink to="/senders/$senderId" params={{ senderId }} search={{}} fw={600}>
            {name}
          </TextLink>
          <Standing sender={sender} />
        </Group>
        <Text size="sm" c="dimmed">
          {count(open, 'contact')} under way, {placed} placed since the last change.
        </Text>
        <Group gap="xs">
          <Labelled label="LinkedIn">
            <StatusBadge kind="linkedin" value={sender.linkedin} />
          </Labelled>
          <Labelled label="SMTP">
            <StatusBadge kind="mail" value={sender.smtp} />
          </Labelled>
          <Labelled label="IMAP">
            <StatusBadge kind="mail" value={sender.imap} />
          </Labelled>
        </Group>
        {enabled && (
          <Group gap="sm" align="flex-end">
            <Weight automationId={automationId} nodeId={nodeId} sender={sender} />
            <Remove automationId={automationId} nodeId={nodeId} sender={sender} />
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

function Standing({ sender: { leaving, enabled, state } }: { sender: NodeSenderView }) {
  if (leaving) return <StatusBadge kind="mark" value="leaving" />;
  if (!enabled) return <StatusBadge kind="mark" value="removed" />;
  return state === 'active' ? null : <StatusBadge kind="mark" value={state} />;
}

function Weight({ automationId, nodeId, sender }: Props) {
  const [weight, setWeight] = useState<number | string>(sender.weight);
  const save = useAction(automationSenderRoutes.setWeight, {
    done: `The weight of ${sender.name} is saved.`,
  });
  const isValid = Number.isInteger(Number(weight)) && Number(weight) >= 1 && Number(weight) <= 100;
  const input = {
    params: { automationId, senderId: sender.senderId },
    body: { nodeId, weight: Number(weight) },
  };
  return (
    <Group gap="xs" align="flex-end">
      <NumberInput
        label="Weight"
        aria-label={`Weight of ${sender.name}`}
        w={96}
        min={1}
        max={100}
        allowDecimal={false}
        value={weight}
        onChange={setWeight}
      />
      <Button
        variant="default"
        disabled={!isValid || Number(weight) === sender.weight}
        loading={save.isPending}
        onClick={() => save.mutate(input)}
      >
        Save weight
      </Button>
    </Group>
  );
}

function Remove({ automationId, nodeId, sender }: Props) {
  const { name, open, senderId } = sender;
  const remove = useAction(automationSenderRoutes.remove, { done: `${name} is removed.` });
  const choose = (tasks: 'cancel' | 'finish') =>
    remove.mutate({ params: { automationId, senderId }, body: { nodeId, tasks } });
  return (
    <ChoiceDialog
      label="Remove"
      aria-label={`Remove ${name}`}
      loading={remove.isPending}
      question={`Remove ${name} from this automation?`}
      choices={[
        {
          value: 'finish',
          label: 'Finish its tasks, assign nothing new',
          text: `Under way with ${name}: ${count(open, 'contact')}. They go on to the end.`,
        },
        {
          value: 'cancel',
          label: 'Cancel its tasks here',
          text: `Under way with ${name}: ${count(open, 'contact')}. They become Canceled, in the middle of a task Failed. This cannot be undone.`,
        },
      ]}
      confirmLabel="Remove sender"
      onConfirm={choose}
    />
  );
}

function count(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}
