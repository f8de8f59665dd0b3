import type { App } from '../serve.ts';
import { serveSetup } from './setup.ts';
import { serveWorkspace } from './workspace.ts';

/** Every route of shared/contract that is not a stream or better-auth's own. */
export function serveAllRoutes(app: App): void {
  serveSetup(app);
  serveWorkspace(app);
}
