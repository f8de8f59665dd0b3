import type { LinkedinStep, LinkedinTarget, PrepareResult } from '#shared/protocol/linkedin.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { StepStop, stop } from '../failure.ts';
import { requireLabels, requireMember, sessionFailure } from '../guards.ts';
import { type Composer, isInmail, readComposer, whyNotRecipient } from '../pages/composer.ts';
import { premiumOffers } from '../pages/inviteDialog.ts';
import { ofPerson } from '../reads/person.ts';
import { readRelationship } from '../reads/relationship.ts';
import { packBaseline } from './baseline.ts';
import { fillComposer, namedByLinkedin } from './compose.ts';
import { remember } from './prepared.ts';
import { readThread } from './thread.ts';

/** Leaves the composer filled in, one click (or one Enter) short of sending. */
export async function prepareMessage(
  env: PageEnv,
  step: LinkedinStep,
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
  const mode = await fillComposer(env, target, { text, subject: null, place: 'page' }, signal);
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
  const relation = await ofPerson(env, profileId, readRelationship, signal);
  if (!relation.ok) throw new StepStop(relation.error.failure);
  if (relation.value.state === 'connected') return;
  stop('not_connected', 'This person is not a 1st-degree connection.');
}

async function waitForComposer(env: PageEnv, target: LinkedinTarget, signal: AbortSignal): Promise<Composer> {
  let doubt: string | null = null;
  const found = await waitFor(env, 'page', signal, () => {
    const failure = sessionFailure(env);
    if (failure) throw new StepStop(failure);
    const composer = readComposer(env, 'page');
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
