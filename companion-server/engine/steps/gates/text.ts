import type { Graph } from '#shared/automation/graph.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { MINUTE } from '#shared/kernel/clock.ts';
import { graphOf } from '../../rows.ts';
import { approvedPayload } from '../approvals.ts';
import { hashOf, renderTask } from '../render.ts';
import { type GateInput, type Refusal, refuse } from './gate.ts';

/** What goes out, and whether everything is known that must be. */

/** Mail must have been read this recently before an email goes out (schedule time). */
export const freshInboxMs = 5 * MINUTE;

/** The mailbox was read a moment ago: a reply or an opt-out that is there is known. */
export function freshInbox({ unit, stage, channel }: GateInput): Refusal | null {
  if (channel.kind !== 'email' || stage === 'claim') return null;
  if (channel.inboxReadAt !== null && channel.inboxReadAt >= unit.now - freshInboxMs) return null;
  return refuse('inbox_stale', 'The mailbox must be read first.', { do: 'postpone', until: unit.now });
}

/** What goes out is what was claimed, or approved: its text is rendered anew and compared. */
export function payloadHash(input: GateInput): Awaitable<Refusal | null> {
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
