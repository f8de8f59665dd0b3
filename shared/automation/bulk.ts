import { z } from 'zod';
import { enrollmentStatus } from '#shared/statuses/engine.ts';
import type { EnrollmentState } from './state.ts';

/** What can be done with many contacts of an automation at once (product §4.3). */

const id = z.string().min(1).max(64);

export const bulkInput = z.discriminatedUnion('action', [
  z.object({ action: z.literal('pause') }),
  z.object({ action: z.literal('resume') }),
  z.object({ action: z.literal('cancel') }),
  /** Failed branches go on at the step that failed. */
  z.object({ action: z.literal('retry') }),
  z.object({ action: z.literal('move'), nodeId: id }),
  /** Fixes the sender profile on the contact, for future enrollments; null: distribution again. */
  z.object({ action: z.literal('set_sender'), senderId: id.nullable() }),
  /** A contact whose enrollment ended enters once more, as its next rotation. */
  z.object({ action: z.literal('enroll_again') }),
]);
export type BulkInput = z.infer<typeof bulkInput>;

/** How an enrollment stood before a bulk action: what an undo puts back. */
export interface BulkSnapshot extends Pick<EnrollmentState, 'status' | 'reason' | 'cursors' | 'visited'> {
  repliedAt: number | null;
  repliesFrom: number;
  pinnedSenderId: string | null;
  /** Where a move or a retry put the branches; the enrollment that entering again made. */
  after: string | null;
}

/** Which contacts of an automation; what is not given does not matter. */
export const enrollmentFilter = z.object({
  status: enrollmentStatus.optional(),
  nodeId: id.optional(),
  senderId: id.optional(),
  reason: z.string().min(1).max(64).optional(),
  search: z.string().trim().min(1).max(200).optional(),
});
export type EnrollmentFilter = z.infer<typeof enrollmentFilter>;

export const bulkSelection = z.union([
  z.object({ ids: z.array(id).min(1).max(1000) }),
  z.object({ filter: enrollmentFilter }),
]);
export type BulkSelection = z.infer<typeof bulkSelection>;
