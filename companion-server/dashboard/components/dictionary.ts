import {
  automationStatuses,
  domainCheckStatuses,
  enrollmentStatuses,
  holdReasons,
  linkedinErrors,
  linkedinInactiveReasons,
  linkedinStatuses,
  mailStatuses,
  marks,
  relationStatuses,
  type StatusColour,
  type StatusEntry,
  taskStates,
  testMailStatuses,
} from '#shared/statuses/dictionary.ts';

/** Every family of statuses, in the order of the status dictionary's screen. */
export const statusFamilies = {
  linkedin: { title: 'LinkedIn account', entries: linkedinStatuses },
  linkedinReason: { title: 'Why a LinkedIn account is Inactive', entries: linkedinInactiveReasons },
  mail: { title: 'SMTP and IMAP', entries: mailStatuses },
  domainCheck: { title: 'DNS record of a sending domain', entries: domainCheckStatuses },
  testMail: { title: 'Test mail to oneself', entries: testMailStatuses },
  relation: { title: 'Relation of contact and sender profile', entries: relationStatuses },
  enrollment: { title: 'Contact in an automation', entries: enrollmentStatuses },
  task: { title: 'Step', entries: taskStates },
  automation: { title: 'Automation', entries: automationStatuses },
  hold: { title: 'Why something is held', entries: holdReasons },
  linkedinError: { title: 'Why a LinkedIn step fails or waits', entries: linkedinErrors },
  mark: { title: 'Beside an account, a sender profile or a contact', entries: marks },
} as const satisfies Record<string, { title: string; entries: Record<string, StatusEntry> }>;

export type StatusKind = keyof typeof statusFamilies;

/** The dictionary's entry; a status of a newer server shows its own name. */
export function statusEntry(kind: StatusKind, value: string): StatusEntry {
  const entries: Record<string, StatusEntry> = statusFamilies[kind].entries;
  return (
    entries[value] ?? {
      label: value.replaceAll('_', ' '),
      colour: 'grey',
      meaning: 'This status is not known to this version of the dashboard. Reload the page.',
      setBy: 'A newer server',
      clearedBy: '',
    }
  );
}

/** The dot of a badge. Text keeps the normal text colour, so its contrast never depends on the status. */
export const dotColour: Record<StatusColour, string> = {
  grey: 'var(--mantine-color-gray-6)',
  amber: 'var(--mantine-color-yellow-7)',
  green: 'var(--mantine-color-green-7)',
  red: 'var(--mantine-color-red-7)',
  blue: 'var(--mantine-color-blue-6)',
  orange: 'var(--mantine-color-orange-6)',
  yellow: 'var(--mantine-color-yellow-5)',
};
