import { z } from 'zod';
import { limits } from '#shared/kernel/limits.ts';
import { listKind, listRead } from '#shared/protocol/lists.ts';
import { id, instant, route } from './route.ts';

/** Importing the list of people whose page the rep has open (product §5), a page at a time, at the sender's pace. */

/** At most so many people of one list. */
export const IMPORT_PEOPLE = 2_500;

export const listImportState = z.enum(['running', 'stopped', 'waiting', 'done']);

export const listImportView = z.object({
  id,
  kind: listKind,
  url: z.string(),
  listId: id,
  listName: z.string(),
  /** `stopped`: by a person, or by what `reason` says. `waiting`: goes on by itself, at `until` if that is known. */
  state: listImportState,
  /** Why it does not run: a LinkedIn failure code, `search_limit_reached`, `list_refused`, `manual`; null: it runs or is done. */
  reason: z.string().nullable(),
  sentence: z.string(),
  until: instant.nullable(),
  /** When the next page may be read; null: not running. */
  nextAt: instant.nullable(),
  /** How many people it will bring at most; null: not known yet. */
  total: z.number().int().nullable(),
  /** People seen so far, those that name nobody included. */
  seen: z.number().int(),
  /** Requests for pages of the list, and for single leads of Sales Navigator. */
  pagesLoaded: z.number().int(),
  added: z.number().int(),
  updated: z.number().int(),
  duplicates: z.number().int(),
  rejected: z.number().int(),
  stoplisted: z.number().int(),
  startedAt: instant,
});
export type ListImportView = z.infer<typeof listImportView>;

const params = z.object({ importId: id });

export const listImportRoutes = {
  /** Those of the own sender profile, newest first. */
  list: route('device', 'GET', '/api/v1/device/imports', {
    response: z.object({ items: z.array(listImportView).max(20) }),
  }),
  start: route('device', 'POST', '/api/v1/device/imports', {
    body: z.object({
      url: z.string().max(4000),
      listName: z.string().trim().min(1).max(limits.name),
      atMost: z.number().int().min(1).max(IMPORT_PEOPLE).default(IMPORT_PEOPLE),
    }),
    response: listImportView,
  }),
  stop: route('device', 'POST', '/api/v1/device/imports/:importId/stop', {
    params,
    response: listImportView,
  }),
  resume: route('device', 'POST', '/api/v1/device/imports/:importId/resume', {
    params,
    response: listImportView,
  }),
  /** What one page gave; for another page than the one that was asked for it changes nothing. */
  page: route('device', 'POST', '/api/v1/device/imports/:importId/page', {
    params,
    body: z.object({ start: z.number().int().min(0), read: listRead }),
    response: z.object({ acknowledged: z.literal(true) }),
  }),
};
