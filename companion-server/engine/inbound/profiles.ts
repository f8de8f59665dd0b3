import { eq } from 'drizzle-orm';
import { normalizeSlug } from '#shared/identity/linkedin.ts';
import type { ProfileRead } from '#shared/protocol/linkedin.ts';
import { schema } from '../../db/index.ts';
import { companyLearned } from '../contacts/companies.ts';
import { erasedAmong, stopErased } from '../contacts/erasure.ts';
import { type IdentityKind, ownerOf } from '../contacts/identities.ts';
import type { ContactRow, TaskRow, Unit } from '../context.ts';
import { relationOf, setRelation } from '../flow/facts.ts';
import { applyToContact } from '../flow/interpret.ts';
import { appendEvent } from '../record.ts';
import { doubtAfterAcceptance } from '../restore/doubt.ts';
import { stopRemembered } from '../restore/stops.ts';
import { contactById } from '../rows.ts';
import { endWithdrawals } from '../senders/withdrawals.ts';
import { feedFiltered } from '../wayIn/feed.ts';
import { blockedOn, NO_LIMIT, wakeParked } from '../wayIn/slots.ts';
import { askThreads } from './threads.ts';

const { contact: contactTable, contactIdentity } = schema;

export type Learned = 'bound' | 'duplicate' | 'wrong_person';

/** Binds a contact to the person whose profile was read, and takes over what the page showed. */
export async function learnProfile(unit: Unit, task: TaskRow, profile: ProfileRead): Promise<Learned> {
  const contact = await contactById(unit.tx, task.contactId);
  if (isSomebodyElse(contact, profile)) return 'wrong_person';
  if (!(await bindIdentities(unit, contact, profile))) return 'duplicate';
  const title = contact.title ?? profile.headline;
  const company = await companyLearned(unit, contact, profile.company);
  await unit.tx
    .update(contactTable)
    .set({
      linkedinProfileId: profile.profileId,
      linkedinMemberId: profile.memberId ?? contact.linkedinMemberId,
      linkedinSlug: normalizeSlug(profile.slug) ?? contact.linkedinSlug,
      title,
      ...company,
      location: contact.location ?? profile.location,
      enrichedAt: unit.now,
      updatedAt: unit.now,
    })
    .where(eq(contactTable.id, contact.id));
  // The page may have shown a company that an entry of before a restore means.
  await stopRemembered(unit, contact.workspaceId, [contact.id]);
  await learnRelation(unit, task, profile);
  const mayPass = title !== contact.title || company.companyName !== contact.companyName;
  if (mayPass) await feedFiltered(unit, [contact]);
  if (contact.linkedinProfileId === null) await askThreads(unit, contact.id);
  return 'bound';
}

/** The pair is connected now: recorded once, and every wait for it ends. */
export async function recordConnected(
  unit: Unit,
  pair: { workspaceId: string; contactId: string; senderId: string },
  at: number,
): Promise<boolean> {
  const before = await relationOf(unit.tx, pair.contactId, pair.senderId);
  if (before === 'connected') return false;
  await setRelation(unit, pair, { status: 'connected', at });
  await doubtAfterAcceptance(unit, pair, at);
  await endWithdrawals(unit, pair, 'already_connected');
  if (before === 'invite_sent' || before === 'invitation_withdrawn') {
    await appendEvent(unit, {
      ...pair,
      type: 'accepted',
      dedupeKey: `accepted:${pair.contactId}:${pair.senderId}:${at}`,
      at,
    });
  }
  await applyToContact(unit, pair.contactId, { type: 'accepted' }, { senderId: pair.senderId });
  await wakeParked(unit, blockedOn.connection(pair.contactId, pair.senderId), NO_LIMIT);
  return true;
}

async function learnRelation(unit: Unit, task: TaskRow, profile: ProfileRead): Promise<void> {
  const pair = { workspaceId: task.workspaceId, contactId: task.contactId, senderId: task.senderId };
  if (profile.relation === 'connected') {
    await recordConnected(unit, pair, unit.now);
    return;
  }
  const before = await relationOf(unit.tx, pair.contactId, pair.senderId);
  if (profile.relation === 'invite_sent') {
    await setRelation(unit, pair, { status: 'invite_sent' });
  } else if (before !== 'invitation_withdrawn' && before !== 'invite_sent') {
    // A page read just after an invite may still be the old one: only the sent list takes an invite back.
    await setRelation(unit, pair, { status: 'not_connected' });
  }
}

/** The person is right by id; the slug is only a display key. */
function isSomebodyElse(contact: ContactRow, profile: ProfileRead): boolean {
  if (contact.linkedinProfileId !== null) return contact.linkedinProfileId !== profile.profileId;
  if (contact.linkedinMemberId !== null && profile.memberId !== null) {
    return contact.linkedinMemberId !== profile.memberId;
  }
  return false;
}

/** False: one of the ids belongs to another contact already. */
export async function bindIdentities(
  unit: Unit,
  contact: ContactRow,
  profile: Pick<ProfileRead, 'profileId' | 'memberId' | 'slug'>,
): Promise<boolean> {
  const keys: [IdentityKind, string | null][] = [
    ['linkedin_profile', profile.profileId],
    ['linkedin_member', profile.memberId],
  ];
  for (const [kind, value] of keys) {
    const owner = value === null ? null : await ownerOf(unit, contact.workspaceId, kind, value);
    if (owner !== null && owner !== contact.id) return false;
  }
  keys.push(['linkedin_slug', normalizeSlug(profile.slug)]);
  const identifiers = keys.flatMap(([kind, value]) => (value === null ? [] : [{ kind, value }]));
  const [erased] = await erasedAmong(unit.tx, contact.workspaceId, unit.keyedHash, identifiers);
  if (erased) await stopErased(unit, contact.id, erased);
  for (const { kind, value } of identifiers) {
    await unit.tx
      .insert(contactIdentity)
      .values({ workspaceId: contact.workspaceId, kind, value, contactId: contact.id })
      .onConflictDoNothing();
  }
  await stopRemembered(unit, contact.workspaceId, [contact.id]);
  return true;
}

/** Another contact that has one of the profile's ids; null: nobody else has. */
export async function alreadyThere(unit: Unit, task: TaskRow, profile: ProfileRead): Promise<string | null> {
  const ids = { linkedin_profile: profile.profileId, linkedin_member: profile.memberId } as const;
  for (const kind of ['linkedin_profile', 'linkedin_member'] as const) {
    const value = ids[kind];
    const owner = value === null ? null : await ownerOf(unit, task.workspaceId, kind, value);
    if (owner !== null && owner !== task.contactId) return owner;
  }
  return null;
}
