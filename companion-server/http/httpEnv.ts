import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../services/context.ts';

/** What the middleware puts into Hono's context. */
export type HttpEnv = { Variables: { requestId: string; services: Services } };

export type App = OpenAPIHono<HttpEnv>;
