import { RESEND_BLOCK_MS } from '../clock.ts';
import type { LedgerVia, TwinPerson } from '../types.ts';
import type { Account, World } from './world.ts';

export type InviteRequest = {
  person: TwinPerson;
  note: string | null;
  email: string | null;
  via: LedgerVia;
  url: string;
};

export type InviteAnswer =
  | { ok: true; invitationId: string; approachingLimit: boolean }
  | { ok: false; status: 400 | 403 | 406 | 429; code: string };

export function noteLimit(account: Account): number {
  return account.member.premium ? 300 : 200;
}

/** Sends an invitation, or says with LinkedIn's own code why not. */
export function invite(world: World, account: Account, request: InviteRequest): InviteAnswer {
  const refusal = refuse(world, account, request);
  if (refusal) return refusal;
  const { person, note } = request;
  const relation = world.relation(account, person.profileId);
  const now = world.clock.now();
  relation.state = 'pending';
  relation.invitationId = world.newNumber();
  relation.note = note;
  relation.invitedAt = now;
  if (note !== null) account.notes.left -= 1;
  account.weekly.left -= 1;
  world.record({
    actor: account.member.memberId,
    kind: request.via === 'rail' ? 'stray' : 'invite',
    targetProfileId: person.profileId,
    targetSlug: person.slug,
    text: note,
    via: request.via,
    url: request.url,
  });
  const after = person.script?.acceptAfterMs;
  if (after !== undefined) {
    world.scripted.push({
      at: now + after,
      memberId: account.member.memberId,
      profileId: person.profileId,
      what: { kind: 'accept' },
    });
  }
  const approachingLimit = account.weekly.left <= account.weeklyWarnAt && !account.weeklyWarned;
  if (approachingLimit) account.weeklyWarned = true;
  return { ok: true, invitationId: relation.invitationId, approachingLimit };
}

function refuse(world: World, account: Account, request: InviteRequest): InviteAnswer | null {
  const { person, note, email } = request;
  const no = (status: 400 | 403 | 406 | 429, code: string): InviteAnswer => ({ ok: false, status, code });
  const relation = world.relation(account, person.profileId);
  if (person.gone || person.unavailable) return no(403, 'PROFILE_INACCESSIBLE');
  if (account.invitesRestricted) return no(403, 'INVITES_RESTRICTED');
  if (relation.state === 'connected') return no(406, 'ALREADY_CONNECTED');
  if (relation.state === 'pending' || relation.state === 'incoming') return no(400, 'CANT_RESEND_YET');
  if (relation.withdrawnAt !== null && world.clock.now() < relation.withdrawnAt + RESEND_BLOCK_MS) {
    return no(400, 'CANT_RESEND_YET');
  }
  if (person.connectPlacement === 'absent') return no(403, 'CANNOT_INVITE');
  if (person.connectPlacement === 'email_gate' && (!email || email !== person.email)) {
    return no(400, 'EMAIL_REQUIRED');
  }
  if (note !== null && note.length > noteLimit(account)) return no(400, 'CUSTOM_MESSAGE_TOO_LONG');
  if (world.weeklyLeft(account) <= 0) return no(429, 'FUSE_LIMIT_EXCEEDED');
  if (note !== null && world.notesLeft(account) <= 0) return no(429, 'CUSTOM_INVITE_LIMIT_REACHED');
  return null;
}

/** Takes a pending invitation back; false where there is none. */
export function withdraw(
  world: World,
  account: Account,
  person: TwinPerson,
  via: LedgerVia,
  url: string,
): boolean {
  const relation = world.relation(account, person.profileId);
  if (relation.state !== 'pending') return false;
  relation.state = 'none';
  relation.withdrawnAt = world.clock.now();
  relation.invitationId = null;
  world.scripted = world.scripted.filter(
    (e) =>
      e.memberId !== account.member.memberId || e.profileId !== person.profileId || e.what.kind !== 'accept',
  );
  world.record({
    actor: account.member.memberId,
    kind: 'withdraw',
    targetProfileId: person.profileId,
    targetSlug: person.slug,
    text: null,
    via,
    url,
  });
  return true;
}

/** The two become connected at `at`, whoever accepted. */
export function becomeConnected(world: World, account: Account, profileId: string, at: number): void {
  const relation = world.relation(account, profileId);
  relation.state = 'connected';
  relation.connectedAt = at;
  relation.invitationId = null;
  // Connections follow each other from the start.
  account.following.add(profileId);
}
