import type { Awaitable } from '#shared/kernel/awaitable.ts';
import type { TaskRow, Unit } from '../context.ts';
import { pairOf } from '../flow/facts.ts';
import { isEngineTask } from './tasks.ts';

/** Taking back an old invitation writes to nobody and belongs to the account: it outlives the enrollment. */
export function isHousekeeping(task: Pick<TaskRow, 'kind' | 'nodeId'>): boolean {
  return task.kind === 'withdraw' && isEngineTask(task);
}

/** A refusal of the gates, which call this; what they do besides is not known here. */
interface InvitationRefusal {
  code: string;
  detail: string;
  disposition: { do: 'close' } | { do: 'postpone'; until: number };
}

/** LinkedIn takes no new invitation for a while after a withdrawal; only a pending one can be withdrawn. */
export function invitation(step: { unit: Unit; task: TaskRow }): Awaitable<InvitationRefusal | null> {
  const { kind } = step.task;
  return kind === 'connect' || kind === 'withdraw' ? refusalByPair(step) : null;
}

async function refusalByPair({
  unit,
  task,
}: {
  unit: Unit;
  task: TaskRow;
}): Promise<InvitationRefusal | null> {
  const pair = await pairOf(unit.tx, task.contactId, task.senderId);
  if (task.kind === 'withdraw') {
    if (pair?.status === 'connected') {
      return close('already_connected', 'The invitation was accepted.');
    }
    const isGone = pair?.status === 'not_connected' || pair?.status === 'invitation_withdrawn';
    return isGone ? close('nothing_to_withdraw', 'No invitation is pending.') : null;
  }
  if (!pair?.lockedUntil || pair.lockedUntil <= unit.now) return null;
  return {
    code: 'cannot_resend_yet',
    detail: 'After a withdrawal LinkedIn refuses a new invitation for up to 3 weeks.',
    disposition: { do: 'postpone', until: pair.lockedUntil },
  };
}

function close(code: string, detail: string): InvitationRefusal {
  return { code, detail, disposition: { do: 'close' } };
}
