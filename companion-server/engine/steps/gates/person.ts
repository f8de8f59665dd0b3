import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { isStoplisted } from '../../contacts/stoplist.ts';
import { askedUntil, MAYBE_REPLY } from '../../inbound/maybeReplies.ts';
import { isDecided } from '../../inbound/newestMessage.ts';
import { isOutreach } from '../../pace/usage.ts';
import { isHousekeeping } from '../invitationGate.ts';
import { unreadInboxes } from '../otherInbox.ts';
import { awayTill } from '../personLimits.ts';
import { type GateInput, type Refusal, refuse } from './gate.ts';

/** What the person themselves says against it: the stoplist, a reply, being away. */

/** Nothing goes to somebody on the stoplist, or in the bin; housekeeping may. */
export function stoplist({ unit, contact, task }: GateInput): Awaitable<Refusal | null> {
  if (isHousekeeping(task)) return null;
  if (contact.deletedAt !== null) return refuse('deleted', 'The contact was deleted.', { do: 'cancel' });
  return whenThere(isStoplisted(unit.tx, contact), (isListed) =>
    isListed ? refuse('stoplisted', 'The contact is on the stoplist.', { do: 'cancel_stoplisted' }) : null,
  );
}

/** Nothing automated goes to somebody who replied, also where only the thread shows it. */
export function replied({
  unit,
  contact,
  task,
  enrollment,
  lastInboundAt,
}: GateInput): Awaitable<Refusal | null> {
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
export function maybeReplied({ unit, task }: GateInput): Awaitable<Refusal | null> {
  return whenThere(askedUntil(unit.tx, task, unit.now), (until) =>
    until === null
      ? null
      : refuse(MAYBE_REPLY, 'A message from another address may be their answer.', { do: 'postpone', until }),
  );
}

/** Nothing goes to somebody who is away before their return. */
export function away({ unit, task }: GateInput): Awaitable<Refusal | null> {
  return whenThere(awayTill(unit.tx, task), (until) => {
    if (until === null || until <= unit.now) return null;
    return refuse('auto_reply', 'An automatic reply says that they are away.', { do: 'postpone', until });
  });
}

/** Where the automation asks for it: replies on the sender's other channel must be known too. */
export function otherInbox({
  unit,
  task,
  channel,
  enrollment,
  automation,
}: GateInput): Awaitable<Refusal | null> {
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
