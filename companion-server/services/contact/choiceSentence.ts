import { inArray } from 'drizzle-orm';
import { utcDate } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';

const { event, sender } = schema;

type EventData = typeof event.$inferSelect.data;

const ways: Record<string, string> = {
  pinned: 'Fixed on the contact by a person.',
  latest_contacted: 'They were in touch last.',
  distribution: 'By distribution.',
};

/** Names of the sender profiles that these choices speak of beside the chosen one. */
export async function namesInChoices(
  q: Queryable,
  rows: readonly { data: EventData }[],
): Promise<ReadonlyMap<string, string>> {
  const ids = rows.flatMap(({ data }) =>
    [data?.collisionSenderId, data?.unusablePin].filter((id) => typeof id === 'string'),
  );
  if (ids.length === 0) return new Map();
  const found = await q
    .select({ id: sender.id, name: sender.name })
    .from(sender)
    .where(inArray(sender.id, ids));
  return new Map(found.map(({ id, name }) => [id, name]));
}

/** How a contact came to its sender, who else was in touch and when, and whether a fixed sender was passed over. */
export function choiceSentence(data: EventData, names: ReadonlyMap<string, string>): string {
  const nameOf = (id: unknown) => names.get(String(id)) ?? 'A sender profile';
  const { way, collisionSenderId, collisionAt, unusablePin } = data ?? {};
  const parts = [ways[String(way)] ?? ''];
  if (collisionSenderId) {
    const when = utcDate(Number(collisionAt));
    parts.push(`${nameOf(collisionSenderId)} was in touch with them on ${when}.`);
  }
  if (unusablePin) {
    parts.push(`${nameOf(unusablePin)} is fixed on the contact and cannot be used in this automation.`);
  }
  return parts.join(' ');
}
