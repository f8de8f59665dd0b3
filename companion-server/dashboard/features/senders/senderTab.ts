import { z } from 'zod';
import type { SenderView } from '#shared/contract/sender.ts';

/** The tabs of a sender profile, as they stand in its address. */
export const senderTab = z.enum(['linkedin', 'email', 'deliverability', 'pace']);

/** Which tab a profile opens with: the mailbox's where only that is in trouble. */
export function firstTab({ redDot }: SenderView): { tab?: 'email' } {
  return redDot.email && !redDot.linkedin ? { tab: 'email' } : {};
}
