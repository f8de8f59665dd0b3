import { and, count, eq, gte } from 'drizzle-orm';
import { domainOf } from '#shared/identity/email.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type MailVerdict, mailSlowDown } from '#shared/statuses/mailRefusal.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { applyEvent } from '../flow/interpret.ts';
import { appendTaskEvent } from '../record.ts';
import { shapes } from '../shapes.ts';
import { failBranch, retryLater } from '../steps/failures.ts';
import { finish, requeue } from '../steps/tasks.ts';
import { checkBounces } from './guards.ts';
import { setHold, toDomain } from './holds.ts';

const { hold } = schema;

export interface RefusedEmail {
  verdict: MailVerdict;
  code: string;
  /** The server's own words. */
  detail: string;
}

/** Slow-downs this close together count as in a row. */
const IN_A_ROW_MS = 2 * DAY;

/** A received refusal: the message was not sent, and its verdict says what follows. */
export async function applyMailRefusal(unit: Unit, task: TaskRow, refused: RefusedEmail): Promise<void> {
  const { verdict, code, detail } = refused;
  switch (verdict) {
    case 'retry':
      await retryLater(unit, task, code, detail);
      return;
    case 'slow_mailbox':
      await slowDown(unit, task, task.kind, detail);
      await requeue(unit, task, unit.now, 'mail_throttled', detail);
      return;
    case 'slow_domain': {
      const domain = domainOf(task.payload?.recipient ?? '');
      await slowDown(unit, task, toDomain(domain), `${domain}: ${detail}`);
      await requeue(unit, task, unit.now, 'mail_throttled', detail);
      return;
    }
    case 'hold_mailbox':
      await setHold(unit, {
        workspaceId: task.workspaceId,
        scope: 'channel',
        scopeId: task.channelId,
        reason: 'mail_refused',
        detail,
        by: 'system',
      });
      await requeue(unit, task, unit.now, 'mail_refused', detail);
      return;
    case 'bounced':
      await bounceAtOnce(unit, task, detail);
      return;
    case 'fail':
      await failBranch(unit, task, code, detail);
      return;
  }
}

/** Emails of the mailbox, or those to one domain, wait: longer each time in a row. */
async function slowDown(unit: Unit, task: TaskRow, kind: string, detail: string): Promise<void> {
  const [before] = await unit.tx
    .select({ times: count() })
    .from(hold)
    .where(
      and(
        eq(hold.scope, 'kind'),
        eq(hold.scopeId, task.channelId),
        eq(hold.kind, kind),
        eq(hold.reason, 'mail_throttled'),
        gte(hold.since, unit.now - IN_A_ROW_MS),
      ),
    );
  await setHold(unit, {
    workspaceId: task.workspaceId,
    scope: 'kind',
    scopeId: task.channelId,
    kind,
    reason: 'mail_throttled',
    detail,
    until: unit.now + mailSlowDown((before?.times ?? 0) + 1),
    by: 'system',
  });
}

/** The server knows already that there is no such recipient: the same as a delivery report that says so. */
async function bounceAtOnce(unit: Unit, task: TaskRow, detail: string): Promise<void> {
  rowsOf(unit.tx).update(shapes.contact, [task.contactId], {
    undeliverableEmail: task.payload?.recipient ?? null,
  });
  await finish(unit, task, 'failed', { reason: 'bounced', detail });
  appendTaskEvent(unit, task, 'bounced', `bounced:${task.fence}`, {
    result: 'error',
    kind: task.kind,
    severity: 'hard',
    detail,
  });
  await applyEvent(unit, task.enrollmentId, { type: 'bounced', cursorId: task.cursorId });
  await checkBounces(unit, task.channelId);
}
