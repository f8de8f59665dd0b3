import type { z } from 'zod';
import { COUNTED_AT_MOST, type TaskCounts, type taskRoutes } from '#shared/contract/task.ts';
import type { Call, MemberCall } from '../context.ts';
import { countContacts, listContacts, viewConfirm, viewReply } from './contacts.ts';
import { countManualTasks, listManualTasks } from './manualTasks.ts';
import { countSteps, listSteps, viewApproval, viewMissing, viewUnknown } from './steps.ts';

type Query = z.output<typeof taskRoutes.list.query>;

/** What waits for people, one group of it. */
export function listTasks(call: MemberCall, { group, ...query }: Query) {
  switch (group) {
    case 'manual':
      return listManualTasks(call, query);
    case 'approval':
      return listApprovals(call, query);
    case 'unknown':
      return listSteps(call, group, query, viewUnknown);
    case 'missing_data':
      return listSteps(call, group, query, (step, why) => viewMissing(call.db.reader, step, why));
    case 'confirm':
      return listContacts(call, group, query, viewConfirm);
    case 'reply':
      return listContacts(call, group, query, (db, found) => viewReply(db, found, call));
  }
}

/** Also for the side panel. */
export function listApprovals(call: Call, query: Omit<Query, 'group'>) {
  return listSteps(call, 'approval', query, (step, why) => viewApproval(call.db.reader, step, why));
}

/** How many wait in each group for somebody of these eyes. */
export async function countTasks(call: MemberCall): Promise<TaskCounts> {
  const most = COUNTED_AT_MOST + 1;
  return {
    manual: (await countManualTasks(call, most)).open,
    approval: await countSteps(call, 'approval', most),
    unknown: await countSteps(call, 'unknown', most),
    missing_data: await countSteps(call, 'missing_data', most),
    confirm: await countContacts(call, 'confirm', most),
    reply: await countContacts(call, 'reply', most),
  };
}
