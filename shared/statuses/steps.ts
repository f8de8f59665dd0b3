import type { ActionKind } from '#shared/automation/graph.ts';

/** What each kind of step is called, in the builder, the tasks, the activity and the side panel (product §4.1). */
export const stepNames: Record<ActionKind, string> = {
  visit: 'Visit profile',
  connect: 'Connect',
  message: 'Message',
  inmail: 'InMail',
  group_message: 'Message a fellow member',
  follow: 'Follow',
  like: 'Like latest post',
  withdraw: 'Withdraw invitation',
  send_email: 'Send email',
};

/** A kind of step by name; one of a newer server shows its own. */
export function stepName(kind: string): string {
  return Object.hasOwn(stepNames, kind) ? stepNames[kind as ActionKind] : kind.replaceAll('_', ' ');
}
