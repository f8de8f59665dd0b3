import type { SpawnSyncReturns } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/** Runs one command and says how it ended and how long it took. */
export function once(run: () => SpawnSyncReturns<string>): {
  status: number;
  output: string;
  seconds: string;
} {
  const start = performance.now();
  const result = run();
  return {
    status: result.status ?? 1,
    output: `${result.stdout ?? ''}${result.stderr ?? ''}`,
    seconds: ((performance.now() - start) / 1000).toFixed(1),
  };
}
