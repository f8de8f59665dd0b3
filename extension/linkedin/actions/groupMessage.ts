import type { LinkedinStep, LinkedinTarget, PrepareResult } from '#shared/protocol/linkedin.ts';
import { clickWithoutLeaving, setText } from '../dom/input.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { StepStop, stop } from '../failure.ts';
import { requireLabels, requireMember, sessionFailure } from '../guards.ts';
import { circleMessage, circleRowOf, circleRows, circleSearch, offersToJoin } from '../pages/circle.ts';
import { type Composer, isInmail, readComposer, whyNotRecipient } from '../pages/composer.ts';
import type { Labels } from '../selectors/labels/index.ts';
import { packBaseline } from './baseline.ts';
import { fillComposer, namedByLinkedin } from './compose.ts';
import { remember } from './prepared.ts';
import { readThread } from './thread.ts';

/** So many times more rows are asked for: lists are long, and a step has its time. */
const MAX_SCROLLS = 60;
/** A list brings so many rows at a time. */
const BATCH = 10;

/**
 * Finds the person in the list of a group's members or an event's attendees, opens the conversation from their
 * own row and leaves it one click short of sending.
 */
export async function prepareGroupMessage(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<PrepareResult> {
  const text = step.text?.trim() ? step.text : stop('content_rejected', 'The message has no text.');
  const profileId =
    step.target.profileId ??
    stop('wrong_person', 'The contact is not bound to a profile yet: visit it first.');
  if (!step.circle) stop('linkedin_error', 'The step does not say which group or event it is about.');
  const labels = requireLabels(env);
  const me = await requireMember(env, step.expectedMemberId, signal);
  const target = await namedByLinkedin(env, step.target, profileId, signal);
  const row = await findRow(env, target, labels, signal);
  const composer = await openOverlay(env, row, target, labels, signal);
  const thread = await readThread(env, profileId, me.profileId, composer.pane, signal);
  const mode = await fillComposer(env, target, { text, subject: null, place: 'overlay' }, signal);
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

/** The person's row: by the list's own search where it has one, else by scrolling, which a hidden tab cannot. */
async function findRow(
  env: PageEnv,
  target: LinkedinTarget,
  labels: Labels,
  signal: AbortSignal,
): Promise<HTMLElement> {
  const first = await waitFor(env, 'page', signal, () => {
    const failure = sessionFailure(env);
    if (failure) throw new StepStop(failure);
    return circleRows(env).length > 0;
  });
  if (!first) {
    // A list without rows may be one whose rows are called otherwise now: only the page's own word closes the step.
    if (!offersToJoin(env, labels)) {
      stop('layout_unknown', 'The list of members or attendees was not found in its known form.');
    }
    stop('not_connected', 'LinkedIn offers to join: the sender does not belong to this group or event.');
  }
  const shown = circleRowOf(env, target);
  if (shown) return shown;
  const search = circleSearch(env);
  return search ? searched(env, search, target, signal) : scrolled(env, target, signal);
}

async function searched(
  env: PageEnv,
  search: HTMLInputElement,
  target: LinkedinTarget,
  signal: AbortSignal,
): Promise<HTMLElement> {
  setText(search, target.name);
  // A search empties the list until its answer is there, which is slow in a hidden tab.
  const row = await waitFor(env, 'page', signal, () => circleRowOf(env, target));
  // Many may have that name: the search shows them as the list does, some at a time.
  return row ?? scrolled(env, target, signal);
}

async function scrolled(env: PageEnv, target: LinkedinTarget, signal: AbortSignal): Promise<HTMLElement> {
  for (let round = 0; round < MAX_SCROLLS; round++) {
    const before = circleRows(env);
    before.at(-1)?.scrollIntoView({ block: 'start' });
    const more = await waitFor(env, 'open', signal, () => circleRows(env).length > before.length);
    const row = circleRowOf(env, target);
    if (row) return row;
    if (more) continue;
    // A batch that is not full is the last one; a list that stays empty is what its search found.
    if (before.length % BATCH > 0 || (before.length === 0 && circleSearch(env))) {
      stop('not_connected', 'This person is not in the list of members or attendees any more.');
    }
    if (env.document.hidden) {
      stop('needs_visible_tab', 'LinkedIn adds people to this list only while its tab can be seen.');
    }
    return stop('timeout', 'LinkedIn did not show the rest of this list in time.');
  }
  return stop('not_connected', 'This person is not among the first people of this list.');
}

/** Opening may be repeated: LinkedIn swallows clicks on controls that it has not wired yet. */
async function openOverlay(
  env: PageEnv,
  row: Element,
  target: LinkedinTarget,
  labels: Labels,
  signal: AbortSignal,
): Promise<Composer> {
  const left = readComposer(env, 'overlay');
  // Left open by an earlier try: with the same person it is the one wanted. Another is the rep's to close.
  if (left && !isInmail(env, left.pane) && whyNotRecipient(env, left.pane, target) === null) return left;
  if (left) stop('linkedin_error', 'Another conversation is open over the list: close it in LinkedIn.');
  let doubt: string | null = null;
  for (let attempt = 0; attempt < 3; attempt++) {
    const control = circleMessage(env, row, target, labels);
    if (!control) stop('layout_unknown', 'The row’s Message control was not found in its known form.');
    clickWithoutLeaving(control);
    const composer = await waitFor(env, 'open', signal, () => {
      const failure = sessionFailure(env);
      if (failure) throw new StepStop(failure);
      const open = readComposer(env, 'overlay');
      if (!open) return null;
      if (isInmail(env, open.pane)) stop('not_connected', 'LinkedIn offers only an InMail for this person.');
      doubt = whyNotRecipient(env, open.pane, target);
      return doubt === null ? open : null;
    });
    if (composer) return composer;
    if (doubt !== null) stop('wrong_person', doubt);
  }
  return stop('layout_unknown', 'The conversation did not open over the list.');
}
