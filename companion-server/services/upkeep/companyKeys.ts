import { isNotNull, isNull, sql } from 'drizzle-orm';
import { companyKey } from '#shared/identity/company.ts';
import { schema } from '../../db/index.ts';
import type { Services } from '../context.ts';

const { contact } = schema;
const AT_ONCE = 1000;

/** Folds company names that were stored before the stoplist asked for them. True: there may be more. */
export async function foldCompanyNames(services: Services): Promise<boolean> {
  const rows = await services.db.reader
    .select({ id: contact.id, name: contact.companyName })
    .from(contact)
    .where(sql`${isNotNull(contact.companyName)} AND ${isNull(contact.companyKey)}`)
    .limit(AT_ONCE);
  if (rows.length === 0) return false;
  const folded = rows.map(({ id, name }) => ({ id, name, key: companyKey(name ?? '') ?? '' }));
  // A name that was changed in between is left for the next round.
  await services.db.write((tx) =>
    tx.run(sql`UPDATE contact SET company_key = j.value ->> 'key' FROM json_each(${JSON.stringify(folded)}) AS j
      WHERE contact.id = j.value ->> 'id' AND contact.company_name = j.value ->> 'name' AND contact.company_key IS NULL`),
  );
  return rows.length === AT_ONCE;
}
