import { z } from 'zod';

/**
 * LinkedIn's normalized answers: a small `data` and a flat list of entities that refer to each other by
 * urn. Entities are kept loose here; each read parses the ones it uses.
 */
const anyEntity = z.looseObject({ $type: z.string().optional(), entityUrn: z.string().optional() });
export const included = z.array(anyEntity).default([]);
type Entity = z.infer<typeof anyEntity>;

/**
 * The entities of one type (by its last name); null where one of them has another shape than known. It could be the one
 * that matters: an answer is never taken for "nothing there" because a field was renamed.
 */
export function ofType<T>(entities: readonly Entity[], type: string, schema: z.ZodType<T>): T[] | null {
  const parsed = z
    .array(schema)
    .safeParse(entities.filter((entity) => entity.$type?.split('.').pop() === type));
  return parsed.success ? parsed.data : null;
}

/** The same where the answer lists them: null also where there are fewer than it lists. */
export function listed<T>(
  answer: { list: Listing; included: readonly Entity[] },
  type: string,
  schema: z.ZodType<T>,
): T[] | null {
  const found = ofType(answer.included, type, schema);
  return found && found.length >= (answer.list['*elements']?.length ?? 0) ? found : null;
}

/** What lists entities by their urns. One that is empty says so; one that lists nothing at all is of another shape. */
export const listing = z
  .looseObject({ '*elements': z.array(z.string()).optional(), elements: z.array(z.unknown()).optional() })
  .refine((one) => one['*elements'] !== undefined || one.elements?.length === 0);
type Listing = z.infer<typeof listing>;

/** The profile id in `urn:li:fsd_profile:<id>` (also at the end of a participant's urn). */
export function profileIdOf(urn: string | null | undefined): string | null {
  return /urn:li:fsd?_(?:profile|miniProfile):([\w-]+)/u.exec(urn ?? '')?.[1] ?? null;
}

/** The number in `urn:li:member:<number>`. */
export function memberIdOf(urn: string | null | undefined): string | null {
  return /urn:li:member:(\d+)/u.exec(urn ?? '')?.[1] ?? null;
}
