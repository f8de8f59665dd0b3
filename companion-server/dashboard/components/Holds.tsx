import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { HoldView } from '#shared/contract/sender.ts';
import { statusEntry } from './dictionary.ts';
import { StatusBadge } from './StatusBadge.tsx';
import { Time } from './Time.tsx';

const actors: Record<HoldView['whoMustAct'], string> = {
  nobody: 'Nobody needs to act: it goes on by itself.',
  rep: 'The owner of the sender profile must act.',
  manager: 'A manager must act.',
  contact: 'It waits for the contact.',
};

/** red: somebody must act; orange: a warning; yellow: a limit, it goes on by itself; blue: it is being lifted. */
function holdColour({ reconciling, reason }: HoldView): string {
  if (reconciling) return 'blue';
  return statusEntry('hold', reason).colour;
}

/** Every reason why something does not move, since when, until when, and who must act. */
export function Holds({ holds }: { holds: readonly HoldView[] }) {
  if (holds.length === 0) return null;
  return (
    <Stack gap="xs">
      {holds.map((hold) => (
        <Alert
          key={hold.id}
          variant="outline"
          color={holdColour(hold)}
          icon={<IconPlayerPause aria-hidden />}
        >
          <Stack gap={4}>
            <Group gap="xs">
              {hold.reconciling ? (
                <StatusBadge kind="mark" value="reconciling" detail={hold.detail} />
              ) : (
                <StatusBadge kind="hold" value={hold.reason} />
              )}
              <Text size="sm" c="dimmed" component="span">
                set <Time at={hold.since} />
                {hold.until !== null && (
                  <>
                    , lifts <Time at={hold.until} />
                  </>
                )}
                {hold.kind && `, only ${hold.kind.replaceAll('_', ' ')}`}
              </Text>
            </Group>
            <Text size="sm">{hold.detail}</Text>
            {hold.hint && <Text size="sm">{hold.hint}</Text>}
            <Text size="sm" fw={500}>
              {actors[hold.whoMustAct]}
            </Text>
          </Stack>
        </Alert>
      ))}
    </Stack>
  );
}
