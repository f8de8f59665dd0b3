import { Group, Paper, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

/** Nothing here yet, and what to do next. */
export function Empty({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <Paper withBorder p="xl">
      <Stack gap="xs" align="center" ta="center">
        <Text fw={600}>{title}</Text>
        <Text size="sm" c="dimmed" maw={520}>
          {text}
        </Text>
        {children && <Group mt="xs">{children}</Group>}
      </Stack>
    </Paper>
  );
}
