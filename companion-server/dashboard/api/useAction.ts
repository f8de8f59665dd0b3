import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Route } from '#shared/contract/route.ts';
import { call, type Input, type Output, ProblemError, problemOf } from './client.ts';

interface Options<R extends Route> {
  /** Shown when it worked. */
  done?: string | ((value: Output<R>) => string);
  onDone?: (value: Output<R>) => void;
  /** The caller shows the problem itself, e.g. in its form. */
  inline?: boolean;
  timeoutMs?: number;
}

/** A write: calls the route, says what happened, and refreshes everything on screen. */
export function useAction<R extends Route>(route: R, options: Options<R> = {}) {
  const queryClient = useQueryClient();
  return useMutation<Output<R>, ProblemError, Input<R>>({
    mutationFn: (input) => call(route, input, { timeoutMs: options.timeoutMs }),
    onSuccess: (value) => {
      const { done } = options;
      if (done) {
        notifications.show({ message: typeof done === 'string' ? done : done(value), color: 'green' });
      }
      try {
        options.onDone?.(value);
      } catch (error) {
        // What the screen does with the answer failed, not the write: said like any other failure.
        throw new ProblemError(problemOf(error));
      }
      void queryClient.invalidateQueries();
    },
    onError: ({ problem }) => {
      if (options.inline) return;
      notifications.show({
        title: problem.title,
        message: [problem.detail, problem.action].filter(Boolean).join(' '),
        color: 'red',
        autoClose: false,
      });
    },
  });
}
