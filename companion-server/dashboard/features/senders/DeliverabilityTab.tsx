import { Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import {
  type DeliverabilityView,
  type DomainFinding,
  deliverabilityRoutes,
  type TestMail,
} from '#shared/contract/deliverability.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Empty } from '../../components/Empty.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';
import { Time } from '../../components/Time.tsx';
import { BounceFigures } from './Guards.tsx';

/** Whether mail of this mailbox arrives: the records of its domain, a mail to oneself, what came back. */
export function DeliverabilityTab({ sender }: { sender: SenderView }) {
  const query = useQuery(queryFor(deliverabilityRoutes.get, { params: { senderId: sender.id } }));
  return (
    <Loaded query={query} what="the deliverability of this mailbox">
      {(data) =>
        data.domain === null ? (
          <Empty
            title="No mailbox is connected"
            text="Connect one first; then its domain and a test mail can be checked."
          >
            <TextLink to="/senders/$senderId" params={{ senderId: sender.id }} search={{ tab: 'email' }}>
              Connect a mailbox
            </TextLink>
          </Empty>
        ) : (
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Records senderId={sender.id} domain={data.domain} data={data} />
            <Stack gap="md">
              <TestMailSection senderId={sender.id} mail={data.testMail} address={sender.mailbox.address} />
              <BounceFigures guards={sender.guards} />
            </Stack>
          </SimpleGrid>
        )
      }
    </Loaded>
  );
}

const TITLES: Record<DomainFinding['check'], string> = {
  mx: 'MX: where replies go',
  spf: 'SPF: who may send',
  dkim: 'DKIM: the signature',
  dmarc: 'DMARC: what holds for the rest',
};

function Records({ senderId, domain, data }: { senderId: string; domain: string; data: DeliverabilityView }) {
  const check = useAction(deliverabilityRoutes.check, { inline: true, timeoutMs: 60_000 });
  return (
    <Section
      title="DNS records"
      text={
        <>
          What the name system says about {domain}. Changes there take up to a day to be seen. Last checked:{' '}
          <Time at={data.checkedAt} none="never" />
        </>
      }
      actions={
        <Button
          variant="default"
          size="xs"
          loading={check.isPending}
          onClick={() => check.mutate({ params: { senderId } })}
        >
          {data.checkedAt === null ? 'Check now' : 'Check again'}
        </Button>
      }
    >
      {check.error && <ProblemAlert problem={check.error.problem} />}
      {data.findings.length === 0 && (
        <Text size="sm">Not checked yet. Check now to see what is missing.</Text>
      )}
      {data.findings.map((finding) => (
        <Stack key={finding.check} gap={4}>
          <Group gap="xs">
            <Title order={3} size="h5">
              {TITLES[finding.check]}
            </Title>
            <StatusBadge kind="domainCheck" value={finding.level} />
          </Group>
          <Text size="sm">{finding.sentence}</Text>
          {finding.whatToDo && (
            <Text size="sm" fw={500} style={{ overflowWrap: 'anywhere' }}>
              {finding.whatToDo}
            </Text>
          )}
          {finding.record && (
            <Text
              size="xs"
              c="dimmed"
              ff="monospace"
              style={{ overflowWrap: 'anywhere', whiteSpace: 'pre-wrap' }}
            >
              {finding.record}
            </Text>
          )}
        </Stack>
      ))}
    </Section>
  );
}

interface TestProps {
  senderId: string;
  mail: TestMail | null;
  address: string | null;
}

function TestMailSection({ senderId, mail, address }: TestProps) {
  const send = useAction(deliverabilityRoutes.sendTest, { inline: true, timeoutMs: 90_000 });
  return (
    <Section
      title="Test mail"
      text={`A mail from ${address ?? 'the mailbox'} to itself. It shows whether it arrives, and tells the DKIM selector by its signature.`}
      actions={
        <Button
          variant="default"
          size="xs"
          loading={send.isPending || mail?.state === 'waiting'}
          onClick={() => send.mutate({ params: { senderId } })}
        >
          Send a test email
        </Button>
      }
    >
      {send.error && <ProblemAlert problem={send.error.problem} />}
      <Stack gap={4} role="status">
        {mail ? <Arrival mail={mail} /> : <Text size="sm">None was sent yet.</Text>}
      </Stack>
    </Section>
  );
}

function Arrival({ mail }: { mail: TestMail }) {
  return (
    <>
      <Group gap="xs">
        <StatusBadge kind="testMail" value={mail.isJunk ? 'junk' : mail.state} />
        <Text size="sm" c="dimmed">
          sent <Time at={mail.sentAt} />
        </Text>
      </Group>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        The server said: {mail.response}
      </Text>
      {mail.state === 'arrived' && (
        <>
          <Text size="sm">Found in {mail.folder}.</Text>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {mail.signatures.length > 0
              ? `Signed by ${mail.signatures.map(({ domain, selector }) => `${domain} (selector ${selector})`).join(', ')}.`
              : 'It carries no DKIM signature.'}
          </Text>
          <Text size="sm">
            {mail.verdicts
              ? `The receiving server says: ${mail.verdicts}`
              : 'The receiving server gave no verdict.'}
          </Text>
        </>
      )}
    </>
  );
}
