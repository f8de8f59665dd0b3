import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../api/client.ts';

/** Whether the member may do what the server refuses to reps; false until it is known. */
export function useIsManager(): boolean {
  const me = useQuery(queryFor(workspaceRoutes.me));
  return me.data !== undefined && me.data.role !== 'rep';
}

/** Controls of owners and managers: a rep is not offered what would be refused. */
export function ManagersOnly({ children }: { children: ReactNode }) {
  return useIsManager() && children;
}
