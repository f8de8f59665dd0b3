import { Alert, Group, Stack, Text } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { HoldView } from '#shared/contract/sender.ts';
import { stepName } from '#shared/statuses/steps.ts';
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

/** One for each reason, with the kinds of steps it stops: a reading that fails stops several at once. */
function alike(holds: readonly HoldView[]): [HoldView, string[]][] {
  const found = new Map<string, [HoldView, string[]]>();
  for (const hold of holds) {
    const key = JSON.stringify([hold.reason, hold.detail, hold.since, hold.until, hold.reconciling]);
    const [first, kinds] = found.get(key) ?? [hold, []];
    found.set(key, [first, hold.kind ? [...kinds, stepName(hold.kind)] : kinds]);
  }
  return [...found.values()];
}

/** Every reason why something does not move, since when, until when, and who must act. */
export function Holds({ holds }: { holds: readonly HoldView[] }) {
  if (holds.length === 0) return null;
  return (
    <Stack gap="xs">
      {alike(holds).map(([hold, kinds]) => (
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
                {kinds.length > 0 && `, only ${kinds.join(', ')}`}
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
