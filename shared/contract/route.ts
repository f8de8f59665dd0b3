import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';

/** One HTTP operation: method, path and the schemas of everything that crosses. Both sides parse with it. */
export interface Route<
  P extends z.ZodType = z.ZodType,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Hono style, e.g. "/api/v1/contacts/:contactId". */
  path: string;
  /** Who may call: a signed-in member, a paired device, or anybody. */
  access: 'member' | 'device' | 'public';
  params: P;
  query: Q;
  body: B;
  response: R;
}

const nothing = z.object({});

/**
 * A route of the contract: who may call it, and the schemas of what goes in and comes out; those left out carry nothing.
 */
export function route<
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
  R extends z.ZodType = typeof nothing,
>(
  access: Route['access'],
  method: Route['method'],
  path: string,
  schemas: { params?: P; query?: Q; body?: B; response?: R } = {},
): Route<P, Q, B, R> {
  return {
    access,
    method,
    path,
    params: (schemas.params ?? nothing) as P,
    query: (schemas.query ?? nothing) as Q,
    body: (schemas.body ?? nothing) as B,
    response: (schemas.response ?? nothing) as R,
  };
}

/** RFC 9457 problem details, with a stable `code`, what to do, and the fields at fault. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string(),
  /** What the user can do about it. */
  action: z.string().nullable(),
  requestId: z.string(),
  fields: z.array(z.object({ field: z.string(), message: z.string() })),
});
export type Problem = z.infer<typeof problem>;

/** Keyset page: `cursor` of the next page, null at the end. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

export const pageQuery = z.object({
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageSize).default(50),
});

/** Unix ms UTC. */
export const instant = z.number().int();
export const id = z.string().min(1).max(64);
