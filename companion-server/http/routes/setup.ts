import { setupRoutes } from '#shared/contract/workspace.ts';
import { isSetupNeeded, runSetup } from '../../services/workspace/setup.ts';
import { withSecureCookies } from '../authRoutes.ts';
import { requireOwnOrigin } from '../callers.ts';
import type { App } from '../httpEnv.ts';
import { servePublic } from '../serve.ts';

/** First run: makes the workspace and its owner, and signs the owner in. */
export function serveSetup(app: App): void {
  servePublic(app, setupRoutes.status, async ({ db, version }) => ({
    needed: await isSetupNeeded(db.reader),
    version,
  }));
  servePublic(app, setupRoutes.run, async (services, { body, request }) => {
    // It answers with a session cookie, so no other site may ask for it.
    requireOwnOrigin(request);
    const { workspaceId } = await runSetup(services, body);
    const signedIn = await services.auth.api.signInEmail({
      body: { email: body.email, password: body.password },
      headers: request.req.raw.headers,
      asResponse: true,
    });
    for (const cookie of withSecureCookies(request, signedIn).headers.getSetCookie()) {
      request.header('set-cookie', cookie, { append: true });
    }
    return { workspaceId };
  });
}
