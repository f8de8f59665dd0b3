import type { LaneLimit } from '#shared/schedule/pacing.ts';
import { rowsOf } from '../../db/index.ts';
import type { EnrollmentRow, TaskRow, Unit } from '../context.ts';
import { letGo } from '../flow/letGo.ts';
import { passOver } from '../flow/passOver.ts';
import { setHold } from '../holds/holds.ts';
import { pauseForReply } from '../inbound/replies.ts';
import { dailyLimitKey, planRelease } from '../pace/dailyLimits.ts';
import { appendTaskEvent } from '../record.ts';
import { taskById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import type { Refusal } from './gates/gate.ts';
import { cancelTask, finish, park, requeue } from './tasks.ts';

/** Does with a refused task what its refusal says. The task had no effect. */
export async function dispose(
  unit: Unit,
  task: TaskRow,
  enrollment: EnrollmentRow,
  refusal: Refusal,
): Promise<void> {
  const { disposition } = refusal;
  switch (disposition.do) {
    case 'cancel_stoplisted':
      await stoplistContact(unit, task);
      return;
    case 'pause_replied':
      await pauseForReply(unit, { contactId: task.contactId, at: disposition.at ?? unit.now });
      // Not a live one any more, or paused before: the task itself must not stay in line.
      await takeBack(unit, task, refusal.code);
      return;
    case 'cancel':
      await takeBack(unit, task, refusal.code);
      return;
    case 'close':
      await passOver(unit, task, 'closed', refusal.code);
      return;
    case 'wait_lane':
      if (task.state !== 'ready') await requeue(unit, task, unit.now, refusal.code, refusal.detail);
      return;
    case 'park':
      await park(unit, task, disposition.on, refusal.code, refusal.detail);
      return;
    case 'postpone':
      await requeue(unit, task, disposition.until, refusal.code, refusal.detail);
      return;
    case 'postpone_lane':
      if (task.state !== 'ready') await requeue(unit, task, unit.now, refusal.code, refusal.detail);
      await postponeLane(unit, task, disposition.until, disposition.limit);
      return;
    case 'wait_daily_limit':
      await park(unit, task, dailyLimitKey(task), refusal.code, refusal.detail);
      await planRelease(unit, task, disposition.until);
      return;
    case 'missing_data':
      await holdForData(unit, task, enrollment, refusal.detail);
      return;
  }
}

/** The lane fires nothing before `until` (unix ms); `limit` is shown as the reason. */
export async function postponeLane(
  unit: Unit,
  task: Pick<TaskRow, 'channelId' | 'kind'>,
  until: number,
  limit: LaneLimit,
): Promise<void> {
  const change = { nextAt: until, nextLimit: limit };
  rowsOf(unit.tx).update(shapes.lane, [task.channelId, task.kind], change);
}

/** The task waits until the data is there and somebody lifts the hold. */
export async function holdForData(
  unit: Unit,
  task: TaskRow,
  enrollment: EnrollmentRow,
  detail: string,
): Promise<void> {
  await park(unit, task, `enrollment:${enrollment.id}`, 'missing_data', detail);
  await setHold(unit, {
    workspaceId: task.workspaceId,
    scope: 'enrollment',
    scopeId: enrollment.id,
    reason: 'missing_data',
    detail,
    by: 'system',
  });
}

/** The contact is on the stoplist: every automation lets go of them. */
export async function stoplistContact(unit: Unit, task: TaskRow): Promise<void> {
  await letGo(unit, task.contactId, 'stoplisted');
  await takeBack(unit, task, 'stoplisted');
}

async function takeBack(unit: Unit, task: TaskRow, reason: string): Promise<void> {
  const now = await taskById(unit.tx, task.id);
  if (now.state === 'committing') await finish(unit, now, 'canceled', { reason });
  else if (!(await cancelTask(unit, now, reason))) return;
  appendTaskEvent(unit, now, 'task_canceled', `canceled:${now.fence}`, { reason });
}
