import { err, ok, type Result } from '#shared/kernel/result.ts';
import type {
  AcceptanceRead,
  InboundMessageRead,
  LinkedinFailure,
  LinkedinMember,
  LinkedinTarget,
  ProfileRead,
  SentInvitationsRead,
} from '#shared/protocol/linkedin.ts';
import type { PageEnv } from './env.ts';
import { before } from './failure.ts';
import { whyNotTarget } from './identity.ts';
import { readTopCard, shownRelation } from './pages/profile.ts';
import { readConnections } from './reads/connections.ts';
import { type Conversation, readConversations, readMessages } from './reads/messages.ts';
import { ofPerson } from './reads/person.ts';
import { type Identity, readIdentity } from './reads/profile.ts';
import { readRelationship } from './reads/relationship.ts';
import { readSentList } from './reads/sentInvitations.ts';
import { labelsOf } from './selectors/labels/index.ts';

type Watch<T> = Promise<Result<T, LinkedinFailure>>;

/** New connections since a moment, newest first. */
export async function acceptances(
  env: PageEnv,
  sinceMs: number,
  signal: AbortSignal,
): Watch<AcceptanceRead[]> {
  const read = await readConnections(env, sinceMs, signal);
  return read.ok ? read : err(read.error.failure);
}

/** Messages to this member since a moment, oldest first; with known ids, those of known people only. */
export async function inbound(
  env: PageEnv,
  me: LinkedinMember,
  sinceMs: number,
  known: ReadonlySet<string> | null,
  signal: AbortSignal,
): Watch<InboundMessageRead[]> {
  const conversations = await readConversations(env, me.profileId, sinceMs, signal);
  if (!conversations.ok) return err(conversations.error.failure);
  const found: InboundMessageRead[] = [];
  for (const conversation of conversations.value.filter((one) => concerns(one, known))) {
    const messages = await readMessages(env, conversation.urn, signal);
    if (!messages.ok) return err(messages.error.failure);
    for (const message of messages.value) {
      const from = message.fromProfileId;
      if (message.deliveredAt < sinceMs || from === me.profileId || (known && !known.has(from))) continue;
      found.push({
        messageId: message.urn,
        conversationId: conversation.urn,
        fromProfileId: from,
        deliveredAt: message.deliveredAt,
        text: message.text.slice(0, 8000),
      });
    }
  }
  return ok(found.sort((left, right) => left.deliveredAt - right.deliveredAt));
}

function concerns(conversation: Conversation, known: ReadonlySet<string> | null): boolean {
  return known === null || conversation.others.some((id) => known.has(id));
}

/** Every pending invitation of the member. */
export async function sentInvitations(env: PageEnv, signal: AbortSignal): Watch<SentInvitationsRead> {
  const read = await readSentList(env, signal);
  return read.ok ? read : err(read.error.failure);
}

/** Who the target is and how the member stands with them, without opening their page. */
export async function relation(
  env: PageEnv,
  target: LinkedinTarget,
  signal: AbortSignal,
): Watch<ProfileRead> {
  const identity = await ofPerson(env, target.profileId ?? target.slug, readIdentity, signal);
  if (!identity.ok && (identity.error.kind === 'stop' || target.profileId === null)) {
    return err(identity.error.failure);
  }
  const person = identity.ok ? identity.value : asTold(target, target.profileId ?? '');
  const why = whyNotTarget(target, person);
  if (why) return err(before('wrong_person', why));
  const read = await ofPerson(env, person.profileId, readRelationship, signal);
  if (read.ok) return ok(profileOf(person, target, read.value.state));
  const card = read.error.kind === 'changed' ? readTopCard(env) : null;
  const shown = card?.profileId === person.profileId ? shownRelation(env, card, labelsOf(env)) : null;
  return shown ? ok(profileOf(person, target, shown)) : err(read.error.failure);
}

function asTold(target: LinkedinTarget, profileId: string): Identity {
  return { profileId, memberId: target.memberId, slug: target.slug, name: target.name, headline: null };
}

function profileOf(person: Identity, target: LinkedinTarget, state: ProfileRead['relation']): ProfileRead {
  return {
    memberId: person.memberId,
    profileId: person.profileId,
    slug: person.slug ?? target.slug,
    name: (person.name || target.name).slice(0, 300),
    headline: person.headline?.slice(0, 500) ?? null,
    company: null,
    location: null,
    relation: state,
  };
}
