import { Alert, Button, Grid, Group, Stack, Text } from '@mantine/core';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';
import { Time } from '../../components/Time.tsx';
import { Usage } from '../../components/Usage.tsx';
import { Backlog, StaleNote } from './AccountStanding.tsx';
import { BounceFigures } from './Guards.tsx';
import { MailboxForm } from './MailboxForm.tsx';
import { PauseButton } from './PauseButton.tsx';

/** State of the mailbox and its settings. */
export function EmailTab({ sender }: { sender: SenderView }) {
  const isConnected = sender.mailbox.address !== null;
  return (
    <Grid gap="md">
      {/* Where the columns lie below each other, how a mailbox stands goes before its long form. */}
      <Grid.Col span={{ base: 12, lg: 6 }} order={{ base: isConnected ? 2 : 1, lg: 1 }}>
        <Section
          title="Mailbox settings"
          text="Both servers are tested before anything is saved. Passwords are stored encrypted and never shown again."
        >
          <MailboxForm sender={sender} />
        </Section>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 6 }} order={{ base: isConnected ? 1 : 2, lg: 2 }}>
        <Stack gap="md">
          <MailboxState sender={sender} />
          <Backlog sender={sender} channel="email" />
          <BounceFigures guards={sender.guards} />
          <Section title="Use against caps">
            <StaleNote isStale={sender.redDot.email} asOf={sender.mailbox.lastSyncedAt} />
            <Usage
              usage={sender.usage.filter(({ kind }) => kind === 'email')}
              caption="Email use against caps"
            />
          </Section>
        </Stack>
      </Grid.Col>
    </Grid>
  );
}

function MailboxState({ sender }: { sender: SenderView }) {
  const { mailbox } = sender;
  const connected = mailbox.address !== null;
  return (
    <Section title="Mailbox">
      <Stack gap="sm">
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {connected
            ? `${mailbox.fromName ?? ''} <${mailbox.address}>`
            : 'No mailbox yet. Fill in the form and test the connection.'}
        </Text>
        <ServerState name="SMTP (sending)" state={mailbox.smtp} />
        <ServerState name="IMAP (receiving)" state={mailbox.imap} />
        {connected && (
          <Text size="sm">
            Inbox last read: <Time at={mailbox.lastSyncedAt} none="not yet" />
          </Text>
        )}
        {sender.redDot.email && <Reconnect sender={sender} />}
        {connected && <MailboxActions sender={sender} />}
      </Stack>
    </Section>
  );
}

function ServerState({ name, state }: { name: string; state: SenderView['mailbox']['smtp'] }) {
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm">{name}</Text>
        <StatusBadge kind="mail" value={state.status} />
      </Group>
      {state.response && (
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          The server said: {state.response}
        </Text>
      )}
    </Stack>
  );
}

/** What a broken mailbox needs: one click where the provider signs in, else the form; or another try. */
function Reconnect({ sender }: { sender: SenderView }) {
  const params = { senderId: sender.id };
  const retry = useAction(mailboxRoutes.retry, { timeoutMs: 60_000 });
  const retryAt = sender.mailbox.retryAt;
  return (
    <Alert color="red" variant="outline" title="Reconnect" role="status">
      <Stack gap="xs">
        <Text size="sm">
          Nothing is sent from this mailbox until both servers work again. Everybody continues at the exact
          step where they stand. Read what the server said, correct the settings and save them, or try again.
        </Text>
        {retryAt !== null && (
          <Text size="sm">
            Tried again by itself: <Time at={retryAt} />
          </Text>
        )}
        <Group>
          <Button loading={retry.isPending} onClick={() => retry.mutate({ params })}>
            Reconnect mailbox
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function MailboxActions({ sender }: { sender: SenderView }) {
  const params = { senderId: sender.id };
  const disconnect = useAction(mailboxRoutes.disconnect, { done: 'The mailbox is disconnected.' });
  return (
    <Group gap="xs">
      <PauseButton sender={sender} channel="email" />
      <ConfirmButton
        label="Disconnect mailbox"
        question="Disconnect this mailbox?"
        consequence="No email is sent or read for this sender profile until a mailbox is connected again. Every contact stays at the exact step where it stands."
        confirmLabel="Disconnect"
        loading={disconnect.isPending}
        onConfirm={() => disconnect.mutate({ params })}
      />
    </Group>
  );
}
