import { invitation } from '../invitationGate.ts';
import type { Gate, GateInput, Refusal } from './gate.ts';
import { automationLimit, caps, contactHours, spacing } from './pace.ts';
import { away, maybeReplied, otherInbox, replied, stoplist } from './person.ts';
import { consent, enrollmentRuns, holds, profileRead, senderStays } from './standing.ts';
import { freshInbox, payloadHash } from './text.ts';

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
