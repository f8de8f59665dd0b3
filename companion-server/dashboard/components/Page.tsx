import { Group, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  /** Badges beside the title. */
  beside?: ReactNode;
  text?: ReactNode;
  /** Link back to the list. */
  back?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** Frame of a screen: document title, one first-level heading, actions on the right. */
export function Page({ title, beside, text, back, actions, children }: Props) {
  return (
    <Stack gap="lg" maw={1440} mx="auto">
      <title>{`${title} · Rapport`}</title>
      <Stack gap="xs">
        {back && <Text size="sm">{back}</Text>}
        <Group justify="space-between" gap="sm">
          <Group gap="sm">
            <Title order={1} style={{ overflowWrap: 'anywhere' }}>
              {title}
            </Title>
            {beside}
          </Group>
          {actions && <Group gap="xs">{actions}</Group>}
        </Group>
        {text && (
          <Text c="dimmed" maw={720}>
            {text}
          </Text>
        )}
      </Stack>
      {children}
    </Stack>
  );
}
