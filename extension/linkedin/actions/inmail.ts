import { limits } from '#shared/kernel/limits.ts';
import type {
  LinkedinMember,
  LinkedinStep,
  LinkedinTarget,
  PrepareResult,
} from '#shared/protocol/linkedin.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { StepStop, stop } from '../failure.ts';
import { requireLabels, requireMember, sessionFailure } from '../guards.ts';
import { type Composer, isInmail, readComposer, threadPane, whyNotRecipient } from '../pages/composer.ts';
import { type InmailTerms, inmailTerms, mayBeSent } from '../pages/inmail.ts';
import { premiumOffers } from '../pages/inviteDialog.ts';
import { ofPerson } from '../reads/person.ts';
import { readRelationship } from '../reads/relationship.ts';
import type { Labels } from '../selectors/labels/index.ts';
import { packBaseline } from './baseline.ts';
import { fillComposer, namedByLinkedin } from './compose.ts';
import { remember } from './prepared.ts';
import { readThread } from './thread.ts';

/** LinkedIn's own limits. */

/** Leaves the InMail filled in, one click short of sending, where it is free or the step allows its one credit. */
export async function prepareInmail(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const { text, subject } = writtenIn(step);
  const profileId =
    step.target.profileId ??
    stop('wrong_person', 'The contact is not bound to a profile yet: visit it first.');
  const labels = requireLabels(env);
  const me = await requireMember(env, step.expectedMemberId, signal);
  const relation = await ofPerson(env, profileId, readRelationship, signal);
  if (!relation.ok) throw new StepStop(relation.error.failure);
  if (relation.value.state === 'connected')
    return { outcome: 'closed', reason: 'already_connected', profile: null };
  if (relation.value.state === 'self') stop('wrong_person', 'This profile is the sender’s own.');
  const target = await namedByLinkedin(env, step.target, profileId, signal);
  const composer = await waitForInmail(env, step, target, me, labels, signal);
  const thread = await readThread(env, profileId, me.profileId, composer.pane, signal);
  const mode = await fillComposer(env, target, { text, subject, place: 'page' }, signal);
  remember(env, { taskId: step.taskId, fence: step.fence, profileId, target, mode, text, subject });
  const { conversation, known, newestAt, lastInboundAt } = thread;
  // Read back as any message: an InMail lies in the thread as one.
  const baseline = packBaseline({
    kind: 'message',
    profileId,
    owner: me.profileId,
    conversation,
    known,
    newestAt,
  });
  const terms = inmailTerms(env, composer.pane, labels);
  const quotas = { notesLeft: null, inmailCredits: terms.is === 'costs' ? terms.left : null };
  return { outcome: 'ready', profile: null, noteDropped: false, lastInboundAt, quotas, baseline };
}

function writtenIn(step: LinkedinStep): { text: string; subject: string } {
  const text = step.text?.trim() ? step.text : stop('content_rejected', 'The InMail has no text.');
  const subject = step.subject?.trim()
    ? step.subject
    : stop('content_rejected', 'The InMail has no subject.');
  if (text.length > limits.inmailText)
    stop(
      'content_rejected',
      `The InMail has ${text.length} characters, LinkedIn allows ${limits.inmailText}.`,
    );
  if (subject.length > limits.inmailSubject)
    stop(
      'content_rejected',
      `The subject has ${subject.length} characters, LinkedIn allows ${limits.inmailSubject}.`,
    );
  return { text, subject };
}

/** Waits for the InMail's composer; stops with what LinkedIn offers instead, or asks for it. */
async function waitForInmail(
  env: PageEnv,
  step: LinkedinStep,
  target: LinkedinTarget,
  me: LinkedinMember,
  labels: Labels,
  signal: AbortSignal,
): Promise<Composer> {
  let doubt: string | null = null;
  let plain = false;
  const found = await waitFor(env, 'page', signal, () => {
    const failure = sessionFailure(env);
    if (failure) throw new StepStop(failure);
    const pane = threadPane(env);
    if (pane && isInmail(env, pane)) refuseTerms(step, inmailTerms(env, pane, labels));
    const composer = readComposer(env, 'page');
    if (!composer) return null;
    doubt = whyNotRecipient(env, composer.pane, target);
    plain = !isInmail(env, composer.pane);
    if (doubt !== null || plain) return null;
    return mayBeSent(step, inmailTerms(env, composer.pane, labels)) ? composer : null;
  });
  if (found) return found;
  if (doubt !== null) stop('wrong_person', doubt);
  if (premiumOffers(env).length > 0) refuseOffer(me);
  if (plain) stop('inmail_not_allowed', 'LinkedIn offers a plain message for this person, no InMail.');
  return stop('layout_unknown', 'The InMail’s composer does not say in a known form what sending costs.');
}

/** Stops on terms on which this step is not sent. */
function refuseTerms(step: LinkedinStep, terms: InmailTerms): void {
  if (terms.is === 'refused') stop('inmail_not_allowed', 'LinkedIn says that this person takes no InMail.');
  if (terms.is === 'no_credits') stop('inmail_no_credits', 'No InMail credits are left.');
  if (terms.is !== 'costs') return;
  if (step.inmailPolicy !== 'spend_credit')
    stop('inmail_not_allowed', 'This InMail costs a credit, and the step may not spend any.');
  if (terms.credits !== 1) stop('inmail_not_allowed', `This InMail costs ${terms.credits} credits, not one.`);
}

/** An offer of Premium in the composer's place: the account has no InMail, or none left. */
function refuseOffer(me: LinkedinMember): never {
  return me.premium
    ? stop('inmail_no_credits', 'LinkedIn offers more InMail credits instead of the composer.')
    : stop('inmail_not_allowed', 'This account’s plan has no InMail.');
}
