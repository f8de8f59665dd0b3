import { rowsOf } from '../../db/index.ts';
import type { TaskRow, Unit } from '../context.ts';
import { shapes } from '../shapes.ts';

/**
 * Whether anybody may write to a profile shows only when an InMail is composed: it goes for free, or LinkedIn wants a
 * credit. On the profile itself a Message link stands for both.
 */
export function learnOpenProfile(unit: Unit, task: TaskRow, isOpen: boolean): void {
  if (task.kind !== 'inmail' || task.payload?.policy !== 'open_profile') return;
  rowsOf(unit.tx).update(shapes.contact, [task.contactId], { openProfile: isOpen });
}
