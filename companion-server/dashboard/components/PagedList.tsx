import { Button, Group, Stack } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import type { Route } from '#shared/contract/route.ts';
import { type Input, type Output, pagesFor, problemOf } from '../api/client.ts';
import { Loading } from './Loaded.tsx';
import { ProblemAlert } from './ProblemAlert.tsx';

type PagedRoute<T> = Route<
  z.ZodType,
  z.ZodType,
  z.ZodType,
  z.ZodType<{ items: T[]; nextCursor: string | null }>
>;

interface Props<T, R extends PagedRoute<T>> {
  route: R;
  input?: Input<R>;
  what: string;
  empty: ReactNode;
  children: (items: Output<R>['items'], first: Output<R>) => ReactNode;
}

/** A list read page by page: loading, failed, empty, or its rows with "Load more". */
export function PagedList<T, R extends PagedRoute<T>>({ route, input, what, empty, children }: Props<T, R>) {
  const query = useInfiniteQuery(pagesFor(route, input));
  const first = query.data?.pages[0];
  if (!first) {
    if (query.error) {
      return <ProblemAlert problem={problemOf(query.error)} onRetry={() => void query.refetch()} />;
    }
    return <Loading what={what} />;
  }
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return <>{empty}</>;
  return (
    <Stack gap="md">
      {children(items, first)}
      {query.error && (
        <ProblemAlert
          problem={problemOf(query.error)}
          onRetry={() => void (query.isFetchNextPageError ? query.fetchNextPage() : query.refetch())}
        />
      )}
      {query.hasNextPage && (
        <Group justify="center">
          <Button
            variant="default"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Load more {what}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
