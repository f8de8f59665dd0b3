import type { EnrollmentView } from '#shared/contract/contact.ts';
import { statusEntry } from '../../components/dictionary.ts';

/** How a contact that a reply paused can go on. */
export const decisionWords =
  'Resume goes on where they stood, Skip leaves out that step, Complete ends the automation for them. Nothing is sent before.';

/** What became of a contact that somebody decided about. */
export function decided({ contactName, automationName, status }: EnrollmentView): string {
  return `${contactName} in ${automationName}: ${statusEntry('enrollment', status).label}.`;
}
