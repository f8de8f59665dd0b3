import type { SentInvitationsSeen } from '#shared/contract/deviceWork.ts';
import { DAY } from '#shared/kernel/clock.ts';
import type { SentInvitationRead, SentInvitationsRead } from '#shared/protocol/linkedin.ts';
import type { RunnerDeps, WatchWork } from './ports.ts';

/** As long as the caps look back. */
const RECENT_MS = 7 * DAY;
/** Hex digits of a hash that tell invitations apart. */
const KEY_LENGTH = 32;

/**
 * What the server is told of the sent list: contacts by their id, all other people only as the hash of the
 * invitation's own id, so that they count once and stay unknown.
 */
export async function seenOf(
  { clock, sha256 }: Pick<RunnerDeps, 'clock' | 'sha256'>,
  read: SentInvitationsRead,
  work: WatchWork,
): Promise<SentInvitationsSeen> {
  const contacts = new Set([...work.knownProfileIds, ...work.furtherProfileIds, ...work.pendingProfileIds]);
  const seen: SentInvitationsSeen = { toContacts: [], toOthers: [], gone: [], complete: read.complete };
  for (const { invitationUrn, profileId, sentAt } of read.invitations) {
    if (invitationUrn === null) continue;
    const key = (await sha256(invitationUrn)).slice(0, KEY_LENGTH);
    if (profileId !== null && contacts.has(profileId)) seen.toContacts.push({ profileId, key, sentAt });
    else if (sentAt !== null && sentAt > clock.now() - RECENT_MS) seen.toOthers.push({ key, sentAt });
  }
  if (read.complete && everyoneIsKnown(read.invitations)) {
    const pending = new Set(read.invitations.map(({ profileId }) => profileId));
    seen.gone = work.pendingProfileIds.filter((profileId) => !pending.has(profileId));
  }
  return seen;
}

/** The page's own list shows no ids: who is missing from it cannot be told. */
function everyoneIsKnown(invitations: readonly SentInvitationRead[]): boolean {
  return invitations.every(({ profileId }) => profileId !== null);
}
