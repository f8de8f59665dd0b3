import { hasConsented } from '#shared/contract/device.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { relationOf } from '../../flow/facts.ts';
import { type HoldRow, partOfLane } from '../../holds/holds.ts';
import { isLeaving } from '../../senders/automationSenders.ts';
import { isHousekeeping } from '../invitationGate.ts';
import { holdsOn } from '../taskHolds.ts';
import { ENRICHMENT_NODE } from '../tasks.ts';
import { type Disposition, type GateInput, type Refusal, refuse } from './gate.ts';

/** What stands still: the enrollment, the sender, everything that is held. */

/** The enrollment is under way, or is being enriched. */
export function enrollmentRuns({ enrollment, task }: GateInput): Refusal | null {
  const reading = enrollment.status === 'waiting_enrichment' && task.kind === 'visit';
  if (enrollment.status === 'in_progress' || reading || isHousekeeping(task)) return null;
  return refuse('not_running', `The contact is ${enrollment.status} in this automation.`, { do: 'cancel' });
}

/** Deleted, or removed from the contact's Sender Profile step with its tasks: its enrollments end in the engine's next rounds. */
export function senderStays({ unit, task, sender, enrollment }: GateInput): Awaitable<Refusal | null> {
  if (sender.state === 'deleted') {
    return refuse('sender_deleted', 'The sender profile was deleted.', { do: 'cancel' });
  }
  if (isHousekeeping(task)) return null;
  return whenThere(isLeaving(unit, task.senderId, enrollment), (isGoing) =>
    isGoing
      ? refuse('sender_removed', 'The sender was removed from this automation.', { do: 'cancel' })
      : null,
  );
}

/** No hold lies on anything that the task belongs to. */
export function holds({ unit, task, automation, contact }: GateInput): Awaitable<Refusal | null> {
  if (automation.status === 'archived' && !isHousekeeping(task))
    return refuse('archived', 'The automation is archived.', { do: 'cancel' });
  return whenThere(holdsOn(unit.tx, task, contact.email), refusalByHold);
}

function refusalByHold(open: HoldRow[]): Refusal | null {
  // Those that stop only some tasks of the lane go first: such a task must not stand before others.
  const hold = open.find((row) => parkedOn(row) !== null) ?? open[0];
  if (!hold) return null;
  const on = parkedOn(hold);
  const disposition: Disposition = on === null ? { do: 'wait_lane' } : { do: 'park', on };
  return refuse(hold.reason, hold.detail ?? `Held: ${hold.reason}.`, disposition);
}

/** What the tasks of a hold wait on that stops only some of their lane; null: the whole lane waits. */
function parkedOn(hold: HoldRow): string | null {
  const { scope, scopeId } = hold;
  return scope === 'automation' || scope === 'enrollment' ? `${scope}:${scopeId}` : partOfLane(hold);
}

/** The rep agreed to automation of their LinkedIn account. */
export function consent({ sender, channel }: GateInput): Refusal | null {
  if (channel.kind !== 'linkedin' || hasConsented(sender)) return null;
  return refuse('consent', 'The rep has not agreed to automation yet.', { do: 'wait_lane' });
}

/** Several automations may ask for one profile: who was read meanwhile, by this very sender, is not read again. */
export function profileRead({ unit, stage, task, contact }: GateInput): Awaitable<Refusal | null> {
  if (stage === 'commit' || task.nodeId !== ENRICHMENT_NODE || contact.enrichedAt === null) return null;
  return whenThere(relationOf(unit.tx, contact.id, task.senderId), (relation) =>
    relation === 'not_verified'
      ? null
      : refuse('visited', 'The profile was read meanwhile.', { do: 'close' }),
  );
}
