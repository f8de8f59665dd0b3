import { createHash } from 'node:crypto';
import { rowsOf } from '../../db/index.ts';
import type { Approval, TaskPayload } from '../../db/schema/tasks.ts';
import type { ContactRow, TaskRow, Unit } from '../context.ts';
import { isOutreach } from '../pace/usage.ts';
import { senderById, settingsOf } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { filesBound } from './render.ts';

/** Whether a person must see the text first: the sender profile or the automation asks for it. */
export async function asksApproval(
  unit: Unit,
  { kind, senderId, automationId }: Pick<TaskRow, 'kind' | 'senderId' | 'automationId'>,
): Promise<boolean> {
  if (!isOutreach(kind)) return false;
  if (settingsOf(await senderById(unit.tx, senderId)).approveEach) return true;
  return (await rowsOf(unit.tx).get(shapes.automation, automationId))?.approveEach ?? false;
}

/** Names a text that somebody was shown, so that exactly this one is approved. */
export function textHash({ text, subject, policy, attachments }: TaskPayload): string {
  return createHash('sha256')
    .update(JSON.stringify([text, subject, policy, ...filesBound(attachments)]))
    .digest('hex');
}

/** What goes out with an approval; null: the step would write something else now than what was shown. */
export function approvedPayload(approval: Approval, payload: TaskPayload): TaskPayload | null {
  if (approval.basis !== textHash(payload)) return null;
  return { ...payload, text: approval.text, subject: approval.subject };
}

/** Whether the approval still speaks of this person: further ids may be known by now, a changed link is somebody else. */
export function isForSamePerson({ recipient }: Approval, contact: ContactRow): boolean {
  const { email, linkedinProfileId, linkedinMemberId, linkedinSlug } = contact;
  return [email, linkedinProfileId, linkedinMemberId, linkedinSlug].includes(recipient);
}
