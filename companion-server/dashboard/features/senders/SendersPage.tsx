import { Button, Group, Modal, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SenderView, senderRoutes } from '#shared/contract/sender.ts';
import { queryFor } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { Empty } from '../../components/Empty.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Time } from '../../components/Time.tsx';
import { RecycleBin } from './RecycleBin.tsx';
import { SenderBadges } from './SenderBadges.tsx';
import { firstTab } from './senderTab.ts';

/** All sender profiles with the state of their channels. */
export function SendersPage() {
  const senders = useQuery(queryFor(senderRoutes.list));
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <Page
      title="Sender profiles"
      text="A sender profile is who outreach is sent as: at most one LinkedIn account and one mailbox, and the rep who owns it."
      actions={
        <Button leftSection={<IconPlus aria-hidden size={16} />} onClick={open}>
          New sender profile
        </Button>
      }
    >
      <Loaded query={senders} what="sender profiles">
        {({ items }) =>
          items.length === 0 ? (
            <Empty
              title="No sender profile yet"
              text="Make the first one, pair the browser extension with it, and connect its mailbox."
            >
              <Button onClick={open}>Make the first sender profile</Button>
            </Empty>
          ) : (
            <Stack gap="sm">
              {items.map((sender) => (
                <SenderCard key={sender.id} sender={sender} />
              ))}
            </Stack>
          )
        }
      </Loaded>
      <RecycleBin />
      <Modal opened={opened} onClose={close} title="New sender profile">
        <NewSender />
      </Modal>
    </Page>
  );
}

function SenderCard({ sender }: { sender: SenderView }) {
  const { linkedin, mailbox } = sender;
  return (
    <Paper withBorder p="md">
      <Group justify="space-between" gap="sm">
        <Stack gap={4} miw={0}>
          <TextLink
            to="/senders/$senderId"
            params={{ senderId: sender.id }}
            search={firstTab(sender)}
            fw={600}
          >
            {sender.name}
          </TextLink>
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {[linkedin.name, mailbox.address, `owned by ${sender.ownerName}`].filter(Boolean).join(' · ')}
          </Text>
          <Text size="sm" c="dimmed">
            {presence(sender)} Next action:{' '}
            {sender.next ? <Time at={sender.next.at} none="somebody must act first" /> : 'none planned'}
          </Text>
        </Stack>
        <SenderBadges sender={sender} />
      </Group>
    </Paper>
  );
}

function presence({ linkedin, holds }: SenderView): string {
  const paused =
    holds.length > 0 ? `Held by ${holds.length === 1 ? 'one reason' : `${holds.length} reasons`}. ` : '';
  if (linkedin.status === 'not_set_up') return paused;
  return `${paused}Browser ${linkedin.online ? 'online' : 'offline'}.`;
}

function NewSender() {
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '' },
    validate: { name: (value) => (value.trim() ? null : 'Enter a name, such as the name of the rep.') },
  });
  const create = useAction(senderRoutes.create, {
    inline: true,
    onDone: ({ id }) => void navigate({ to: '/senders/$senderId', params: { senderId: id }, search: {} }),
  });
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ name }) =>
        create.mutate(
          { body: { name, zone } },
          { onError: ({ problem }) => form.setErrors(fieldErrors(problem, ['name']).errors) },
        ),
      )}
    >
      <Stack gap="md">
        <TextInput label="Name" required data-autofocus {...form.getInputProps('name')} />
        <Text size="sm" c="dimmed">
          Works Monday to Friday, 09:00–18:00, {zone}. You can change this afterwards.
        </Text>
        {create.error && <ProblemAlert problem={create.error.problem} />}
        <Button type="submit" loading={create.isPending}>
          Create sender profile
        </Button>
      </Stack>
    </form>
  );
}
