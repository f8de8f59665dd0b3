import type { LinkedinStep } from '#shared/protocol/linkedin.ts';

const ORIGIN = 'https://www.linkedin.com';

/**
 * The page the working tab must show before `prepare`. A message or InMail to an unbound contact shows its
 * profile.
 */
export function stepUrl(step: LinkedinStep): string {
  const { slug, profileId } = step.target;
  if (step.circle) return `${ORIGIN}${circlePath(step.circle)}`;
  if (step.kind === 'like') return `${ORIGIN}${activityPath(profileId ?? slug)}`;
  const written = step.kind === 'message' || step.kind === 'inmail';
  // By id where it is known: owners change their slugs, LinkedIn leads from the id to the present one.
  if (!written || profileId === null) return `${ORIGIN}/in/${encodeURIComponent(profileId ?? slug)}/`;
  const urn = encodeURIComponent(`urn:li:fsd_profile:${profileId}`);
  const recipient = encodeURIComponent(profileId);
  return `${ORIGIN}/messaging/compose/?profileUrn=${urn}&recipient=${recipient}&screenContext=NON_SELF_PROFILE_VIEW&interop=msgOverlay`;
}

/** Where a group lists its members, an event its attendees. */
function circlePath({ kind, id }: NonNullable<LinkedinStep['circle']>): string {
  return kind === 'group' ? `/groups/${id}/members/` : `/events/${id}/attendees/`;
}

/** The page of everything a member posted, newest first. */
export function activityPath(slugOrId: string): string {
  return `/in/${encodeURIComponent(slugOrId)}/recent-activity/all/`;
}
