import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { usageLimit } from '#shared/schedule/caps.ts';
import { dailyLimitUntil } from '../../pace/dailyLimits.ts';
import { slotFor } from '../../pace/pacing.ts';
import { budgetKinds, capOf, usageTimes } from '../../pace/usage.ts';
import { settingsOf } from '../../rows.ts';
import { contactHoursFrom, spacingUntil } from '../personLimits.ts';
import { type GateInput, type Refusal, refuse } from './gate.ts';

/** How much and how often: caps, limits, hours and spacing. */

/** At the claim with gap, rest and window; at the commit the caps alone: what was prepared inside may finish. */
export async function caps({ unit, stage, task, channel, sender }: GateInput): Promise<Refusal | null> {
  const settings = settingsOf(sender);
  if (stage === 'claim') {
    const slot = await slotFor(unit.tx, channel, settings, task.kind, unit.now);
    if (slot.at <= unit.now) return null;
    const disposition = { do: 'postpone_lane', until: slot.at, limit: slot.bindingLimit } as const;
    return refuse(slot.bindingLimit, `Not before its next slot (${slot.bindingLimit}).`, disposition);
  }
  for (const kind of budgetKinds(task.kind)) {
    // The page load of this very task was spent at its claim.
    if (kind === 'page_load') continue;
    const cap = capOf(channel, settings, kind, unit.now);
    const { at, limit } = usageLimit(await usageTimes(unit.tx, channel, kind, unit.now), cap, unit.now);
    if (at > unit.now) return refuse(limit, `The cap is used up.`, { do: 'postpone_lane', until: at, limit });
  }
  return null;
}

/** The automation's own daily limit for this sender. */
export function automationLimit(input: GateInput): Awaitable<Refusal | null> {
  const { stage, task, automation } = input;
  if (automation.dailyLimits === null) return null;
  // What the claim spent is this very task's.
  if (stage === 'commit' && budgetKinds(task.kind).every((kind) => kind === 'page_load')) return null;
  return withinDailyLimit(input);
}

async function withinDailyLimit({ unit, task, channel, automation }: GateInput): Promise<Refusal | null> {
  const until = await dailyLimitUntil(unit.tx, automation, channel, task.kind, unit.now);
  if (until === null || until <= unit.now) return null;
  const detail = 'The daily limit of this automation for this sender is reached.';
  return refuse('automation_limit', detail, { do: 'wait_daily_limit', until });
}

/** Asked at the claim, like the sender's own window: what was prepared inside may finish. */
export function contactHours({ unit, stage, sender, contact }: GateInput): Refusal | null {
  if (stage === 'commit') return null;
  const until = contactHoursFrom(settingsOf(sender), contact, unit.now);
  if (until <= unit.now) return null;
  const detail = 'It is outside of working hours where the contact is.';
  return refuse('contact_hours', detail, { do: 'postpone', until });
}

/** So much time lies between two messages or invites to one person, over all channels and senders. */
export function spacing({ unit, task, contact }: GateInput): Awaitable<Refusal | null> {
  return whenThere(spacingUntil(unit.tx, task, contact), (until) => {
    if (until === null || until <= unit.now) return null;
    const hours = (until - (contact.lastOutreachAt ?? 0)) / HOUR;
    const detail = `At least ${hours} hours lie between two messages or invites to one person.`;
    return refuse('spacing', detail, { do: 'postpone', until });
  });
}
