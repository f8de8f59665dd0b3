import { Alert, Button, Skeleton, Stack, Text, VisuallyHidden } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { problemOf } from '../api/client.ts';
import { ProblemAlert } from './ProblemAlert.tsx';
import { Time } from './Time.tsx';

/** Grey lines where content will be, told to screen readers as loading. */
export function Loading({ what }: { what: string }) {
  return (
    <Stack gap="sm" role="status">
      <VisuallyHidden>Loading {what}…</VisuallyHidden>
      <Skeleton height={24} width="40%" />
      <Skeleton height={64} />
      <Skeleton height={64} />
    </Stack>
  );
}

interface Props<T> {
  query: UseQueryResult<T>;
  /** What is loading, e.g. "sender profiles". */
  what: string;
  children: (data: T) => ReactNode;
}

/** Shows a query's content, or that it loads, or why it failed with a way to try again. */
export function Loaded<T>({ query, what, children }: Props<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isRefetchError && <NotRefreshed query={query} />}
        {children(query.data)}
      </>
    );
  }
  if (query.error)
    return <ProblemAlert problem={problemOf(query.error)} onRetry={() => void query.refetch()} />;
  return <Loading what={what} />;
}

/** What stands below is what was known before. */
function NotRefreshed({ query }: { query: UseQueryResult<unknown> }) {
  const { detail } = problemOf(query.error);
  return (
    <Alert color="orange" variant="outline" mb="md" role="status" title="This could not be refreshed">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          What you see is as of <Time at={query.dataUpdatedAt} />. {detail}
        </Text>
        <Button size="xs" variant="default" loading={query.isRefetching} onClick={() => void query.refetch()}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}
