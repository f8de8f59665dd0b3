import { labels } from '../labels/index.ts';
import type { ActivityView, MessagingView, ProfileView, RailPerson, ThreadPerson } from '../render/views.ts';
import type { TwinPerson } from '../types.ts';
import { existingThread, inbox, messageTerms, unreadCount } from '../world/messages.ts';
import { type Account, fullName, type World } from '../world/world.ts';
import { messageUrn } from './entities.ts';

/** A profile as this member sees it. */
export function profileView(world: World, account: Account, person: TwinPerson): ProfileView {
  const { state } = world.relation(account, person.profileId);
  const [browsemap, pymk] = railPeople(world, account, person);
  return {
    kind: 'profile',
    self: person.profileId === account.member.profileId,
    memberId: person.memberId,
    profileId: person.profileId,
    slug: person.slug,
    firstName: person.firstName,
    name: fullName(person),
    headline: person.headline,
    company: person.company,
    location: person.location,
    placement: person.connectPlacement,
    relation: state,
    degree: person.degree,
    following: account.following.has(person.profileId),
    rails: { browsemap, pymk },
    hydrationDelayMs: world.hydrationDelayMs,
    build: world.build,
    labels: labels[world.locale],
  };
}

/** What a person posted, as this member sees it. */
export function activityView(world: World, account: Account, person: TwinPerson): ActivityView {
  const own = { slug: person.slug, name: fullName(person) };
  return {
    kind: 'activity',
    ...own,
    posts: (person.posts ?? []).map(({ activityId, text, repostOf }) => ({
      activityId,
      text,
      author: repostOf ?? own,
      liked: account.liked.has(activityId),
    })),
    hydrationDelayMs: world.hydrationDelayMs,
    labels: labels[world.locale],
  };
}

/** Other people whose Connect stands beside this profile: two in each rail. */
function railPeople(world: World, account: Account, person: TwinPerson): [RailPerson[], RailPerson[]] {
  const others = [...world.people.values()]
    .filter((p) => p.profileId !== person.profileId && !world.accounts.has(p.memberId) && !p.gone)
    .filter((p) => world.relation(account, p.profileId).state === 'none')
    .slice(0, 4)
    .map((p) => ({ memberId: p.memberId, slug: p.slug, name: fullName(p) }));
  return [others.slice(0, 2), others.slice(2)];
}

function threadPerson(
  person: Pick<TwinPerson, 'profileId' | 'slug' | 'firstName' | 'lastName'>,
  headline: string,
): ThreadPerson {
  const { profileId, slug, firstName } = person;
  return { profileId, slug, firstName, name: fullName(person), headline };
}

/** Messaging with an open thread (`profileId`), or a new message to `composing.person`. */
export function messagingView(
  world: World,
  account: Account,
  profileId: string | null,
  composing: { person: TwinPerson | null } | null,
): MessagingView {
  const self = account.member.profileId;
  const text = labels[world.locale];
  const person = profileId ? world.findPerson(profileId) : null;
  const thread = person ? existingThread(account, person.profileId) : null;
  const messages = [...(thread?.messages ?? [])]
    .sort((a, b) => a.at - b.at)
    .map((m) => ({ urn: messageUrn(self, m.id), mine: m.fromProfileId === self, text: m.text, at: m.at }));
  const conversations = inbox(account).map((t) => {
    const other = world.findPerson(t.profileId);
    const last = [...t.messages].sort((a, b) => b.at - a.at)[0];
    const who = last?.fromProfileId === self ? text.you : other?.firstName;
    return {
      threadId: t.id,
      name: other ? fullName(other) : '',
      snippet: `${who}: ${last?.text ?? ''}`,
      unread: unreadCount(t),
      day: new Date(last?.at ?? 0).toISOString().slice(0, 10),
    };
  });
  const target = composing?.person ?? null;
  const mode = target ? messageTerms(world, account, target) : 'message';
  return {
    kind: 'messaging',
    self: threadPerson(account.member, ''),
    conversations,
    thread:
      person && thread ? { id: thread.id, person: threadPerson(person, person.headline), messages } : null,
    compose: composing
      ? { person: target && threadPerson(target, target.headline), mode, credits: account.inmailCredits }
      : null,
    sendMode: account.sendMode,
    labels: text,
  };
}
