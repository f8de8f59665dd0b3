import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { richText, sameText, setRichText, setText } from '../dom/input.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { type Composer, placeOf, readComposer } from '../pages/composer.ts';
import { subjectField } from '../pages/inmail.ts';
import { readInviteDialog } from '../pages/inviteDialog.ts';
import { type Labels, labelsOf } from '../selectors/labels/index.ts';
import { closeDialogs } from './openInvite.ts';
import { forget } from './prepared.ts';

/**
 * Takes back what a step that is not done after all has typed, so that nobody sends it by accident. What is not exactly
 * the step's own text any more is somebody else's and stays. With a signal a composer that is still being loaded is waited for.
 */
export async function leave(env: PageEnv, step: LinkedinStep, signal?: AbortSignal): Promise<void> {
  forget(env);
  const labels = labelsOf(env);
  if (step.kind === 'connect' && labels) await leaveInvitation(env, step, labels);
  if (step.text === null || step.kind === 'connect') return;
  const place = placeOf(step.kind);
  const composer = signal
    ? await waitFor(env, 'open', signal, () => readComposer(env, place))
    : readComposer(env, place);
  if (composer) emptyComposer(env, composer, step, step.text);
}

/** The dialog, too: open, it is one click short of an invitation. */
async function leaveInvitation(env: PageEnv, { text }: LinkedinStep, labels: Labels): Promise<void> {
  const shown = readInviteDialog(env, labels);
  if (shown?.step === 'note') {
    if (text === null || !sameText(shown.area.value, text)) return;
    setText(shown.area, '');
  }
  if (shown) await closeDialogs(env, labels, new AbortController().signal);
}

function emptyComposer(env: PageEnv, composer: Composer, step: LinkedinStep, text: string): void {
  if (!sameText(richText(composer.box), text)) return;
  setRichText(composer.box, '');
  const subject = subjectField(env, composer.pane);
  if (subject && step.subject !== null && sameText(subject.value, step.subject)) setText(subject, '');
}
