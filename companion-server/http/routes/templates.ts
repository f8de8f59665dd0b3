import { attachmentRoutes } from '#shared/contract/attachment.ts';
import { templateRoutes } from '#shared/contract/template.ts';
import { listAttachments, removeAttachment, uploadAttachment } from '../../services/attachment/manage.ts';
import * as manage from '../../services/template/manage.ts';
import { previewEmail, sendTestEmail } from '../../services/template/preview.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** Email templates and signatures. */
export function serveTemplates(app: App): void {
  const routes = templateRoutes;
  serveMember(app, routes.list, (call) => manage.listTemplates(call));
  serveMember(app, routes.create, (call, { body }) => manage.createTemplate(call, body));
  serveMember(app, routes.preview, (call, { body }) => previewEmail(call, body));
  serveMember(app, routes.sendTest, (call, { body }) => sendTestEmail(call, body));
  serveMember(app, routes.update, (call, { params, body }) =>
    manage.updateTemplate(call, params.templateId, body),
  );
  serveMember(app, routes.remove, async (call, { params }) => {
    await manage.removeTemplate(call, params.templateId);
    return {};
  });
  serveMember(app, routes.signature, (call, { params }) => manage.signatureOf(call, params.senderId));
  serveMember(app, routes.saveSignature, (call, { params, body }) =>
    manage.saveSignature(call, params.senderId, body.signature),
  );
}

/** Files that emails carry. */
export function serveAttachments(app: App): void {
  const routes = attachmentRoutes;
  serveMember(app, routes.list, (call) => listAttachments(call));
  serveMember(app, routes.upload, (call, { body }) => uploadAttachment(call, body));
  serveMember(app, routes.remove, async (call, { params }) => {
    await removeAttachment(call, params.attachmentId);
    return {};
  });
}
