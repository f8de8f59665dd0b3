import type { z } from 'zod';
import type { preflightFinding } from '#shared/contract/automation.ts';
import { type ContactRow, contactName } from '../contact/view.ts';

export type Finding = z.input<typeof preflightFinding>;

const EXAMPLES = 5;

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

/** A finding about contacts: how many, and the first names; none when there are none. */
export function aboutContacts(
  severity: Finding['severity'],
  code: string,
  nodeId: string | null,
  people: readonly ContactRow[],
  message: (count: number) => string,
): Finding[] {
  if (people.length === 0) return [];
  const examples = people.slice(0, EXAMPLES).map(contactName);
  return [{ ...finding(severity, code, nodeId, message(people.length)), count: people.length, examples }];
}
