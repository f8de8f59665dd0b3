import { Badge, Group, Stack, Text } from '@mantine/core';
import { inboxRoutes, type MailReportView } from '#shared/contract/inbox.ts';
import { Empty } from '../../components/Empty.tsx';
import { TextLink } from '../../components/Link.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Time } from '../../components/Time.tsx';
import { kindWords } from './words.ts';

const severities: Record<NonNullable<MailReportView['severity']>, string> = {
  hard: 'The address is gone: no email goes there any more.',
  soft: 'For now only: it goes on.',
  policy: 'Refused because of the sender or the text: check the mailbox. The person stays where they are.',
};

/** What came back and who opted out by mail, each with its evidence. */
export function MailReports() {
  return (
    <PagedList
      route={inboxRoutes.reports}
      what="bounces and opt-outs"
      empty={
        <Empty
          title="Nothing came back"
          text="Delivery reports, complaints and unsubscribe requests that arrive by email will stand here with their evidence."
        />
      }
    >
      {(items) => (
        <Stack
          component="ul"
          gap="md"
          m={0}
          p={0}
          style={{ listStyle: 'none' }}
          aria-label="Bounces and opt-outs"
        >
          {items.map((report) => (
            <Report key={report.id} report={report} />
          ))}
        </Stack>
      )}
    </PagedList>
  );
}

function Report({ report }: { report: MailReportView }) {
  const { kind, severity, unsure, status, diagnostic, text } = report;
  const words = diagnostic ?? text.slice(0, 300);
  return (
    <Stack component="li" gap={4}>
      <Group gap="xs">
        <TextLink to="/contacts/$contactId" params={{ contactId: report.contactId }} fw={600}>
          {report.contactName}
        </TextLink>
        <Badge size="sm" variant="default">
          {kindWords[kind]}
          {status && ` ${status}`}
        </Badge>
        <Text size="sm" c="dimmed">
          as {report.senderName} · <Time at={report.at} />
        </Text>
      </Group>
      {severity && (
        <Text size="sm">
          {unsure
            ? 'Told in words only: say on the page of the contact whether the address is gone.'
            : severities[severity]}
        </Text>
      )}
      {words && (
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          “{words}”
        </Text>
      )}
    </Stack>
  );
}
