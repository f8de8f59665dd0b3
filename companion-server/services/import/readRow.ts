import { companyKey } from '#shared/identity/company.ts';
import { companyDomain } from '#shared/identity/companyDomain.ts';
import { normalizeEmail } from '#shared/identity/email.ts';
import { parseLinkedinUrl } from '#shared/identity/linkedin.ts';
import type { ImportField } from './columns.ts';

/** One row of the file as a person. */
export interface ImportedPerson {
  row: number;
  firstName: string;
  lastName: string;
  email: string | null;
  slug: string | null;
  profileId: string | null;
  memberId: string | null;
  company: string | null;
  /** The key companies are compared by: email domain, else folded name. */
  companyKey: string | null;
  title: string | null;
  location: string | null;
  custom: Record<string, string>;
  /** Something that was left out, with the reason. */
  note: { field: string; reason: string } | null;
}

export interface RejectedRow {
  row: number;
  field: string;
  reason: string;
}

const NAME_LENGTH = 300;

/** The person in a row, or the field and the reason why there is none. */
export function readRow(
  row: number,
  cells: readonly string[],
  mapping: readonly ImportField[],
): { person: ImportedPerson } | { rejected: RejectedRow } {
  const value = new Map<string, string>();
  for (const [column, field] of mapping.entries()) {
    const cell = cells[column]?.trim();
    if (field !== 'ignore' && cell) value.set(field, cell);
  }
  const tooLong = [...value].find(
    ([field, cell]) => !field.startsWith('custom:') && cell.length > NAME_LENGTH,
  );
  if (tooLong) {
    const [field, cell] = tooLong;
    return { rejected: { row, field, reason: `has ${cell.length} characters, at most ${NAME_LENGTH}` } };
  }
  const email = normalizeEmail(value.get('email') ?? '');
  const linkedin = parseLinkedinUrl(value.get('linkedinUrl') ?? '');
  const fault = faultOf(value, email, linkedin !== null);
  if (!email && !linkedin) {
    return {
      rejected: fault
        ? { row, ...fault }
        : { row, field: 'email', reason: 'has neither an email address nor a LinkedIn profile' },
    };
  }
  const company = value.get('company') ?? null;
  return {
    person: {
      row,
      ...namesOf(value),
      email,
      slug: linkedin && 'slug' in linkedin ? linkedin.slug : null,
      profileId: linkedin && 'profileId' in linkedin ? linkedin.profileId : null,
      memberId: null,
      company,
      companyKey: (email ? companyDomain(email) : null) ?? (company ? companyKey(company) : null),
      title: value.get('title') ?? null,
      location: value.get('location') ?? null,
      custom: Object.fromEntries(
        [...value]
          .filter(([field]) => field.startsWith('custom:'))
          .map(([field, cell]) => [field.slice('custom:'.length), cell]),
      ),
      note: fault,
    },
  };
}

/** A value that was given but is none. */
function faultOf(value: Map<string, string>, email: string | null, hasLinkedin: boolean) {
  const givenEmail = value.get('email');
  if (givenEmail && !email) return { field: 'email', reason: `"${givenEmail}" is no email address` };
  const givenUrl = value.get('linkedinUrl');
  if (givenUrl && !hasLinkedin) {
    return { field: 'linkedinUrl', reason: `"${givenUrl.slice(0, 200)}" is no LinkedIn profile` };
  }
  return null;
}

function namesOf(value: Map<string, string>): { firstName: string; lastName: string } {
  const [firstName, lastName] = [value.get('firstName') ?? '', value.get('lastName') ?? ''];
  const full = value.get('fullName');
  return firstName || lastName || !full ? { firstName, lastName } : splitName(full);
}

/** Split at the last space; "Berg, Anna" is last name first. */
export function splitName(full: string): { firstName: string; lastName: string } {
  const comma = /^([^,]+),\s*(\S.*)$/.exec(full);
  if (comma) return { firstName: comma[2] ?? '', lastName: comma[1] ?? '' };
  const words = full.split(/\s+/);
  const last = words.length > 1 ? (words.pop() ?? '') : '';
  return { firstName: words.join(' '), lastName: last };
}
