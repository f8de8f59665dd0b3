import type { z } from 'zod';
import type { ResumeEdit, resumePlanRoutes } from '#shared/contract/resumePlan.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { applyResumeEdit } from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { invalid } from '../refusal.ts';
import { channelsOf, senderToManage } from '../scope.ts';
import { resumePlanOf } from './plan.ts';

const FARTHEST = 365 * DAY;

type Input = z.output<typeof resumePlanRoutes.edit.body>;

/** Changes what goes after a reconnect: all edits in one transaction, or none. */
export async function editResumePlan(call: MemberCall, senderId: string, { channel: kind, edits }: Input) {
  await senderToManage(call.db.reader, call, senderId);
  const now = call.clocks.schedule.now();
  for (const [index, edit] of edits.entries()) checkDate(edit, index, now);
  const counts = await call.db.write(async (tx) => {
    await senderToManage(tx, call, senderId);
    const channel = (await channelsOf(tx, call, senderId))[kind];
    const unit = unitOf(call, tx);
    const changed = { postpone: 0, cancel: 0 };
    for (const edit of edits)
      changed[edit.do] += await applyResumeEdit(unit, channel.id, edit, call.actor.id);
    await audit(tx, call, {
      action: 'sender.resume_plan_edited',
      entity: 'sender',
      entityId: senderId,
      data: { channel: kind, edits, ...changed },
    });
    return changed;
  });
  return {
    postponed: counts.postpone,
    canceled: counts.cancel,
    plan: await resumePlanOf(call, senderId, kind),
  };
}

function checkDate(edit: ResumeEdit, index: number, now: number): void {
  if (edit.do !== 'postpone' || (edit.until > now && edit.until <= now + FARTHEST)) return;
  throw invalid(
    `edits.${index}.until`,
    'date_out_of_range',
    'The date must lie ahead, within a year.',
    'Choose another date.',
  );
}
