import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type DeletedSenderView, senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';

/** Deleted sender profiles of the last 30 days; nothing is shown while there are none. */
export function RecycleBin() {
  const bin = useQuery(queryFor(senderLifeRoutes.deleted));
  if (!bin.data || bin.data.items.length === 0) return null;
  return (
    <Section
      title="Recycle bin"
      text="A restore brings back the profile and its history, never its tasks. Its channels are connected again by hand."
    >
      <Stack gap="sm">
        {bin.data.items.map((sender) => (
          <Deleted key={sender.id} sender={sender} />
        ))}
      </Stack>
    </Section>
  );
}

function Deleted({ sender }: { sender: DeletedSenderView }) {
  const { id, name, ownerName, deletedAt, purgedAt, leaving } = sender;
  const restore = useAction(senderLifeRoutes.restore, { done: `${name} is back.` });
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="sm">
        <Stack gap={4} miw={0}>
          <Text fw={600}>{name}</Text>
          <Text size="sm" c="dimmed">
            Owned by {ownerName}, deleted <Time at={deletedAt} />, gone for good <Time at={purgedAt} />.
            {leaving && ' Its contacts are still being canceled.'}
          </Text>
        </Stack>
        <Button
          variant="default"
          aria-label={`Restore ${name}`}
          disabled={leaving}
          loading={restore.isPending}
          onClick={() => restore.mutate({ params: { senderId: id } })}
        >
          Restore
        </Button>
      </Group>
    </Paper>
  );
}
