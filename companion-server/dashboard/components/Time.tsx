import { Tooltip } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { MINUTE, systemClock } from '#shared/kernel/clock.ts';
import { queryFor } from '../api/client.ts';
import { exactTime, relativeTime } from './time.ts';

/** How far the server's clock is from this browser's; small differences are not worth a correction. */
export function useServerNow(): number {
  const [tick, setTick] = useState(() => systemClock.now());
  useInterval(() => setTick(systemClock.now()), 30_000, { autoInvoke: true });
  const home = useQuery({ ...queryFor(workspaceRoutes.home), enabled: false });
  const offset = home.data ? home.data.now - home.dataUpdatedAt : 0;
  return Math.abs(offset) > MINUTE ? tick + offset : Math.max(tick, systemClock.now());
}

/** A moment relative to now; the exact time in the viewer's zone on hover. */
export function Time({ at, none = 'never' }: { at: number | null; none?: string }) {
  const now = useServerNow();
  if (at === null) return <>{none}</>;
  const exact = exactTime(at);
  return (
    <Tooltip label={exact}>
      <time dateTime={new Date(at).toISOString()}>{relativeTime(at, now)}</time>
    </Tooltip>
  );
}
