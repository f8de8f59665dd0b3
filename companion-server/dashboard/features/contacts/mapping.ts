import type { z } from 'zod';
import { importField, type importPreview } from '#shared/contract/contact.ts';

export type ImportField = z.infer<typeof importField>;
type Column = z.infer<typeof importPreview>['columns'][number];

const labels: Record<string, string> = {
  ignore: 'Leave out',
  firstName: 'First name',
  lastName: 'Last name',
  fullName: 'Full name',
  email: 'Email',
  linkedinUrl: 'LinkedIn profile',
  company: 'Company',
  title: 'Job title',
  location: 'Location',
};

/** What a field is called on screen. */
export function fieldLabel(field: string): string {
  return labels[field] ?? field.replace(/^custom:/, '');
}

/** The custom field that a column becomes: its own name in the form templates can use. */
export function customFieldOf(column: string): string {
  const words = column.split(/[^A-Za-z0-9]+/).filter(Boolean);
  const camel = words.map((word, index) => {
    const lower = word.toLowerCase();
    return index === 0 ? lower : lower.charAt(0).toUpperCase() + lower.slice(1);
  });
  const name = camel.join('').slice(0, 40);
  return `custom:${/^[A-Za-z]/.test(name) ? name : `field${name}`.slice(0, 40)}`;
}

/** What a column can become, its suggestion included. */
export function choicesFor(column: Column): { value: string; label: string }[] {
  const custom = new Set([customFieldOf(column.name)]);
  if (column.suggestion.startsWith('custom:')) custom.add(column.suggestion);
  return [
    ...Object.entries(labels).map(([value, label]) => ({ value, label })),
    ...[...custom].map((value) => ({ value, label: `Custom field {{ ${value.slice('custom:'.length)} }}` })),
  ];
}

/** What a column is imported as; `ignore` for what is no field. */
export function parseField(value: string | null): ImportField {
  const parsed = importField.safeParse(value);
  return parsed.success ? parsed.data : 'ignore';
}

/** Why this mapping cannot work, or null. */
export function mappingProblem(mapping: readonly ImportField[]): string | null {
  if (!mapping.some((field) => field === 'email' || field === 'linkedinUrl')) {
    return 'Map one column to Email or to LinkedIn profile: without either nobody can be contacted.';
  }
  const used = mapping.filter((field) => field !== 'ignore');
  const twice = used.find((field, index) => used.indexOf(field) !== index);
  if (twice) return `Two columns are mapped to ${fieldLabel(twice)}. Leave one of them out.`;
  return null;
}
