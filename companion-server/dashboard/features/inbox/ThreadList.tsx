import { Badge, Group, Paper, Stack, Text } from '@mantine/core';
import { IconBrandLinkedin, IconMail } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { ThreadView } from '#shared/contract/inbox.ts';
import { Time } from '../../components/Time.tsx';
import type { InboxSearch } from './search.ts';
import { kindWords, labelWords } from './words.ts';

/** Conversations, the latest first; unread ones in bold. */
export function ThreadList({ items, search }: { items: ThreadView[]; search: InboxSearch }) {
  return (
    <Stack component="ul" gap="xs" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Conversations">
      {items.map((thread) => (
        <li key={thread.id}>
          <Row thread={thread} search={search} />
        </li>
      ))}
    </Stack>
  );
}

function Row({ thread, search }: { thread: ThreadView; search: InboxSearch }) {
  const isOpen = search.thread === thread.id;
  const Icon = thread.channel === 'linkedin' ? IconBrandLinkedin : IconMail;
  const weight = thread.unread ? 700 : 400;
  return (
    <Paper
      renderRoot={(props) => <Link to="/inbox" search={{ ...search, thread: thread.id }} {...props} />}
      withBorder
      p="sm"
      display="block"
      c="inherit"
      td="none"
      aria-current={isOpen ? 'true' : undefined}
      bg={isOpen ? 'var(--mantine-color-default-hover)' : undefined}
    >
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Group gap="xs" wrap="nowrap" miw={0}>
          <Icon size={18} stroke={1.5} aria-label={thread.channel === 'linkedin' ? 'LinkedIn' : 'Email'} />
          <Text fw={weight} truncate>
            {thread.contactName}
          </Text>
        </Group>
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          <Time at={thread.lastAt} />
        </Text>
      </Group>
      <Text size="sm" fw={weight} truncate>
        {thread.lastKind !== 'reply' && `${kindWords[thread.lastKind]}: `}
        {thread.lastText || '(no text)'}
      </Text>
      <Group gap="xs" mt={4}>
        <Text size="xs" c="dimmed">
          {[thread.company, `as ${thread.senderName}`].filter(Boolean).join(' · ')}
        </Text>
        {thread.unread && <Badge size="xs">Unread</Badge>}
        {thread.waiting && (
          <Badge size="xs" variant="default">
            Waits for you
          </Badge>
        )}
        {thread.label && (
          <Badge size="xs" variant="default">
            {labelWords[thread.label]}
          </Badge>
        )}
        {thread.ofOther && (
          <Badge size="xs" variant="default">
            Shared by the rep
          </Badge>
        )}
      </Group>
    </Paper>
  );
}
