import { z } from 'zod';
import { listKinds } from '#shared/identity/linkedinList.ts';
import { linkedinErrorCode } from '#shared/statuses/linkedin.ts';

/** Reading a list of people page by page, for an import that the rep asked for. */

export const listKind = z.enum(listKinds);

/** A person as a list shows them. Null: the list does not say. */
export const listedPerson = z.object({
  profileId: z
    .string()
    .regex(/^ACoA[A-Za-z0-9_-]{10,76}$/)
    .nullable(),
  memberId: z.string().regex(/^\d+$/).max(20).nullable(),
  slug: z.string().max(200).nullable(),
  name: z.string().max(300),
  headline: z.string().max(500).nullable(),
  company: z.string().max(300).nullable(),
  location: z.string().max(300).nullable(),
  /** 1st, 2nd, 3rd degree. */
  degree: z.union([z.literal(1), z.literal(2), z.literal(3)]).nullable(),
});
export type ListedPerson = z.infer<typeof listedPerson>;

/** One page of a list. */
export const listPage = z.object({
  people: z.array(listedPerson).max(100),
  /** Rows that name nobody: people outside the member's network. */
  nameless: z.number().int().min(0),
  /** How many the whole list has; null: it does not say. */
  total: z.number().int().min(0).nullable(),
  /** Where the next page starts; null: this was the last. */
  next: z.number().int().min(0).nullable(),
});
export type ListPage = z.infer<typeof listPage>;

/** Why a page could not be read. */
export const listFailure = z.object({
  /**
   * `list_refused`: LinkedIn knows who asks, and shows them no such list (403). `browser_ceiling`: the browser's own record
   * of the pages it read forbids another one; nothing was asked of LinkedIn.
   */
  code: z.union([z.enum(['search_limit_reached', 'list_refused', 'browser_ceiling']), linkedinErrorCode]),
  detail: z.string().max(500),
  /** Of `browser_ceiling`: when it allows the next one, unix ms. */
  until: z.number().int().optional(),
});
export type ListFailure = z.infer<typeof listFailure>;

export const listRead = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: listPage }),
  z.object({ ok: z.literal(false), error: listFailure }),
]);
export type ListRead = z.infer<typeof listRead>;
