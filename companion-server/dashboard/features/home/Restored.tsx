import { Alert, Group, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type RestoreView, upkeepRoutes } from '#shared/contract/upkeep.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';

/** Everything is held because a backup was restored: what was found, what is still missing, and the way on. */
export function Restored() {
  const query = useQuery({ ...queryFor(upkeepRoutes.restore), refetchInterval: 10_000 });
  const me = useQuery(queryFor(workspaceRoutes.me));
  const end = useAction(upkeepRoutes.endRestore, {
    done: 'Everything goes on, within caps and working hours.',
  });
  const mayEnd = me.data !== undefined && me.data.role !== 'rep' && query.data?.restore?.isReady === true;
  return (
    <Section
      title="Restored from a backup"
      text="Nothing is sent and nothing is done on LinkedIn until it is known what was done after the backup was made."
      actions={
        mayEnd && (
          <ConfirmButton
            label="Go on"
            color="blue"
            variant="filled"
            question="Go on after the restore?"
            consequence="Every account was read, and what was done after the backup is recorded. Everybody continues where they stand now, within caps and working hours."
            confirmLabel="Go on"
            loading={end.isPending}
            onConfirm={() => end.mutate({})}
          />
        )
      }
    >
      <Loaded query={query} what="the restore">
        {({ restore }) =>
          restore ? <Progress restore={restore} /> : <Text size="sm">Everything was read.</Text>
        }
      </Loaded>
    </Section>
  );
}

function Progress({ restore }: { restore: RestoreView }) {
  const { since, channels, isReady } = restore;
  const open = channels.filter(({ missing }) => missing.length > 0);
  return (
    <Stack gap="sm">
      <Alert color={isReady ? 'green' : 'red'} variant="outline" role="status">
        Restored <Time at={since} />. {foundText(restore)}
      </Alert>
      {restore.inDoubt > 0 && (
        <Text size="sm">
          {restore.inDoubt === 1
            ? 'The next email to 1 contact'
            : `The next emails to ${restore.inDoubt.toLocaleString()} contacts`}{' '}
          may have been sent after the backup. Those without a copy in the Sent folder wait under Tasks, "To
          settle", when their turn comes, for somebody who says whether they were.
        </Text>
      )}
      {restore.notTold.length > 0 && (
        <Text size="sm">
          A browser of {restore.notTold.join(', ')} cannot tell any more what it did. The next message to each
          contact waits under Tasks, "To settle", when its turn comes, for somebody who looks whether it
          stands in the conversation on LinkedIn.
        </Text>
      )}
      <Stops stops={restore.stops} />
      {restore.found.unsure > 0 && (
        <TextLink to="/tasks" search={{ group: 'unknown' }}>
          See the steps that may have been done
        </TextLink>
      )}
      <Text size="sm">
        A browser that was paired after the backup is not known any more: pair it again first, so that it can
        tell what it did.
      </Text>
      {isReady ? (
        <Text size="sm">All accounts were read. A manager can go on.</Text>
      ) : (
        <List size="sm" spacing="xs">
          {open.map(({ channelId, senderName, kind, missing }) => (
            <List.Item key={channelId}>
              <Group gap={4}>
                <Text size="sm" fw={600}>
                  {senderName}, {kind === 'email' ? 'mailbox' : 'LinkedIn'}:
                </Text>
                <Text size="sm">{missing.join(' ')}</Text>
              </Group>
            </List.Item>
          ))}
        </List>
      )}
    </Stack>
  );
}

function Stops({ stops: { again, remembered } }: Pick<RestoreView, 'stops'>) {
  if (again + remembered === 0) return null;
  return (
    <Text size="sm">
      {again > 0 &&
        `${entries(again)} the stoplist after the backup and ${again === 1 ? 'is' : 'are'} on it again: nothing is sent to whom ${again === 1 ? 'it means' : 'they mean'}. `}
      {remembered > 0 &&
        `${entries(remembered)} the stoplist for people who are not in this database: kept unreadable, and they are stoplisted as soon as they come in.`}
    </Text>
  );
}

function entries(n: number): string {
  return n === 1 ? '1 entry came on' : `${n.toLocaleString()} entries came on`;
}

function foundText({ found: { recorded, unsure, waiting } }: RestoreView): string {
  if (recorded + unsure + waiting === 0) return 'No step was found that was done after the backup.';
  const parts = [
    `${steps(recorded)} done after the backup and ${recorded === 1 ? 'is' : 'are'} recorded now.`,
  ];
  if (waiting > 0)
    parts.push(`${steps(waiting)} done for contacts that have not come there again: not repeated.`);
  if (unsure > 0) parts.push(`${unsure} may have been done: look and decide.`);
  return parts.join(' ');
}

function steps(n: number): string {
  return n === 1 ? '1 step was' : `${n} steps were`;
}
