import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { type Starter, starters } from './starters.ts';

/** What an empty automation can begin with. */
export function Starters({ use }: { use: (starter: Starter) => void }) {
  return (
    <Alert variant="outline" color="indigo" title="This automation is empty">
      <Stack gap="sm" align="flex-start">
        <Text size="sm">
          Begin with a starter and change it, or add the first step, a Segment, from the menu above.
        </Text>
        {starters.map((starter) => (
          <Group key={starter.name} gap="sm">
            <Button variant="default" onClick={() => use(starter)}>
              Use starter: {starter.name}
            </Button>
            <Text size="sm">{starter.about}</Text>
          </Group>
        ))}
      </Stack>
    </Alert>
  );
}
