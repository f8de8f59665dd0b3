import type { ActResult, LinkedinStep, LinkedinTarget } from '#shared/protocol/linkedin.ts';
import { isEnabled } from '../dom/find.ts';
import { click, pressEnter, richText, sameText, setRichText, setText } from '../dom/input.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { before, maybe, StepStop, stop } from '../failure.ts';
import { sessionFailure } from '../guards.ts';
import { isInmail, placeOf, readComposer, whyNotRecipient } from '../pages/composer.ts';
import { inmailTerms, mayBeSent, subjectField } from '../pages/inmail.ts';
import { ofPerson } from '../reads/person.ts';
import { readIdentity } from '../reads/profile.ts';
import { labelsOf } from '../selectors/labels/index.ts';
import { type Prepared, take } from './prepared.ts';

/** What must stand in the composer; a plain message has no subject. */
interface Written {
  text: string;
  subject: string | null;
  place: ReturnType<typeof placeOf>;
}

/** The page names people as LinkedIn does, so it is compared with LinkedIn's own name and slug. */
export async function namedByLinkedin(
  env: PageEnv,
  target: LinkedinTarget,
  profileId: string,
  signal: AbortSignal,
): Promise<LinkedinTarget> {
  const read = await ofPerson(env, profileId, readIdentity, signal);
  if (read.ok)
    return { ...target, name: read.value.name || target.name, slug: read.value.slug ?? target.slug };
  if (read.error.kind !== 'changed') throw new StepStop(read.error.failure);
  return target;
}

/** Types text and subject; what only edits may be repeated while the page is not wired yet. */
export async function fillComposer(
  env: PageEnv,
  target: LinkedinTarget,
  { text, subject, place }: Written,
  signal: AbortSignal,
): Promise<Prepared['mode']> {
  const first = readComposer(env, place) ?? stop('layout_unknown', 'The composer is gone.');
  const drafts = [richText(first.box), subjectField(env, first.pane)?.value ?? ''];
  if (drafts.some((draft, i) => draft !== '' && !sameText(draft, (i === 0 ? text : subject) ?? ''))) {
    stop('linkedin_error', 'The message box holds a draft: send or delete it on LinkedIn.');
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    const composer = readComposer(env, place);
    const field = composer && subjectField(env, composer.pane);
    if (field && subject !== null) setText(field, subject);
    if (composer) setRichText(composer.box, text);
    const mode = await waitFor(env, 'open', signal, () => sendMode(env, target, { text, subject, place }));
    if (mode) return mode;
  }
  const composer = readComposer(env, place);
  if (composer) setRichText(composer.box, '');
  return stop(
    env.document.hidden ? 'needs_visible_tab' : 'layout_unknown',
    'The composer did not accept the text.',
  );
}

function sendMode(
  env: PageEnv,
  target: LinkedinTarget,
  { text, subject, place }: Written,
): 'button' | 'enter' | null {
  const composer = readComposer(env, place);
  if (!composer || whyNotRecipient(env, composer.pane, target) !== null) return null;
  if (!sameText(richText(composer.box), text)) return null;
  if (subject !== null && !sameText(subjectField(env, composer.pane)?.value ?? '', subject)) return null;
  if (composer.send) return isEnabled(composer.send) ? 'button' : null;
  return composer.enterSends ? 'enter' : null;
}

/** Sends a message or an InMail: every check again, without waiting, then one click or one Enter. */
export function actCompose(env: PageEnv, step: LinkedinStep): ActResult {
  const prepared = take(env, step);
  if ('code' in prepared) return { outcome: 'failed', failure: prepared };
  const failure = sessionFailure(env);
  if (failure) return { outcome: 'failed', failure };
  const place = placeOf(step.kind);
  const composer = readComposer(env, place);
  const why = composer && whyNotRecipient(env, composer.pane, prepared.target);
  if (why) return { outcome: 'failed', failure: before('wrong_person', why) };
  const written = { text: prepared.text ?? '', subject: prepared.subject ?? null, place };
  if (!composer || sendMode(env, prepared.target, written) !== prepared.mode) {
    const changed = before('layout_unknown', 'The composer changed after it was prepared.');
    return { outcome: 'failed', failure: changed };
  }
  const labels = labelsOf(env);
  if (step.kind === 'inmail' && !(labels && mayBeSent(step, inmailTerms(env, composer.pane, labels)))) {
    return { outcome: 'failed', failure: before('inmail_not_allowed', 'What the InMail costs has changed.') };
  }
  if (step.kind !== 'inmail' && isInmail(env, composer.pane)) {
    return { outcome: 'failed', failure: before('not_connected', 'LinkedIn offers only an InMail now.') };
  }
  try {
    if (composer.send) click(composer.send);
    else pressEnter(composer.box);
  } catch {
    return {
      outcome: 'failed',
      failure: maybe('linkedin_error', 'The page failed while the message was sent.'),
    };
  }
  return { outcome: 'clicked' };
}
