import { automationRoutes, enrollmentRoutes, taskRoutes } from '#shared/contract/automation.ts';
import * as manage from '../../services/automation/manage.ts';
import { preflightAutomation } from '../../services/automation/preflight.ts';
import { automationEnrollments, getAutomation, listAutomations } from '../../services/automation/view.ts';
import { decide } from '../../services/enrollment/view.ts';
import { listTasks, settle } from '../../services/task/tasks.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

export function serveAutomations(app: App): void {
  const routes = automationRoutes;
  serveMember(app, routes.list, (call) => listAutomations(call));
  serveMember(app, routes.create, (call, { body }) => manage.createAutomation(call, body.name));
  serveMember(app, routes.get, (call, { params }) => getAutomation(call, params.automationId));
  serveMember(app, routes.saveDraft, (call, { params, body }) =>
    manage.saveDraft(call, params.automationId, body),
  );
  serveMember(app, routes.preflight, (call, { params }) => preflightAutomation(call, params.automationId));
  serveMember(app, routes.start, (call, { params }) => manage.startAutomation(call, params.automationId));
  serveMember(app, routes.pause, (call, { params }) => manage.pauseAutomation(call, params.automationId));
  serveMember(app, routes.resume, (call, { params }) => manage.resumeAutomation(call, params.automationId));
  serveMember(app, routes.clone, (call, { params }) => manage.cloneAutomation(call, params.automationId));
  serveMember(app, routes.archive, (call, { params }) => manage.archiveAutomation(call, params.automationId));
  serveMember(app, routes.enrollments, (call, { params, query }) =>
    automationEnrollments(call, params.automationId, query),
  );
}

export function serveTasks(app: App): void {
  serveMember(app, enrollmentRoutes.decide, (call, { params, body }) =>
    decide(call, params.enrollmentId, body.decision),
  );
  serveMember(app, taskRoutes.list, (call, { query }) => listTasks(call, query));
  serveMember(app, taskRoutes.settle, (call, { params, body }) => settle(call, params.taskId, body));
}
