import { listImportRoutes } from '#shared/contract/listImport.ts';
import { resumeListImport, startListImport, stopListImport } from '../../services/listImport/control.ts';
import { takeListPage } from '../../services/listImport/page.ts';
import { listImports } from '../../services/listImport/view.ts';
import type { App } from '../httpEnv.ts';
import { serveDevice } from '../serve.ts';

/** Imports of LinkedIn lists that the rep orders in the side panel. */
export function serveListImports(app: App): void {
  const routes = listImportRoutes;
  serveDevice(app, routes.list, (call) => listImports(call));
  serveDevice(app, routes.start, (call, { body }) => startListImport(call, body));
  serveDevice(app, routes.stop, (call, { params }) => stopListImport(call, params.importId));
  serveDevice(app, routes.resume, (call, { params }) => resumeListImport(call, params.importId));
  serveDevice(app, routes.page, async (call, { params, body }) => {
    await takeListPage(call, params.importId, body);
    return { acknowledged: true as const };
  });
}
