import { Alert, Stack, Text } from '@mantine/core';
import type { SenderView } from '#shared/contract/sender.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { TextLink } from '../../components/Link.tsx';
import { Time } from '../../components/Time.tsx';

/** What stands beside an account's status: what it reads before it goes on, what is flagged, what waits. */
export function AccountStanding({ sender }: { sender: SenderView }) {
  const { reconciling, warnings } = sender.linkedin;
  const isQuiet = !reconciling && warnings.length === 0;
  if (isQuiet && !sender.backlogs.some(({ channel }) => channel === 'linkedin')) return null;
  return (
    <Stack gap="sm">
      {reconciling && (
        <Alert color="blue" variant="outline" title="Active, reading what happened meanwhile" role="status">
          <Text size="sm">
            Messages and acceptances of the time away come first; then the hold lifts by itself. Signed in{' '}
            <Time at={reconciling.since} />.
          </Text>
          {reconciling.failure && (
            <Text size="sm">
              The last try failed: {reconciling.failure} It is tried again{' '}
              <Time at={reconciling.retryAt} none="soon" />.
            </Text>
          )}
        </Alert>
      )}
      {warnings.map((warning) => (
        <Alert key={warning} color="orange" variant="outline" title="Trouble with the session">
          <Text size="sm">{warning}</Text>
        </Alert>
      ))}
      <Backlog sender={sender} channel="linkedin" />
    </Stack>
  );
}

/** Leads to the resume plan where enough waits to look at it. */
export function Backlog({ sender, channel }: { sender: SenderView; channel: ChannelKind }) {
  const backlog = sender.backlogs.find((one) => one.channel === channel);
  if (!backlog) return null;
  const { regainedAt, steps } = backlog;
  return (
    <Alert
      color="yellow"
      variant="outline"
      title={regainedAt === null ? `${steps} steps wait for this account` : `${steps} steps go on`}
    >
      <Text size="sm">
        {regainedAt === null
          ? 'They go on within caps and working hours once it is reconnected, never in a burst.'
          : 'They were held and go within caps and working hours, never in a burst.'}
      </Text>
      <TextLink
        to="/senders/$senderId/resume"
        params={{ senderId: sender.id }}
        search={{ channel }}
        size="sm"
      >
        See when each goes, or change it first
      </TextLink>
    </Alert>
  );
}

/** A figure of an account that does not work is old: says how old. */
export function StaleNote({ asOf, isStale }: { asOf: number | null; isStale: boolean }) {
  if (!isStale) return null;
  return (
    <Text size="sm" c="dimmed">
      Stale: this account is not Active. Last known <Time at={asOf} none="never" />.
    </Text>
  );
}
