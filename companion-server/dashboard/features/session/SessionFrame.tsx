import { Container, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Frame of the screens before signing in. */
export function SessionFrame({
  title,
  text,
  children,
}: {
  title: string;
  text: string;
  children: ReactNode;
}) {
  return (
    <Container component="main" size={480} py={{ base: 'lg', sm: 64 }}>
      <title>{`${title} · Rapport`}</title>
      <Stack gap="lg">
        <Stack gap="xs">
          <Text fw={700}>Rapport</Text>
          <Title order={1}>{title}</Title>
          <Text c="dimmed">{text}</Text>
        </Stack>
        <Paper withBorder p="lg">
          {children}
        </Paper>
      </Stack>
    </Container>
  );
}
