import { Anchor, Container, Stack, Title } from '@mantine/core';
import { problemOf } from '../api/client.ts';
import { ProblemAlert } from './ProblemAlert.tsx';

/** A screen that could not be shown at all. */
export function RouteProblem({ error }: { error: unknown }) {
  return (
    <Container component="main" size="sm" py="xl">
      <Stack gap="md">
        <Title order={1}>This page cannot be shown</Title>
        <ProblemAlert problem={problemOf(error)} onRetry={() => window.location.reload()} />
        <Anchor href="/" underline="always">
          Go to Home
        </Anchor>
      </Stack>
    </Container>
  );
}
