import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { onlyIn, textOf, visibleIn } from '../dom/find.ts';
import type { PageEnv } from '../env.ts';
import { type Labels, says } from '../selectors/labels/index.ts';

/** What LinkedIn says an InMail costs. `unclear`: it says nothing that is known. */
export type InmailTerms =
  | { is: 'free' | 'refused' | 'no_credits' | 'unclear' }
  | { is: 'costs'; credits: number; left: number };

/** The terms in the open composer; other people's words, in the thread or the text box, are not read. */
export function inmailTerms(env: PageEnv, pane: Element, labels: Labels): InmailTerms {
  const text = visibleIn(env, pane, 'inmailTerms').map(textOf).join(' ');
  if (says(text, labels.inmailRefused)) return { is: 'refused' };
  const cost = labels.inmailCost.map((pattern) => pattern.exec(text)?.groups).find((found) => found);
  const [credits, left] = [amount(cost?.cost), amount(cost?.left)];
  if (credits !== null && left !== null)
    return left < credits ? { is: 'no_credits' } : { is: 'costs', credits, left };
  if (says(text, labels.inmailNoCredits)) return { is: 'no_credits' };
  return { is: says(text, labels.inmailFree) ? 'free' : 'unclear' };
}

/** Whether the step may be sent on these terms: for free, or for one credit where the step allows it. */
export function mayBeSent(step: LinkedinStep, terms: InmailTerms): boolean {
  if (terms.is === 'free') return true;
  return terms.is === 'costs' && terms.credits === 1 && step.inmailPolicy === 'spend_credit';
}

/** The InMail's subject field. */
export function subjectField(env: PageEnv, pane: Element): HTMLInputElement | null {
  return onlyIn(env, pane, 'subjectField') as HTMLInputElement | null;
}

function amount(digits: string | undefined): number | null {
  const bare = digits?.replace(/\D/gu, '') ?? '';
  return bare === '' ? null : Number(bare);
}
