import type { z } from 'zod';
import { problem, type Route } from '#shared/contract/route.ts';
import type { App } from './httpEnv.ts';

const methods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

function isEmptyObject(schema: z.ZodType): boolean {
  return 'shape' in schema && Object.keys(schema.shape as object).length === 0;
}

/** Adds the route to the OpenAPI document. */
export function describeRoute(app: App, route: Route): void {
  const json = (schema: z.ZodType) => ({ content: { 'application/json': { schema } } });
  app.openAPIRegistry.registerPath({
    method: methods[route.method],
    path: route.path.replace(/:(\w+)/g, '{$1}'),
    security: route.access === 'public' ? [] : [route.access === 'member' ? { session: [] } : { device: [] }],
    request: {
      ...(isEmptyObject(route.params) ? {} : { params: route.params as z.ZodObject }),
      ...(isEmptyObject(route.query) ? {} : { query: route.query as z.ZodObject }),
      ...(isEmptyObject(route.body) ? {} : { body: json(route.body) }),
    },
    responses: {
      200: { description: 'Done', ...json(route.response) },
      default: {
        description: 'Problem details (RFC 9457)',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  });
}

/** Serves the document at /api/v1/openapi.json. */
export function serveOpenApi(app: App, version: string): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'rapport.session_token',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'device', { type: 'http', scheme: 'bearer' });
  app.doc31('/api/v1/openapi.json', { openapi: '3.1.0', info: { title: 'Rapport', version } });
}
