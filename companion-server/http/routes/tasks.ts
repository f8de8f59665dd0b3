import { deviceTaskRoutes, taskRoutes } from '#shared/contract/task.ts';
import { confirm } from '../../services/task/contacts.ts';
import * as decide from '../../services/task/decide.ts';
import { countTasks, listApprovals, listTasks } from '../../services/task/list.ts';
import { stepsOfEnrollment } from '../../services/task/ofEnrollment.ts';
import type { App } from '../httpEnv.ts';
import { serveDevice, serveMember } from '../serve.ts';

/** What waits for people, and what they say about it. */
export function serveTasks(app: App): void {
  const routes = taskRoutes;
  serveMember(app, routes.list, (call, { query }) => listTasks(call, query));
  serveMember(app, routes.ofEnrollment, (call, { params }) => stepsOfEnrollment(call, params.enrollmentId));
  serveMember(app, routes.counts, (call) => countTasks(call));
  serveMember(app, routes.approveMany, (call, { body }) => decide.approveMany(call, body));
  serveMember(app, routes.settleMany, (call, { body }) => decide.settleMany(call, body));
  serveMember(app, routes.settle, (call, { params, body }) => decide.settle(call, params.taskId, body));
  serveMember(app, routes.approve, (call, { params, body }) => decide.approve(call, params.taskId, body));
  serveMember(app, routes.withdrawApproval, (call, { params }) => decide.undoApproval(call, params.taskId));
  serveMember(app, routes.skip, (call, { params }) => decide.skip(call, params.taskId));
  serveMember(app, routes.fillIn, (call, { params, body }) => decide.fillIn(call, params.taskId, body));
  serveMember(app, routes.confirm, (call, { params, body }) => confirm(call, params.enrollmentId, body));
}

/** Approvals in the side panel, about the own sender profile. */
export function serveDeviceTasks(app: App): void {
  const routes = deviceTaskRoutes;
  serveDevice(app, routes.approvals, (call, { query }) => listApprovals(call, query));
  serveDevice(app, routes.approve, (call, { params, body }) => decide.approve(call, params.taskId, body));
  serveDevice(app, routes.skip, (call, { params }) => decide.skip(call, params.taskId));
}
