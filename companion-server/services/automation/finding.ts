import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { preflightFinding } from '#shared/contract/automation.ts';
import { schema } from '../../db/index.ts';
import { type ContactRow, contactName } from '../contact/view.ts';

const { contact } = schema;

export type Finding = z.input<typeof preflightFinding>;

/** How many names a finding carries. */
export const EXAMPLES = 5;

/** `contactName` as a column. */
export const nameOf = {
  name: sql<string>`coalesce(nullif(trim(${contact.firstName} || ' ' || ${contact.lastName}), ''), ${contact.email}, ${contact.linkedinSlug}, 'Unnamed contact')`,
};

/** A finding about the graph or its surroundings. */
export function finding(
  severity: Finding['severity'],
  code: string,
  nodeId: string | null,
  message: string,
): Finding {
  return { severity, code, nodeId, message, count: null, examples: [] };
}

/** "1 contact has", "3 contacts have". */
export function contactsHave(count: number): string {
  return count === 1 ? '1 contact has' : `${count} contacts have`;
}

/** "1 contact is", "3 contacts are". */
export function contactsAre(count: number): string {
  return count === 1 ? '1 contact is' : `${count} contacts are`;
}

/** What a finding about contacts says once it is known how many they are. */
export interface About {
  severity: Finding['severity'];
  code: string;
  nodeId: string | null;
  /** Tells apart two findings of one code at one node. */
  detail?: string;
  message: (count: number) => string;
}

export interface Tally {
  add(about: About, person: ContactRow): void;
  findings(): Finding[];
}

/** Counts contacts per finding and keeps the first names, so that the contacts themselves need not be kept. */
export function createTally(): Tally {
  const found = new Map<string, { about: About; count: number; examples: string[] }>();
  return {
    add(about, person) {
      const key = `${about.code}:${about.nodeId}:${about.detail ?? ''}`;
      const known = found.get(key) ?? { about, count: 0, examples: [] };
      known.count += 1;
      if (known.examples.length < EXAMPLES) known.examples.push(contactName(person));
      found.set(key, known);
    },
    findings: () =>
      [...found.values()].map(({ about, count, examples }) => ({
        ...finding(about.severity, about.code, about.nodeId, about.message(count)),
        count,
        examples,
      })),
  };
}
