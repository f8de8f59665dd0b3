import { mentions } from '#shared/identity/personName.ts';
import { isEnabled, labelOf, textOf, visibleEverywhere, visibleIn } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { isLabel, type Labels } from '../selectors/labels/index.ts';

/** The dialog that asks again before an invitation is withdrawn. */
interface WithdrawDialog {
  confirm: HTMLElement;
  /** What the button says beyond its text, e.g. whose invitation; null where it says nothing more. */
  about: string | null;
}

/** The one open dialog with the one button that withdraws; null while there is none, or more than one. */
export function readWithdrawDialog(env: PageEnv, labels: Labels): WithdrawDialog | null {
  const buttons = visibleEverywhere(env, 'confirmDialog').flatMap((dialog) =>
    visibleIn(env, dialog, 'confirmButton').filter((button) => isLabel(textOf(button), labels.withdraw)),
  );
  const [confirm, more] = new Set(buttons);
  if (!confirm || more || !isEnabled(confirm)) return null;
  const label = labelOf(confirm);
  return { confirm, about: isLabel(label, labels.withdraw) ? null : label };
}

/** Whether the dialog names somebody else than this person. */
export function namesAnother({ about }: WithdrawDialog, name: string): boolean {
  return about !== null && !mentions(about, name);
}
