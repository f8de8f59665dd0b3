import type { z } from 'zod';
import type { missingField } from '#shared/contract/task.ts';
import { companyKey } from '#shared/identity/company.ts';
import { lacksOf } from '../../engine/index.ts';
import type { ContactRow } from '../contact/view.ts';

type Field = z.output<typeof missingField>;

/** Where the value of a text's variable stands in a contact; all others are custom fields. */
const columns = new Map<string, { label: string; column: keyof ContactRow & string }>([
  ['firstName', { label: 'First name', column: 'firstName' }],
  ['lastName', { label: 'Last name', column: 'lastName' }],
  ['company', { label: 'Company', column: 'companyName' }],
  ['title', { label: 'Title', column: 'title' }],
  ['location', { label: 'Location', column: 'location' }],
]);
/** Not a value of the contact, or more than text: it identifies them. */
const elsewhere = new Map([
  ['email', 'Email'],
  ['senderName', "The sender profile's name"],
  ['senderFirstName', "The sender profile's name"],
]);

const NO_LINK =
  'The LinkedIn link led to somebody else and was taken off. Import a CSV file with the email of this contact and the right link.';

/** The fields that a text needs, and what no value would heal. */
export function missingIn(input: Parameters<typeof lacksOf>[0]): { fields: Field[]; problem: string | null } {
  const { variables, problem } = lacksOf(input);
  const names = variables.flatMap((name) => (name === 'fullName' ? ['firstName', 'lastName'] : [name]));
  const fields = [...new Set(names)].map((field) => ({
    field,
    label: columns.get(field)?.label ?? elsewhere.get(field) ?? field,
    fillable: !elsewhere.has(field),
  }));
  const { contact, task } = input;
  const isLost = task.kind !== 'send_email' && !contact.linkedinSlug && !contact.linkedinProfileId;
  return { fields, problem: problem ?? (isLost ? NO_LINK : null) };
}

/** What changes in the contact when these fields get these values. */
export function changesOf(person: ContactRow, values: Record<string, string>): Partial<ContactRow> {
  const changes: Record<string, string> = {};
  const custom = { ...person.custom };
  for (const [field, value] of Object.entries(values)) {
    const column = columns.get(field)?.column;
    if (column === undefined) custom[field] = value;
    else changes[column] = value;
  }
  const named = { ...person, ...changes };
  return {
    ...changes,
    ...(changes.companyName === undefined ? {} : { companyKey: companyKey(changes.companyName) ?? '' }),
    custom,
    sortName: `${named.lastName} ${named.firstName}`.trim().toLowerCase(),
  };
}
