import type {
  ActResult,
  LinkedinPageStep,
  LinkedinTarget,
  PrepareResult,
} from '#shared/protocol/linkedin.ts';
import { isEnabled } from '../dom/find.ts';
import { click, pressEnter, richText, sameText, setRichText } from '../dom/input.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { before, maybe, StepStop, stop } from '../failure.ts';
import { requireLabels, requireMember, sessionFailure } from '../guards.ts';
import { type Composer, isInmail, readComposer, whyNotRecipient } from '../pages/composer.ts';
import { premiumOffers } from '../pages/inviteDialog.ts';
import { readIdentity } from '../reads/profile.ts';
import { readRelationship } from '../reads/relationship.ts';
import { packBaseline } from './baseline.ts';
import { type Prepared, remember, take } from './prepared.ts';
import { readThread } from './thread.ts';

/** Leaves the composer filled in, one click (or one Enter) short of sending. */
export async function prepareMessage(
  env: PageEnv,
  step: LinkedinPageStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const text = step.text?.trim() ? step.text : stop('content_rejected', 'The message has no text.');
  const profileId =
    step.target.profileId ??
    stop('wrong_person', 'The contact is not bound to a profile yet: visit it first.');
  requireLabels(env);
  const me = await requireMember(env, step.expectedMemberId, signal);
  await requireConnected(env, profileId, signal);
  const target = await namedByLinkedin(env, step.target, profileId, signal);
  const composer = await waitForComposer(env, target, signal);
  const thread = await readThread(env, profileId, me.profileId, composer.pane, signal);
  const mode = await fill(env, target, text, signal);
  remember(env, { taskId: step.taskId, fence: step.fence, profileId, target, mode, text });
  const { conversation, known, newestAt, lastInboundAt } = thread;
  const baseline = packBaseline({
    kind: 'message',
    profileId,
    owner: me.profileId,
    conversation,
    known,
    newestAt,
  });
  return { outcome: 'ready', profile: null, noteDropped: false, lastInboundAt, baseline };
}

/** A Message control is no proof of a connection; only LinkedIn's own answer is. */
async function requireConnected(env: PageEnv, profileId: string, signal: AbortSignal): Promise<void> {
  const relation = await readRelationship(env, profileId, signal);
  if (!relation.ok) throw new StepStop(relation.error.failure);
  if (relation.value.state === 'connected') return;
  stop('not_connected', 'This person is not a 1st-degree connection.');
}

/** The page names people as LinkedIn does, so it is compared with LinkedIn's own name and slug. */
async function namedByLinkedin(
  env: PageEnv,
  target: LinkedinTarget,
  profileId: string,
  signal: AbortSignal,
): Promise<LinkedinTarget> {
  const read = await readIdentity(env, profileId, signal);
  if (read.ok)
    return { ...target, name: read.value.name || target.name, slug: read.value.slug ?? target.slug };
  if (read.error.kind === 'missing')
    stop('profile_not_found', 'LinkedIn does not know this profile any more.');
  if (read.error.kind !== 'changed') throw new StepStop(read.error.failure);
  return target;
}

async function waitForComposer(env: PageEnv, target: LinkedinTarget, signal: AbortSignal): Promise<Composer> {
  let doubt: string | null = null;
  const found = await waitFor(env, 'page', signal, () => {
    const failure = sessionFailure(env);
    if (failure) throw new StepStop(failure);
    const composer = readComposer(env);
    if (!composer) return null;
    if (isInmail(env, composer.pane))
      stop('not_connected', 'LinkedIn offers only an InMail for this person.');
    doubt = whyNotRecipient(env, composer.pane, target);
    return doubt === null ? composer : null;
  });
  if (found) return found;
  if (doubt !== null) stop('wrong_person', doubt);
  if (premiumOffers(env).length > 0) {
    stop('linkedin_error', 'LinkedIn shows an offer of Premium instead of the composer.');
  }
  return stop('layout_unknown', 'The message page’s composer was not found in its known form.');
}

/** Types the text; a click or key that only edits may be repeated while the page is not wired yet. */
async function fill(
  env: PageEnv,
  target: LinkedinTarget,
  text: string,
  signal: AbortSignal,
): Promise<Prepared['mode']> {
  const draft = richText((readComposer(env) ?? stop('layout_unknown', 'The composer is gone.')).box);
  if (draft !== '' && !sameText(draft, text)) {
    stop('linkedin_error', 'The message box holds a draft: send or delete it on LinkedIn.');
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    const composer = readComposer(env);
    if (composer) setRichText(composer.box, text);
    const mode = await waitFor(env, 1_500, signal, () => sendMode(env, target, text));
    if (mode) return mode;
  }
  const composer = readComposer(env);
  if (composer) setRichText(composer.box, '');
  return stop(
    env.document.hidden ? 'needs_visible_tab' : 'layout_unknown',
    'The composer did not accept the text.',
  );
}

function sendMode(env: PageEnv, target: LinkedinTarget, text: string): 'button' | 'enter' | null {
  const composer = readComposer(env);
  if (!composer || whyNotRecipient(env, composer.pane, target) !== null) return null;
  if (!sameText(richText(composer.box), text)) return null;
  if (composer.send) return isEnabled(composer.send) ? 'button' : null;
  return composer.enterSends ? 'enter' : null;
}

/** Sends: every check again, without waiting, then one click or one Enter. */
export function actMessage(env: PageEnv, step: LinkedinPageStep): ActResult {
  const prepared = take(env, step);
  if ('code' in prepared) return { outcome: 'failed', failure: prepared };
  const failure = sessionFailure(env);
  if (failure) return { outcome: 'failed', failure };
  const composer = readComposer(env);
  const why = composer && whyNotRecipient(env, composer.pane, prepared.target);
  if (why) return { outcome: 'failed', failure: before('wrong_person', why) };
  if (!composer || sendMode(env, prepared.target, prepared.text ?? '') !== prepared.mode) {
    const changed = before('layout_unknown', 'The composer changed after it was prepared.');
    return { outcome: 'failed', failure: changed };
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
