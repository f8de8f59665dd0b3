import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { me, updateWorkspace } from '../../services/workspace/me.ts';
import { type App, serveMember } from '../serve.ts';

export function serveWorkspace(app: App): void {
  serveMember(app, workspaceRoutes.me, (call) => me(call));
  serveMember(app, workspaceRoutes.update, (call, { body }) => updateWorkspace(call, body));
  serveMember(app, workspaceRoutes.checkPublicUrl, (call) => call.publicUrlCheck.check(true));
}
