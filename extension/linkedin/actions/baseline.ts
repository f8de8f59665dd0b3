import { z } from 'zod';

/** Evidence from before the click, kept by the runner, so that verify can tell our effect from older ones. */
const baseline = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('connect'), profileId: z.string() }),
  z.object({ kind: z.literal('withdraw'), profileId: z.string(), invitationUrn: z.string().nullable() }),
  z.object({ kind: z.literal('follow'), profileId: z.string() }),
  z.object({
    kind: z.literal('like'),
    profileId: z.string(),
    slug: z.string(),
    post: z.string(),
    print: z.string(),
  }),
  z.object({
    kind: z.literal('message'),
    profileId: z.string(),
    owner: z.string(),
    conversation: z.string().nullable(),
    /** Urns of the newest messages that were there before. */
    known: z.array(z.string()).max(12),
    /** When the newest message before ours was delivered, in LinkedIn's time. */
    newestAt: z.number().int().nullable(),
  }),
]);
export type Baseline = z.infer<typeof baseline>;

/** The baseline as the text the protocol carries. */
export function packBaseline(value: Baseline): string {
  return JSON.stringify(value);
}

/** The baseline of one kind; null when the text is not one. */
export function unpackBaseline<K extends Baseline['kind']>(
  text: string,
  kind: K,
): Extract<Baseline, { kind: K }> | null {
  try {
    const parsed = baseline.safeParse(JSON.parse(text));
    if (!parsed.success || parsed.data.kind !== kind) return null;
    return parsed.data as Extract<Baseline, { kind: K }>;
  } catch {
    return null;
  }
}
