import type { z } from 'zod';
import type { memberRole } from '#shared/contract/workspace.ts';

/** What members are called, and what each may do. */
export const roleWords: Record<z.infer<typeof memberRole>, { label: string; may: string }> = {
  rep: { label: 'Rep', may: 'works with their own sender profiles' },
  manager: { label: 'Manager', may: 'sees and runs everything' },
  owner: { label: 'Owner', may: 'manages the workspace too' },
};
