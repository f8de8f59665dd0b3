import type { z } from 'zod';
import type { LedgerVia } from '../types.ts';
import type { TwinContext } from './session.ts';

/** The page's own scripts put the clicked control behind this prefix in `x-li-page-instance`. */
const VIA = 'urn:li:page:d_flagship3_twin;';
const pageControls = new Map<string, LedgerVia>(
  (
    [
      'row',
      'menu',
      'toolbar',
      'preload',
      'rail',
      'composer',
      'quick_reply',
      'sent_list',
      'profile',
      'activity',
      'search',
      'sales',
      'overlay',
    ] as const
  ).map((via) => [via, via]),
);

/** Which control of the page sent this request; `api` when none did. */
export function viaOf(c: TwinContext): LedgerVia {
  const header = c.req.header('x-li-page-instance') ?? '';
  return (header.startsWith(VIA) && pageControls.get(header.slice(VIA.length))) || 'api';
}

/** The JSON body in the wanted shape, else null. */
export async function parsedBody<T>(c: TwinContext, schema: z.ZodType<T>): Promise<T | null> {
  const raw: unknown = await c.req.json().catch(() => null);
  const parsed = schema.safeParse(raw);
  return parsed.success ? parsed.data : null;
}

export function requestPath(c: TwinContext): string {
  const url = new URL(c.req.url);
  return url.pathname + url.search;
}
