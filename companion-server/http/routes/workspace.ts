import { statisticsRoutes } from '#shared/contract/statistics.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { home } from '../../services/workspace/home.ts';
import { me, updateMe, updateWorkspace } from '../../services/workspace/me.ts';
import { checkPublicUrl } from '../../services/workspace/publicUrlCheck.ts';
import { statistics } from '../../services/workspace/statistics.ts';
import { resumeEverything, stopEverything } from '../../services/workspace/stop.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** The workspace, the member who asks, Home, and *Stop everything*. */
export function serveWorkspace(app: App): void {
  serveMember(app, workspaceRoutes.me, (call) => me(call));
  serveMember(app, workspaceRoutes.updateMe, (call, { body }) => updateMe(call, body));
  serveMember(app, workspaceRoutes.home, (call) => home(call));
  serveMember(app, statisticsRoutes.daily, (call, { query }) => statistics(call, query));
  serveMember(app, workspaceRoutes.update, (call, { body }) => updateWorkspace(call, body));
  serveMember(app, workspaceRoutes.checkPublicUrl, (call) => checkPublicUrl(call));
  serveMember(app, workspaceRoutes.stop, async (call) => {
    await stopEverything(call);
    return home(call);
  });
  serveMember(app, workspaceRoutes.resume, async (call) => {
    await resumeEverything(call);
    return home(call);
  });
}
