import { domainOf } from '#shared/identity/email.ts';
import { type Awaitable, whenThere } from '#shared/kernel/awaitable.ts';
import { STOPS_ENTRY } from '#shared/statuses/holds.ts';
import { type Queryable, rowsOf } from '../../db/index.ts';
import type { TaskRow } from '../context.ts';
import { FIRST_EMAIL, type HoldRow, openHolds, toDomain } from '../holds/holds.ts';
import { shapes } from '../shapes.ts';

/** The open holds that stop this task, the oldest first. `recipient`: the address that an email goes to. */
export function holdsOn(q: Queryable, task: TaskRow, recipient: string | null): Awaitable<HoldRow[]> {
  const { channelId } = task;
  const found = openHolds(q, [
    { scope: 'workspace', scopeId: task.workspaceId },
    { scope: 'automation', scopeId: task.automationId },
    { scope: 'sender', scopeId: task.senderId },
    { scope: 'channel', scopeId: channelId },
    ...kindsOf(task, recipient).map((kind) => ({ scope: 'kind' as const, scopeId: channelId, kind })),
    { scope: 'enrollment', scopeId: task.enrollmentId },
  ]);
  return whenThere(found, (open) => {
    const holds = open.filter((hold) => stops(hold, task));
    if (!holds.some(isOnFirstEmails)) return holds;
    return whenThere(isFirstEmail(q, task), (isFirst) =>
      isFirst ? holds : holds.filter((hold) => !isOnFirstEmails(hold)),
    );
  });
}

/** Holds of a mailbox may stop only some of its emails. */
function kindsOf({ kind }: TaskRow, recipient: string | null): string[] {
  if (kind !== 'send_email') return [kind];
  return [kind, FIRST_EMAIL, ...(recipient ? [toDomain(domainOf(recipient))] : [])];
}

/** Data that one branch lacks stops the task that is parked for it: what another one needs shows when it is rendered. */
function stops({ reason }: HoldRow, task: TaskRow): boolean {
  if (reason === 'missing_data') return task.reason === reason && task.blockedOn !== null;
  return reason !== STOPS_ENTRY;
}

function isOnFirstEmails({ scope, kind }: HoldRow): boolean {
  return scope === 'kind' && kind === FIRST_EMAIL;
}

/** Whether no email went to this person in this enrollment: only then nobody knows whether the address takes any. */
function isFirstEmail(q: Queryable, { enrollmentId }: TaskRow): Awaitable<boolean> {
  const steps = rowsOf(q).group(shapes.task, 'enrollment', enrollmentId);
  return whenThere(
    steps,
    (each) => !each.some(({ kind, state }) => kind === 'send_email' && state === 'done'),
  );
}
