import { manualTaskRoutes, notificationRoutes } from '#shared/contract/manualTask.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { webhookRoutes } from '#shared/contract/webhook.ts';
import { allTags, createTag, deleteTag, tagContact, untagContact } from '../../services/contact/tags.ts';
import { listNotifications, markSeen } from '../../services/notification/notifications.ts';
import { completeManualTask } from '../../services/task/manualTasks.ts';
import { decideWebhooks, failedWebhooks } from '../../services/webhook/failed.ts';
import { revealWebhookSecret } from '../../services/webhook/secret.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Tags, and which contact has which. */
export function serveTags(app: App): void {
  serveMember(app, tagRoutes.list, (call) => allTags(call));
  serveMember(app, tagRoutes.create, (call, { body }) => createTag(call, body.name));
  serveMember(app, tagRoutes.delete, async (call, { params }) => {
    await deleteTag(call, params.tagId);
    return {};
  });
  serveMember(app, tagRoutes.add, (call, { params, body }) => tagContact(call, params.contactId, body.tagId));
  serveMember(app, tagRoutes.remove, (call, { params }) =>
    untagContact(call, params.contactId, params.tagId),
  );
}

/** What automations ask of people. */
export function servePersonWork(app: App): void {
  serveMember(app, manualTaskRoutes.complete, (call, { params, body }) =>
    completeManualTask(call, params.manualTaskId, body),
  );
  serveMember(app, notificationRoutes.list, (call, { query }) => listNotifications(call, query));
  serveMember(app, notificationRoutes.seen, async (call, { params }) => {
    await markSeen(call, params.notificationId);
    return {};
  });
  serveMember(app, webhookRoutes.revealSecret, (call) => revealWebhookSecret(call));
  serveMember(app, webhookRoutes.failed, (call, { query }) => failedWebhooks(call, query));
  serveMember(app, webhookRoutes.decide, (call, { body }) => decideWebhooks(call, body));
}
