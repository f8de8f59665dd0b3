import type { z } from 'zod';
import type { importField } from '#shared/contract/contact.ts';
import { normalizeEmail } from '#shared/identity/email.ts';

export type ImportField = z.infer<typeof importField>;

/** How exports of LinkedIn, Sales Navigator, CRMs and address books name their columns, without signs. */
const names: Record<string, readonly string[]> = {
  firstName: [
    'firstname',
    'givenname',
    'forename',
    'vorname',
    'prenom',
    'nombre',
    'first',
    'contactfirstname',
  ],
  lastName: [
    'lastname',
    'surname',
    'familyname',
    'nachname',
    'nom',
    'apellido',
    'apellidos',
    'last',
    'contactlastname',
  ],
  fullName: ['fullname', 'name', 'contact', 'contactname', 'displayname', 'person'],
  email: [
    'email',
    'emailaddress',
    'mail',
    'workemail',
    'businessemail',
    'primaryemail',
    'contactemail',
    'emailadresse',
    'email1value',
    'email1',
    'correo',
    'courriel',
  ],
  linkedinUrl: [
    'url',
    'linkedin',
    'linkedinurl',
    'linkedinprofile',
    'linkedinprofileurl',
    'profileurl',
    'profilelink',
    'linkedinlink',
    'publicprofileurl',
    'linkedinaddress',
    'personlinkedinurl',
    'defaultprofileurl',
  ],
  company: [
    'company',
    'companyname',
    'organization',
    'organisation',
    'account',
    'accountname',
    'employer',
    'firma',
    'entreprise',
    'empresa',
    'currentcompany',
    'unternehmen',
  ],
  title: ['title', 'jobtitle', 'position', 'role', 'headline', 'currenttitle', 'poste', 'cargo', 'job'],
  location: ['location', 'city', 'region', 'ort', 'stadt', 'ville', 'ciudad', 'place'],
};

function plain(header: string): string {
  return header
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The field a column most likely holds, by its name; null: none that is known. */
export function knownField(header: string): ImportField | null {
  const key = plain(header);
  for (const [field, known] of Object.entries(names)) {
    if (known.includes(key)) return field;
  }
  return null;
}

/** A suggestion per column: by name, else by what the cells look like; each field once. */
export function suggestFields(headers: readonly string[], rows: readonly string[][]): ImportField[] {
  const taken = new Set<ImportField>();
  return headers.map((header, column) => {
    const cells = rows.slice(0, 20).map((row) => row[column] ?? '');
    const suggestion = knownField(header) ?? fieldOfCells(cells);
    if (suggestion === null || taken.has(suggestion)) return 'ignore';
    taken.add(suggestion);
    return suggestion;
  });
}

function fieldOfCells(cells: string[]): ImportField | null {
  const filled = cells.filter((cell) => cell.trim() !== '');
  const most = (test: (cell: string) => boolean) =>
    filled.length > 0 && filled.filter(test).length > filled.length / 2;
  if (most((cell) => cell.includes('linkedin.com/in/'))) return 'linkedinUrl';
  return most((cell) => normalizeEmail(cell) !== null) ? 'email' : null;
}

/** Whether a cell holds a value of a person, so that its row cannot be the header. */
export function looksLikeValue(cell: string): boolean {
  return cell.includes('@') || /https?:\/\/|linkedin\.com/i.test(cell) || /^[\d\s.,:/+-]+$/.test(cell.trim());
}
