import type { LinkedinStep, LinkedinTarget, ProfileRead, RelationState } from '#shared/protocol/linkedin.ts';
import { waitFor } from '../dom/wait.ts';
import type { PageEnv } from '../env.ts';
import { before, StepStop, stop } from '../failure.ts';
import { requireMember, sessionFailure } from '../guards.ts';
import { whyNotTarget } from '../identity.ts';
import { missingProfile, readTopCard, shownRelation, showsPending, type TopCard } from '../pages/profile.ts';
import { readIdentity } from '../reads/profile.ts';
import { readRelationship } from '../reads/relationship.ts';
import { type Labels, labelsOf } from '../selectors/labels/index.ts';

interface OpenProfile {
  card: TopCard;
  profile: ProfileRead;
  /** The pending invitation, where LinkedIn's answer names it. */
  invitationUrn: string | null;
}

/** The guards every step on a profile page begins with: right account, right person, what the relation is. */
export async function openProfile(
  env: PageEnv,
  step: LinkedinStep,
  signal: AbortSignal,
): Promise<OpenProfile> {
  await requireMember(env, step.expectedMemberId, signal);
  const labels = labelsOf(env);
  const card = await waitForCard(env, labels, signal);
  const memberId = card.memberId ?? (await memberIdOf(env, card, signal));
  const shown = { ...card, memberId };
  requirePerson(step.target, shown);
  const relation = await relationOf(env, card, labels, signal);
  const { state, invitationUrn } = relation;
  return { card, profile: profileOf(shown, step.target, state), invitationUrn };
}

/** Waits for the top card; stops with what the page shows instead of it. */
async function waitForCard(env: PageEnv, labels: Labels | null, signal: AbortSignal): Promise<TopCard> {
  const found = await waitFor(env, 'page', signal, () => {
    const failure = sessionFailure(env);
    if (failure) throw new StepStop(failure);
    requireProfile(env, labels);
    return readTopCard(env);
  });
  return found ?? stop('layout_unknown', 'The profile’s top card was not found in its known form.');
}

/** Stops where the page says that there is no such profile, or that it is not shown to this member. */
export function requireProfile(env: PageEnv, labels: Labels | null): void {
  const missing = missingProfile(env, labels);
  if (missing === 'not_found') stop('profile_not_found', 'LinkedIn says that this profile does not exist.');
  if (missing === 'unavailable')
    stop('profile_unavailable', 'LinkedIn says that this profile is not available.');
}

/** Stops unless the person shown is the one meant; of a contact without ids it says who stands at its address. */
function requirePerson(target: LinkedinTarget, shown: Omit<TopCard, 'element'>): void {
  const why = whyNotTarget(target, shown);
  if (!why) return;
  const failure = before('wrong_person', why);
  if (target.profileId !== null || target.memberId !== null) throw new StepStop(failure);
  const { profileId, memberId, name, company } = shown;
  throw new StepStop({ ...failure, shown: { profileId, memberId, name, company } });
}

/** The member number where the top card does not show it; not knowing it is no failure. */
async function memberIdOf(env: PageEnv, card: TopCard, signal: AbortSignal): Promise<string | null> {
  const read = await readIdentity(env, card.profileId, signal);
  if (read.ok) return read.value.memberId;
  if (read.error.kind === 'stop') throw new StepStop(read.error.failure);
  return null;
}

/** LinkedIn's own answer first; the top card where that call is not understood any more. */
async function relationOf(
  env: PageEnv,
  card: TopCard,
  labels: Labels | null,
  signal: AbortSignal,
): Promise<{ state: RelationState; invitationUrn: string | null }> {
  const read = await readRelationship(env, card.profileId, signal);
  // A pending control on the page is enough to leave the person alone, whatever an older answer says.
  if (read.ok && read.value.state === 'not_connected' && showsPending(env, card))
    return { state: 'invite_sent', invitationUrn: null };
  if (read.ok) return read.value;
  if (read.error.kind === 'stop') throw new StepStop(read.error.failure);
  const shown = shownRelation(env, card, labels);
  if (!shown) stop('layout_unknown', 'Neither LinkedIn’s answer nor the top card tells the relation.');
  return { state: shown, invitationUrn: null };
}

function profileOf(card: TopCard, target: LinkedinTarget, relation: RelationState): ProfileRead {
  return {
    memberId: card.memberId,
    profileId: card.profileId,
    slug: card.slug ?? target.slug,
    name: card.name.slice(0, 300),
    headline: card.headline,
    company: card.company,
    location: card.location,
    relation,
  };
}
