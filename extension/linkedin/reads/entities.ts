import { z } from 'zod';

/**
 * LinkedIn's normalized answers: a small `data` and a flat list of entities that refer to each other by
 * urn. Entities are kept loose here; each read parses the ones it uses.
 */
const anyEntity = z.looseObject({ $type: z.string().optional(), entityUrn: z.string().optional() });
export const included = z.array(anyEntity).default([]);
type Entity = z.infer<typeof anyEntity>;

/** The entities of one type (by its last name), those of another shape left out. */
export function ofType<T>(entities: readonly Entity[], type: string, schema: z.ZodType<T>): T[] {
  return entities
    .filter((entity) => entity.$type?.split('.').pop() === type)
    .flatMap((entity) => {
      const parsed = schema.safeParse(entity);
      return parsed.success ? [parsed.data] : [];
    });
}

/** The profile id in `urn:li:fsd_profile:<id>` (also at the end of a participant's urn). */
export function profileIdOf(urn: string | null | undefined): string | null {
  return /urn:li:fsd?_(?:profile|miniProfile):([\w-]+)/u.exec(urn ?? '')?.[1] ?? null;
}

/** The number in `urn:li:member:<number>`. */
export function memberIdOf(urn: string | null | undefined): string | null {
  return /urn:li:member:(\d+)/u.exec(urn ?? '')?.[1] ?? null;
}
