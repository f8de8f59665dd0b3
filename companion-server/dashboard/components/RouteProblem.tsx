import { Alert, Anchor, Container, Stack, Title } from '@mantine/core';
import { ProblemError } from '../api/client.ts';
import { ProblemAlert } from './ProblemAlert.tsx';

/** A screen that could not be shown at all. */
export function RouteProblem({ error }: { error: unknown }) {
  return (
    <Container component="main" size="sm" py="xl">
      <Stack gap="md">
        <Title order={1}>This page cannot be shown</Title>
        {error instanceof ProblemError ? (
          <ProblemAlert problem={error.problem} onRetry={() => window.location.reload()} />
        ) : (
          <Alert color="red" variant="outline">
            {error instanceof Error ? error.message : 'Something unexpected happened. Reload the page.'}
          </Alert>
        )}
        <Anchor href="/" underline="always">
          Go to Home
        </Anchor>
      </Stack>
    </Container>
  );
}
