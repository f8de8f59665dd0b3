import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { versionRoutes } from '#shared/contract/version.ts';
import * as manage from '../../services/automation/manage.ts';
import { preflightAutomation } from '../../services/automation/preflight.ts';
import { previewVersion, publishVersion, undoPublishing } from '../../services/automation/publish.ts';
import { getVersion, listVersions } from '../../services/automation/versions.ts';
import {
  automationEnrollments,
  automationReasons,
  getAutomation,
  listAutomations,
} from '../../services/automation/view.ts';
import * as bulk from '../../services/bulk/bulk.ts';
import { decide } from '../../services/enrollment/view.ts';
import { emailStatisticsOf } from '../../services/tracking/statistics.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Automations: drafts, start, pause, archive, and who is in them. */
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
  serveMember(app, routes.emailStatistics, (call, { params }) =>
    emailStatisticsOf(call, params.automationId),
  );
  serveMember(app, routes.settings, (call, { params, body }) =>
    manage.setAutomation(call, params.automationId, body),
  );
  serveMember(app, routes.pause, (call, { params }) => manage.pauseAutomation(call, params.automationId));
  serveMember(app, routes.resume, (call, { params }) => manage.resumeAutomation(call, params.automationId));
  serveMember(app, routes.stopEntering, (call, { params }) => manage.stopEntering(call, params.automationId));
  serveMember(app, routes.clone, (call, { params }) => manage.cloneAutomation(call, params.automationId));
  serveMember(app, routes.archive, (call, { params }) => manage.archiveAutomation(call, params.automationId));
  serveMember(app, routes.enrollments, (call, { params, query }) =>
    automationEnrollments(call, params.automationId, query),
  );
  serveMember(app, routes.reasons, (call, { params }) => automationReasons(call, params.automationId));
}

/** Versions of a running automation: preview, publish, undo. */
export function serveVersions(app: App): void {
  const routes = versionRoutes;
  serveMember(app, routes.list, (call, { params }) => listVersions(call, params.automationId));
  serveMember(app, routes.get, (call, { params }) => getVersion(call, params.automationId, params.number));
  serveMember(app, routes.preview, (call, { params, body }) =>
    previewVersion(call, params.automationId, body.choices),
  );
  serveMember(app, routes.publish, (call, { params, body }) =>
    publishVersion(call, params.automationId, body),
  );
  serveMember(app, routes.undo, (call, { params }) => undoPublishing(call, params.automationId));
}

/** Mass actions on the contacts of an automation. */
export function serveBulk(app: App): void {
  serveMember(app, bulkRoutes.list, (call, { params }) => bulk.listBulk(call, params.automationId));
  serveMember(app, bulkRoutes.start, (call, { params, body }) =>
    bulk.beginBulk(call, params.automationId, body),
  );
  serveMember(app, bulkRoutes.checkSender, (call, { params, body }) =>
    bulk.checkSender(call, params.automationId, body),
  );
  serveMember(app, bulkRoutes.get, (call, { params }) => bulk.getBulk(call, params.bulkId));
  serveMember(app, bulkRoutes.stop, (call, { params }) => bulk.endBulk(call, params.bulkId));
  serveMember(app, bulkRoutes.undo, (call, { params }) => bulk.takeBack(call, params.bulkId));
}

/** What a person decides about one contact in an automation. */
export function serveEnrollments(app: App): void {
  serveMember(app, enrollmentRoutes.decide, (call, { params, body }) =>
    decide(call, params.enrollmentId, body.decision),
  );
}
