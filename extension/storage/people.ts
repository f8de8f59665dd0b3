import {
  type PersonCard,
  type PersonTargets,
  personCard,
  personTargets,
} from '#shared/contract/devicePerson.ts';
import { type ListImportView, listImportView } from '#shared/contract/listImport.ts';
import { type ApprovalItem, approvalItem } from '#shared/contract/task.ts';
import type { RapportDatabase } from './database.ts';

/** People kept at most: those looked at last. */
const MAX_PEOPLE = 200;

/** What a card is kept under. */
export function personKey(person: { slug?: string | null; profileId?: string | null }): string {
  return person.slug ? `slug:${person.slug.toLowerCase()}` : `id:${person.profileId}`;
}

/** The last answer about somebody; null when there is none this version can read. */
export async function loadCard(
  database: RapportDatabase,
  key: string,
): Promise<{ card: PersonCard; storedAt: number } | null> {
  const stored = await database.people.get(key);
  const parsed = personCard.safeParse(stored?.card);
  return stored && parsed.success ? { card: parsed.data, storedAt: stored.storedAt } : null;
}

/** Keeps a person's card, and forgets those that were stored longest ago. */
export async function saveCard(
  database: RapportDatabase,
  key: string,
  card: PersonCard,
  now: number,
): Promise<void> {
  await database.people.put({ key, card, storedAt: now });
  const excess = (await database.people.count()) - MAX_PEOPLE;
  if (excess <= 0) return;
  await database.people.bulkDelete(await database.people.orderBy('storedAt').limit(excess).primaryKeys());
}

/** Lists and automations to add to, as the server told last; null: never. */
export async function loadTargets(database: RapportDatabase): Promise<PersonTargets | null> {
  return personTargets.safeParse((await database.lists.get('targets'))?.value).data ?? null;
}

/** Keeps the lists and automations to add to. `now`: unix ms. */
export async function saveTargets(database: RapportDatabase, value: PersonTargets, now: number) {
  await database.lists.put({ key: 'targets', value, storedAt: now });
}

/** The texts that waited for the rep's yes when the server was last asked. */
export async function loadApprovals(database: RapportDatabase): Promise<ApprovalItem[]> {
  return approvalItem.array().safeParse((await database.lists.get('approvals'))?.value).data ?? [];
}

/** Keeps the texts that wait for the rep. `now`: unix ms. */
export async function saveApprovals(database: RapportDatabase, value: ApprovalItem[], now: number) {
  await database.lists.put({ key: 'approvals', value, storedAt: now });
}

/** The imports of lists as the server told last. */
export async function loadImports(database: RapportDatabase): Promise<ListImportView[]> {
  return listImportView.array().safeParse((await database.lists.get('imports'))?.value).data ?? [];
}

/** Keeps the imports and how far they are. `now`: unix ms. */
export async function saveImports(database: RapportDatabase, value: ListImportView[], now: number) {
  await database.lists.put({ key: 'imports', value, storedAt: now });
}
