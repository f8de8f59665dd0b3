import { Group, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconCircleCheck, IconClock } from '@tabler/icons-react';
import type { z } from 'zod';
import { type activityView, contactRoutes } from '#shared/contract/contact.ts';
import { Empty } from '../../components/Empty.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Time } from '../../components/Time.tsx';

type Activity = z.infer<typeof activityView>;

const results = {
  success: { label: 'Success', Icon: IconCircleCheck, colour: 'var(--mantine-color-green-7)' },
  pending: { label: 'Pending', Icon: IconClock, colour: 'var(--mantine-color-yellow-7)' },
  error: { label: 'Error', Icon: IconAlertCircle, colour: 'var(--mantine-color-red-7)' },
} as const;

/** Everything that happened to a contact, newest first, with reason and proof. */
export function ActivityLog({ contactId }: { contactId: string }) {
  return (
    <PagedList
      route={contactRoutes.activity}
      input={{ params: { contactId } }}
      what="activity"
      empty={
        <Empty
          title="Nothing happened yet"
          text="Every step, reply and change will be listed here with its proof."
        />
      }
    >
      {(items) => (
        <Stack component="ol" gap="md" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Activity log">
          {items.map((activity) => (
            <Entry key={activity.id} activity={activity} />
          ))}
        </Stack>
      )}
    </PagedList>
  );
}

function Entry({ activity }: { activity: Activity }) {
  const { label, Icon, colour } = results[activity.result];
  const context = [
    activity.proof && `Proof: ${activity.proof}`,
    activity.senderName && `as ${activity.senderName}`,
    activity.automationName && `in ${activity.automationName}`,
  ].filter(Boolean);
  return (
    <Group component="li" gap="sm" wrap="nowrap" align="flex-start">
      <Icon aria-hidden size={20} color={colour} style={{ flexShrink: 0, marginTop: 2 }} />
      <Stack gap={2} miw={0}>
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          <Text span fw={600}>
            {label}.
          </Text>{' '}
          {activity.sentence}
        </Text>
        <Text size="sm" c="dimmed" component="div">
          {context.length > 0 && `${context.join(', ')} · `}
          <Time at={activity.at} />
        </Text>
      </Stack>
    </Group>
  );
}
