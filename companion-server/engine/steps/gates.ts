import type { Graph } from '#shared/automation/graph.ts';
import { hasConsented } from '#shared/contract/device.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { usageLimit } from '#shared/schedule/caps.ts';
import { isStoplisted } from '../contacts/stoplist.ts';
import type {
  AutomationRow,
  ChannelRow,
  ContactRow,
  EnrollmentRow,
  SenderRow,
  TaskRow,
  Unit,
} from '../context.ts';
import { relationOf } from '../flow/facts.ts';
import { type HoldRow, partOfLane } from '../holds/holds.ts';
import { askedUntil, MAYBE_REPLY } from '../inbound/maybeReplies.ts';
import { isDecided } from '../inbound/newestMessage.ts';
import { dailyLimitUntil } from '../pace/dailyLimits.ts';
import { slotFor } from '../pace/pacing.ts';
import { budgetKinds, capOf, isOutreach, usageTimes } from '../pace/usage.ts';
import { graphOf, settingsOf } from '../rows.ts';
import { isLeaving } from '../senders/automationSenders.ts';
import { approvedPayload } from './approvals.ts';
import { invitation, isHousekeeping } from './invitationGate.ts';
import { unreadInboxes } from './otherInbox.ts';
import { awayTill, contactHoursFrom, spacingUntil } from './personLimits.ts';
import { hashOf, renderTask } from './render.ts';
import { holdsOn } from './taskHolds.ts';
import { ENRICHMENT_NODE } from './tasks.ts';

/** Mail must have been read this recently before an email goes out (schedule time). */
export const freshInboxMs = 5 * MINUTE;

/** Everything the gates look at, read in the deciding transaction. */
export interface GateInput {
  unit: Unit;
  stage: 'claim' | 'commit';
  task: TaskRow;
  channel: ChannelRow;
  sender: SenderRow;
  contact: ContactRow;
  enrollment: EnrollmentRow;
  automation: AutomationRow;
  /** Newest inbound message in the LinkedIn thread, as the device saw it just now. */
  lastInboundAt: number | null;
}

/** What becomes of a task that may not go now. */
export type Disposition =
  | { do: 'cancel_stoplisted' }
  | { do: 'pause_replied'; at: number | null }
  | { do: 'cancel' }
  /** Nothing to do: the branch goes on. */
  | { do: 'close' }
  /** Ready, behind a hold of its lane. */
  | { do: 'wait_lane' }
  | { do: 'park'; on: string }
  | { do: 'postpone'; until: number }
  | { do: 'postpone_lane'; until: number; limit: string }
  /** The automation's own daily limit: other automations' tasks of the lane go on. */
  | { do: 'wait_daily_limit'; until: number }
  | { do: 'missing_data' };

export interface Refusal {
  code: string;
  detail: string;
  disposition: Disposition;
}

type Gate = (input: GateInput) => Awaitable<Refusal | null>;

/**
 * What must hold before anything goes to a person, in this order: the first refusal decides. The same chain runs
 * at the claim (so that nothing is prepared in vain) and, bindingly, at the commit.
 */
export const gates: readonly Gate[] = [
  stoplist,
  replied,
  maybeReplied,
  enrollmentRuns,
  senderStays,
  holds,
  consent,
  invitation,
  profileRead,
  caps,
  automationLimit,
  contactHours,
  spacing,
  away,
  otherInbox,
  freshInbox,
  payloadHash,
];

/** Asked again about a commit that was allowed: what came up since still stops an effect that has not begun. */
export const repeatGates: readonly Gate[] = [
  stoplist,
  replied,
  maybeReplied,
  enrollmentRuns,
  senderStays,
  holds,
];

/** Asks the gates one after the other; null: nothing speaks against it. */
export async function firstRefusal(
  input: GateInput,
  chain: readonly Gate[] = gates,
): Promise<Refusal | null> {
  for (const gate of chain) {
    const answer = gate(input);
    const refusal = answer instanceof Promise ? await answer : answer;
    if (refusal) return refusal;
  }
  return null;
}

function stoplist({ unit, contact, task }: GateInput): Awaitable<Refusal | null> {
  if (isHousekeeping(task)) return null;
  if (contact.deletedAt !== null) return refuse('deleted', 'The contact was deleted.', { do: 'cancel' });
  return whenThere(isStoplisted(unit.tx, contact), (isListed) =>
    isListed ? refuse('stoplisted', 'The contact is on the stoplist.', { do: 'cancel_stoplisted' }) : null,
  );
}

function replied({ unit, contact, task, enrollment, lastInboundAt }: GateInput): Awaitable<Refusal | null> {
  if (isHousekeeping(task)) return null;
  if (contact.repliedAt !== null) {
    return refuse('replied_meanwhile', 'The contact replied.', { do: 'pause_replied', at: null });
  }
  if (lastInboundAt !== null && lastInboundAt > (enrollment.createdAt ?? 0)) {
    const disposition = { do: 'pause_replied', at: lastInboundAt } as const;
    return isDecided(unit.tx, enrollment, lastInboundAt).then((isOld) =>
      isOld
        ? null
        : refuse('replied_meanwhile', 'The thread shows a newer message of the contact.', disposition),
    );
  }
  return null;
}

/** A person is asked whether a message is an answer of theirs: until then, for a bounded time, nothing goes out. */
function maybeReplied({ unit, task }: GateInput): Awaitable<Refusal | null> {
  return whenThere(askedUntil(unit.tx, task, unit.now), (until) =>
    until === null
      ? null
      : refuse(MAYBE_REPLY, 'A message from another address may be their answer.', { do: 'postpone', until }),
  );
}

function enrollmentRuns({ enrollment, task }: GateInput): Refusal | null {
  const reading = enrollment.status === 'waiting_enrichment' && task.kind === 'visit';
  if (enrollment.status === 'in_progress' || reading || isHousekeeping(task)) return null;
  return refuse('not_running', `The contact is ${enrollment.status} in this automation.`, { do: 'cancel' });
}

/** Deleted, or removed from the contact's Sender Profile step with its tasks: its enrollments end in the engine's next rounds. */
function senderStays({ unit, task, sender, enrollment }: GateInput): Awaitable<Refusal | null> {
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

function holds({ unit, task, automation, contact }: GateInput): Awaitable<Refusal | null> {
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

function consent({ sender, channel }: GateInput): Refusal | null {
  if (channel.kind !== 'linkedin' || hasConsented(sender)) return null;
  return refuse('consent', 'The rep has not agreed to automation yet.', { do: 'wait_lane' });
}

/** Several automations may ask for one profile: who was read meanwhile, by this very sender, is not read again. */
function profileRead({ unit, stage, task, contact }: GateInput): Awaitable<Refusal | null> {
  if (stage === 'commit' || task.nodeId !== ENRICHMENT_NODE || contact.enrichedAt === null) return null;
  return whenThere(relationOf(unit.tx, contact.id, task.senderId), (relation) =>
    relation === 'not_verified'
      ? null
      : refuse('visited', 'The profile was read meanwhile.', { do: 'close' }),
  );
}

/** At the claim with gap, rest and window; at the commit the caps alone: what was prepared inside may finish. */
async function caps({ unit, stage, task, channel, sender }: GateInput): Promise<Refusal | null> {
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

function automationLimit(input: GateInput): Awaitable<Refusal | null> {
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
function contactHours({ unit, stage, sender, contact }: GateInput): Refusal | null {
  if (stage === 'commit') return null;
  const until = contactHoursFrom(settingsOf(sender), contact, unit.now);
  if (until <= unit.now) return null;
  const detail = 'It is outside of working hours where the contact is.';
  return refuse('contact_hours', detail, { do: 'postpone', until });
}

function spacing({ unit, task, contact }: GateInput): Awaitable<Refusal | null> {
  return whenThere(spacingUntil(unit.tx, task, contact), (until) => {
    if (until === null || until <= unit.now) return null;
    const hours = (until - (contact.lastOutreachAt ?? 0)) / HOUR;
    const detail = `At least ${hours} hours lie between two messages or invites to one person.`;
    return refuse('spacing', detail, { do: 'postpone', until });
  });
}

function away({ unit, task }: GateInput): Awaitable<Refusal | null> {
  return whenThere(awayTill(unit.tx, task), (until) => {
    if (until === null || until <= unit.now) return null;
    return refuse('auto_reply', 'An automatic reply says that they are away.', { do: 'postpone', until });
  });
}

/** Where the automation asks for it: replies on the sender's other channel must be known too. */
function otherInbox({ unit, task, channel, enrollment, automation }: GateInput): Awaitable<Refusal | null> {
  if (!automation.waitForInboxes || !isOutreach(task.kind)) return null;
  return unreadInboxes(unit.tx, enrollment, unit.now).then((unread) => {
    const other = unread.find((each) => each.channel !== channel.kind);
    if (!other) return null;
    const name = other.channel === 'email' ? 'emails' : 'LinkedIn messages';
    const detail = `It waits until the sender's ${name} were read: this automation asks for it.`;
    const until = unit.now + 15 * MINUTE;
    return refuse('other_inbox_unread', detail, { do: 'postpone', until });
  });
}

function freshInbox({ unit, stage, channel }: GateInput): Refusal | null {
  if (channel.kind !== 'email' || stage === 'claim') return null;
  if (channel.inboxReadAt !== null && channel.inboxReadAt >= unit.now - freshInboxMs) return null;
  return refuse('inbox_stale', 'The mailbox must be read first.', { do: 'postpone', until: unit.now });
}

function payloadHash(input: GateInput): Awaitable<Refusal | null> {
  const { unit, stage, task, enrollment } = input;
  if (stage === 'claim' || task.payloadHash === null) return null;
  return whenThere(graphOf(unit.tx, enrollment.versionId), (graph) => refusalByText(input, graph));
}

function refusalByText(input: GateInput, graph: Graph): Refusal | null {
  const { unit, task } = input;
  const rendered = renderTask({ ...input, graph });
  if (!rendered.ok) return refuse('missing_data', rendered.error.message, { do: 'missing_data' });
  // Whom it goes to was compared before the page was learned; the note was left out at the claim.
  const { recipient = null, noteDropped = false } = task.payload ?? {};
  const text = noteDropped ? null : rendered.value.text;
  const fresh = { ...rendered.value, text, recipient };
  const current = task.approval ? approvedPayload(task.approval, fresh) : fresh;
  if (current && hashOf(current) === task.payloadHash) return null;
  return refuse('text_changed', 'The data behind the text changed.', { do: 'postpone', until: unit.now });
}

function refuse(code: string, detail: string, disposition: Disposition): Refusal {
  return { code, detail, disposition };
}
