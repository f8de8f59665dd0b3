import { and, eq } from 'drizzle-orm';
import { companyKey } from '#shared/identity/company.ts';
import { companyDomain } from '#shared/identity/companyDomain.ts';
import { schema } from '../../db/index.ts';
import type { ContactRow, Unit } from '../context.ts';

const { company } = schema;

/** What of the company a page names becomes the contact's: only what the contact lacks. */
export async function companyLearned(
  unit: Unit,
  contact: ContactRow,
  named: string | null,
): Promise<Pick<ContactRow, 'companyName' | 'companyKey' | 'companyId'>> {
  const companyName = contact.companyName ?? named;
  const nameKey = companyName === null ? null : companyKey(companyName);
  return {
    companyName,
    companyKey: companyName === null ? null : (nameKey ?? ''),
    companyId: contact.companyId ?? (await companyOf(unit, contact, companyName, nameKey)),
  };
}

/** The company by the email's domain, else by the name, as imports tell them apart; made where it is missing. */
async function companyOf(
  unit: Unit,
  { workspaceId, email }: ContactRow,
  name: string | null,
  nameKey: string | null,
): Promise<string | null> {
  const key = (email ? companyDomain(email) : null) ?? nameKey;
  if (key === null) return null;
  await unit.tx
    .insert(company)
    .values({ id: unit.newId(), workspaceId, name: name ?? key, key })
    .onConflictDoNothing();
  const [row] = await unit.tx
    .select({ id: company.id })
    .from(company)
    .where(and(eq(company.workspaceId, workspaceId), eq(company.key, key)));
  return row?.id ?? null;
}
