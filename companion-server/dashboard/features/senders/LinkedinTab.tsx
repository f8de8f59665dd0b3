import { Button, Group, List, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { isDisconnected, type SenderView, senderRoutes } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';
import { Time } from '../../components/Time.tsx';
import { Usage } from '../../components/Usage.tsx';
import { AccountStanding, StaleNote } from './AccountStanding.tsx';
import { ConsentFact } from './ConsentFact.tsx';
import { AcceptanceFigures } from './Guards.tsx';
import { PairForm } from './PairForm.tsx';
import { PauseButton } from './PauseButton.tsx';
import { RepChoices } from './RepChoices.tsx';

/** Status of the LinkedIn account, its browsers, and what to do when it is not Active. */
export function LinkedinTab({ sender }: { sender: SenderView }) {
  const me = useQuery(queryFor(workspaceRoutes.me));
  const isOwner = me.data?.userId === sender.ownerUserId;
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Stack gap="md">
        <Account sender={sender} />
        <Section title="Use against caps">
          <StaleNote isStale={sender.linkedin.status === 'inactive'} asOf={sender.linkedin.lastCheckedAt} />
          <Usage
            usage={sender.usage.filter(({ kind }) => kind !== 'email')}
            caption="LinkedIn use against caps"
          />
        </Section>
        <AcceptanceFigures guards={sender.guards} />
      </Stack>
      <Stack gap="md">
        <Section
          title="Pair a browser"
          text="Install the Rapport extension in the browser where this rep uses LinkedIn, open its side panel and enter this server's address. It shows a code: enter it here."
        >
          {isOwner ? (
            <PairForm senderId={sender.id} />
          ) : (
            <Text size="sm">Only {sender.ownerName} can pair a browser with this profile.</Text>
          )}
        </Section>
        <Devices sender={sender} />
        <RepChoices sender={sender} />
      </Stack>
    </SimpleGrid>
  );
}

function Account({ sender }: { sender: SenderView }) {
  const { linkedin } = sender;
  const bound = linkedin.status !== 'not_set_up';
  return (
    <Section title="LinkedIn account">
      <Stack gap="sm">
        <Fact name="Status">
          <StatusBadge kind="linkedin" value={linkedin.status} />
          {linkedin.status === 'inactive' && <StatusBadge kind="mark" value="reconnect" />}
          {linkedin.reconciling && <StatusBadge kind="mark" value="reconciling" />}
        </Fact>
        {linkedin.reason && (
          <Fact name="Reason">
            <StatusBadge kind="linkedinReason" value={linkedin.reason} />
          </Fact>
        )}
        {linkedin.detail && !linkedin.reconciling && <Text size="sm">{linkedin.detail}</Text>}
        <AccountStanding sender={sender} />
        {linkedin.status === 'inactive' &&
          (isDisconnected(sender) ? <TakeBack sender={sender} /> : <Reconnect />)}
        {linkedin.name && (
          <Fact name="Account">
            {linkedin.name} {linkedin.premium ? '(paid plan)' : '(Basic plan)'}
          </Fact>
        )}
        {bound && (
          <>
            <Fact name="Browser">
              <StatusBadge kind="mark" value={linkedin.online ? 'online' : 'offline'} />
              {!linkedin.online && (
                <span>
                  Last seen <Time at={linkedin.lastSeenAt} none="never" />. Its tasks wait until the browser
                  runs again.
                </span>
              )}
            </Fact>
            <Fact name="Last checked">
              <Time at={linkedin.lastCheckedAt} none="not yet" />
            </Fact>
          </>
        )}
        {linkedin.layout && (
          <Fact name="Page layout">
            <span>
              {linkedin.layout.missing.length === 0 ? (
                'Every known control was found.'
              ) : (
                <>
                  Not found: {linkedin.layout.missing.join(', ')}. Steps that need it stop by themselves; the
                  others go on. Tell whoever runs the server.
                </>
              )}{' '}
              Checked <Time at={linkedin.layout.checkedAt} />.
            </span>
          </Fact>
        )}
        {linkedin.quotas?.notes && (
          <Fact name="Personal notes">
            <QuotaFact quota={linkedin.quotas.notes} what="left this month" />
          </Fact>
        )}
        {linkedin.quotas?.inmailCredits && (
          <Fact name="InMail credits">
            <QuotaFact quota={linkedin.quotas.inmailCredits} what="left" />
          </Fact>
        )}
        {linkedin.catalogueProblem && (
          <Fact name="Layout update">
            <span>
              The browser refused the server’s update of LinkedIn’s controls and works with its own:{' '}
              {linkedin.catalogueProblem}. Tell whoever runs the server.
            </span>
          </Fact>
        )}
        <Fact name="Consent">
          <ConsentFact sender={sender} />
        </Fact>
        {bound && <AccountActions sender={sender} />}
      </Stack>
    </Section>
  );
}

/** What LinkedIn itself said in the dialog of a step, so with its age. */
function QuotaFact({ quota, what }: { quota: { left: number; at: number }; what: string }) {
  return (
    <span>
      {quota.left} {what}, as LinkedIn said <Time at={quota.at} />
    </span>
  );
}

function AccountActions({ sender }: { sender: SenderView }) {
  const disconnect = useAction(senderRoutes.disconnectLinkedin, {
    done: 'The LinkedIn account is disconnected. Every task stays where it is.',
  });
  return (
    <Group gap="xs">
      <PauseButton sender={sender} channel="linkedin" />
      {!isDisconnected(sender) && (
        <ConfirmButton
          label="Disconnect LinkedIn"
          question="Disconnect this LinkedIn account?"
          consequence="Nothing more is done on LinkedIn for this sender profile until it is reconnected. Nothing is deleted: every contact stays at the exact step where it stands."
          confirmLabel="Disconnect"
          loading={disconnect.isPending}
          onConfirm={() => disconnect.mutate({ params: { senderId: sender.id } })}
        />
      )}
    </Group>
  );
}

/** What the rep disconnected: only they take it back, and no sign-in does. */
function TakeBack({ sender }: { sender: SenderView }) {
  const me = useQuery(queryFor(workspaceRoutes.me));
  const reconnect = useAction(senderRoutes.reconnectLinkedin, {
    done: 'Reconnected. It turns green once the paired browser is signed in to LinkedIn.',
  });
  if (me.data?.userId !== sender.ownerUserId) {
    return <Text size="sm">The owner must reconnect it: {sender.ownerName}.</Text>;
  }
  return (
    <Stack gap="xs" align="flex-start">
      <Button
        loading={reconnect.isPending}
        onClick={() => reconnect.mutate({ params: { senderId: sender.id } })}
      >
        Reconnect Account
      </Button>
      <Text size="sm">
        Everybody continues at the exact step where they stand, within caps and working hours, as soon as
        messages and acceptances of the time between are read.
      </Text>
    </Stack>
  );
}

function Reconnect() {
  return (
    <Stack gap="xs" align="flex-start">
      <Button
        component="a"
        href="https://www.linkedin.com/login"
        target="_blank"
        rel="noreferrer"
        leftSection={<IconExternalLink aria-hidden size={16} />}
      >
        Reconnect Account
      </Button>
      <List size="sm" spacing={4}>
        <List.Item>
          Opens LinkedIn's own login. Use it in the browser where Rapport's extension is paired.
        </List.Item>
        <List.Item>Sign in as the same LinkedIn member; this page turns green by itself.</List.Item>
        <List.Item>Pending invitations stay, recipients see nothing, and waiting does no harm.</List.Item>
      </List>
    </Stack>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <Group gap="xs" align="baseline" wrap="nowrap">
      <Text size="sm" c="dimmed" w={104} style={{ flexShrink: 0 }}>
        {name}
      </Text>
      <Group gap="xs" component="span" fz="sm">
        {children}
      </Group>
    </Group>
  );
}

function Devices({ sender }: { sender: SenderView }) {
  const revoke = useAction(senderRoutes.revokeDevice, { done: 'The browser is unpaired.' });
  return (
    <Section title="Paired browsers">
      {sender.devices.length === 0 ? (
        <Text size="sm">None yet. Pair the rep's browser with the code from the side panel.</Text>
      ) : (
        <Table.ScrollContainer minWidth={240}>
          <Table aria-label="Paired browsers">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Browser</Table.Th>
                <Table.Th visibleFrom="sm">Last seen</Table.Th>
                <Table.Th>Action</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {sender.devices.map((device) => (
                <Table.Tr key={device.id}>
                  <Table.Td>
                    {device.name}
                    <Text size="xs" c="dimmed">
                      Version {device.extensionVersion ?? 'unknown'}, paired <Time at={device.pairedAt} />
                    </Text>
                    <Text size="xs" c="dimmed" hiddenFrom="sm">
                      Last seen <Time at={device.lastSeenAt} />
                    </Text>
                  </Table.Td>
                  <Table.Td visibleFrom="sm">
                    <Time at={device.lastSeenAt} />
                  </Table.Td>
                  <Table.Td>
                    <ConfirmButton
                      size="xs"
                      label="Unpair"
                      aria-label={`Unpair ${device.name}`}
                      question={`Unpair ${device.name}?`}
                      consequence="The extension in this browser loses its access at once. Pair it again with a new code."
                      confirmLabel="Unpair"
                      onConfirm={() =>
                        revoke.mutate({ params: { senderId: sender.id, deviceId: device.id } })
                      }
                    />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}
