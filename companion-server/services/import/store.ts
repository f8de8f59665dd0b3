import { eq, sql } from 'drizzle-orm';
import { companyKey } from '#shared/identity/company.ts';
import { schema, type Tx } from '../../db/index.ts';
import { stopRemembered } from '../../engine/index.ts';
import type { Call } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import type { ImportPlan, RowOutcome } from './plan.ts';

/** Rows a statement takes at once from json_each: fewer, larger statements are what makes bulk writes fast. */
const BULK = 2_000;

async function inBulk<T>(rows: readonly T[], write: (json: string) => Promise<unknown>): Promise<void> {
  for (let at = 0; at < rows.length; at += BULK) await write(JSON.stringify(rows.slice(at, at + BULK)));
}

export interface StoreInput {
  /** Where the people come from, as their contacts say it: "csv:<import>", "linkedin:<import>", "linkedin". */
  source: string;
  /** Null: added one by one. */
  importId: string | null;
  listId: string | null;
  legalBasis: string;
  plan: ImportPlan;
}

/** Writes the whole plan, in the transaction of the caller. */
export async function storePeople(tx: Tx, call: Call, input: StoreInput): Promise<void> {
  const { plan, importId, listId } = input;
  const now = call.clocks.schedule.now();
  const ws = call.workspaceId;
  const companies = await storeCompanies(tx, call, plan);
  const companyId = (key: string | null) => (key === null ? null : (companies.get(key) ?? null));
  const added = plan.add.map(({ id, person }) => ({
    id,
    first: person.firstName,
    last: person.lastName,
    sort: sortName(person.firstName, person.lastName),
    email: person.email,
    slug: person.slug,
    profileId: person.profileId,
    memberId: person.memberId,
    companyId: companyId(person.companyKey),
    company: person.company,
    nameKey: nameKeyOf(person.company),
    title: person.title,
    location: person.location,
    custom: Object.keys(person.custom).length > 0 ? person.custom : null,
    eventId: call.newId(),
    dedupe: `import:${importId ?? id}:${person.row}`,
  }));
  await inBulk(added, (json) =>
    tx.run(sql`INSERT INTO contact (id, workspace_id, first_name, last_name, sort_name, email, linkedin_slug,
        linkedin_profile_id, linkedin_member_id, company_id, company_name, company_key, title, location, custom, source, legal_basis, created_at, updated_at)
      SELECT value ->> 'id', ${ws}, value ->> 'first', value ->> 'last', value ->> 'sort', value ->> 'email',
        value ->> 'slug', value ->> 'profileId', value ->> 'memberId', value ->> 'companyId', value ->> 'company',
        value ->> 'nameKey', value ->> 'title', value ->> 'location', value ->> 'custom', ${input.source}, ${input.legalBasis}, ${now}, ${now}
      FROM json_each(${json})`),
  );
  await inBulk(added, (json) =>
    tx.run(sql`INSERT INTO event (id, workspace_id, type, at, contact_id, dedupe_key, data)
      SELECT value ->> 'eventId', ${ws}, 'imported', ${now}, value ->> 'id', value ->> 'dedupe',
        json_object('importId', ${importId}) FROM json_each(${json})`),
  );
  const updated = plan.update.map(({ id, changes }) => ({
    ...changes,
    id,
    sort: sortName(changes.firstName, changes.lastName),
    companyId: companyId(changes.companyKey),
    nameKey: nameKeyOf(changes.companyName),
  }));
  await inBulk(updated, (json) =>
    tx.run(sql`UPDATE contact SET first_name = j.value ->> 'firstName', last_name = j.value ->> 'lastName',
        sort_name = j.value ->> 'sort', email = j.value ->> 'email', linkedin_slug = j.value ->> 'linkedinSlug',
        linkedin_profile_id = j.value ->> 'linkedinProfileId', linkedin_member_id = j.value ->> 'linkedinMemberId', company_name = j.value ->> 'companyName',
        company_key = j.value ->> 'nameKey',
        company_id = coalesce(company_id, j.value ->> 'companyId'), title = j.value ->> 'title',
        location = j.value ->> 'location', custom = j.value ->> 'custom', updated_at = ${now}
      FROM json_each(${json}) AS j WHERE contact.id = j.value ->> 'id'`),
  );
  await inBulk(plan.identities, (json) =>
    tx.run(sql`INSERT INTO contact_identity (workspace_id, kind, value, contact_id)
      SELECT ${ws}, value ->> 'kind', value ->> 'value', value ->> 'contactId' FROM json_each(${json})`),
  );
  const changed = [...plan.add.map(({ id }) => id), ...plan.update.map(({ id }) => id)];
  await stopRemembered(unitOf(call, tx), ws, changed);
  if (listId === null) return;
  await inBulk(plan.members, (json) =>
    tx.run(sql`INSERT OR IGNORE INTO list_member (list_id, contact_id, workspace_id, added_at)
      SELECT ${listId}, value, ${ws}, ${now} FROM json_each(${json})`),
  );
  await tx
    .update(schema.list)
    .set({ memberCount: sql`(SELECT count(*) FROM list_member WHERE list_id = ${listId})` })
    .where(eq(schema.list.id, listId));
}

/** As `contact.companyKey` is stored. */
function nameKeyOf(name: string | null): string | null {
  return name === null ? null : (companyKey(name) ?? '');
}

function sortName(firstName: string, lastName: string): string {
  return `${lastName} ${firstName}`.trim().toLowerCase();
}

/** The companies of the file by key, made where they are missing. */
async function storeCompanies(tx: Tx, call: Call, plan: ImportPlan): Promise<Map<string, string>> {
  const wanted = new Map<string, string>();
  const want = (key: string | null, name: string | null) => {
    if (key !== null && !wanted.has(key)) wanted.set(key, name ?? key);
  };
  for (const { person } of plan.add) want(person.companyKey, person.company);
  for (const { changes } of plan.update) want(changes.companyKey, changes.companyName);
  const rows = [...wanted].map(([key, name]) => ({ id: call.newId(), key, name }));
  await inBulk(rows, (json) =>
    tx.run(sql`INSERT OR IGNORE INTO company (id, workspace_id, name, key)
      SELECT value ->> 'id', ${call.workspaceId}, value ->> 'name', value ->> 'key' FROM json_each(${json})`),
  );
  const found = new Map<string, string>();
  await inBulk(rows, async (json) => {
    const stored = await tx.all<{ id: string; key: string }>(sql`SELECT c.id AS id, c.key AS key
      FROM json_each(${json}) AS j JOIN company c ON c.workspace_id = ${call.workspaceId} AND c.key = j.value ->> 'key'`);
    for (const { id, key } of stored) found.set(key, id);
  });
  return found;
}

/** What became of each row of an import. */
export async function storeOutcomes(
  tx: Tx,
  call: Call,
  importId: string,
  outcomes: readonly RowOutcome[],
): Promise<void> {
  await inBulk(outcomes, (json) =>
    tx.run(sql`INSERT INTO contact_import_row (import_id, row, workspace_id, outcome, field, reason, contact_id)
      SELECT ${importId}, value ->> 'row', ${call.workspaceId}, value ->> 'outcome', value ->> 'field',
        value ->> 'reason', value ->> 'contactId' FROM json_each(${json})`),
  );
}
