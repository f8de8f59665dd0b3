import { labels } from '../labels/index.ts';
import type {
  ActivityPost,
  ActivityView,
  MessagingView,
  OverlayView,
  ProfileView,
  RailPerson,
  ThreadPerson,
} from '../render/views.ts';
import type { TwinPerson, TwinPost } from '../types.ts';
import { degreeFor } from '../world/directory.ts';
import { existingThread, inbox, messageTerms, unreadCount } from '../world/messages.ts';
import { type Account, fullName, type World } from '../world/world.ts';
import { reactorsOf } from './api-people.ts';
import { messageUrn } from './entities.ts';

/** A profile as this member sees it. */
export function profileView(
  world: World,
  account: Account,
  person: TwinPerson,
  contactOpen = false,
): ProfileView {
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
    connectsAtOnce: person.connectsAtOnce ?? false,
    relation: state,
    degree: person.degree,
    following: account.following.has(person.profileId),
    contact: {
      email: person.contact?.email ?? null,
      phone: person.contact?.phone ?? null,
      website: person.contact?.website ?? null,
    },
    contactOpen,
    rails: { browsemap, pymk },
    hydrationDelayMs: world.hydrationDelayMs,
    build: world.build,
    labels: labels[world.locale],
  };
}

/** What a person posted, as this member sees it. */
export function activityView(world: World, account: Account, person: TwinPerson): ActivityView {
  const posts = (person.posts ?? []).map((post) => activityPost(account, person, post));
  return { ...postsView(world, posts), slug: person.slug, name: fullName(person) };
}

/** Everybody's posts, newest first by their numbers. */
export function feedView(world: World, account: Account): ActivityView {
  const posts = [...world.people.values()].flatMap((person) =>
    person.gone ? [] : (person.posts ?? []).map((post) => activityPost(account, person, post)),
  );
  return postsView(
    world,
    posts.sort((a, b) => Number(BigInt(b.activityId) - BigInt(a.activityId))),
  );
}

/** One post on its own page, with those who reacted; null where there is none. */
export function postView(world: World, account: Account, activityId: string): ActivityView | null {
  const owner = [...world.people.values()].find((p) => p.posts?.some((one) => one.activityId === activityId));
  const post = owner?.posts?.find((one) => one.activityId === activityId);
  if (!owner || !post || owner.gone) return null;
  const reactors = reactorsOf(world, account, activityId).map((p) => ({
    slug: p.slug,
    name: fullName(p),
    headline: p.headline,
    degree: degreeFor(world, account, p),
  }));
  return postsView(world, [{ ...activityPost(account, owner, post), reactors }]);
}

function postsView(world: World, posts: ActivityPost[]): ActivityView {
  return {
    kind: 'activity',
    slug: null,
    name: '',
    posts,
    hydrationDelayMs: world.hydrationDelayMs,
    build: world.build,
    labels: labels[world.locale],
  };
}

function activityPost(account: Account, person: TwinPerson, post: TwinPost): ActivityPost {
  const { activityId, text, repostOf } = post;
  const author = repostOf ?? { slug: person.slug, name: fullName(person) };
  return { activityId, text, author, liked: account.liked.has(activityId), reactors: [] };
}

/** Other people whose Connect stands beside this profile: two in each rail. */
function railPeople(world: World, account: Account, person: TwinPerson): [RailPerson[], RailPerson[]] {
  const others = strangers(world, account, person.profileId);
  return [others.slice(0, 2), others.slice(2, 4)];
}

/** People the member has nothing to do with yet, at most twelve. */
export function strangers(world: World, account: Account, except = ''): RailPerson[] {
  const found: RailPerson[] = [];
  for (const p of world.people.values()) {
    if (found.length === 12) break;
    if (p.profileId === except || world.accounts.has(p.memberId) || p.gone) continue;
    if ((account.relations.get(p.profileId)?.state ?? 'none') !== 'none') continue;
    found.push({ memberId: p.memberId, slug: p.slug, name: fullName(p) });
  }
  return found;
}

function threadPerson(
  person: Pick<TwinPerson, 'profileId' | 'slug' | 'firstName' | 'lastName'>,
  headline: string,
): ThreadPerson {
  const { profileId, slug, firstName } = person;
  return { profileId, slug, firstName, name: fullName(person), headline };
}

/** The message overlay as a list of fellow members opens it. */
export function overlayView(world: World, account: Account, person: TwinPerson): OverlayView {
  const { thread, self, sendMode } = messagingView(world, account, person.profileId, null);
  return {
    self,
    person: threadPerson(person, person.headline),
    threadId: thread?.id ?? null,
    messages: thread?.messages ?? [],
    mode: messageTerms(world, account, person, true),
    credits: account.inmailCredits,
    sendMode,
    surface: person.messageSurface ?? 'iframe',
  };
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
