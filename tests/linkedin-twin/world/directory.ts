import type { TwinCircle, TwinPerson } from '../types.ts';
import { type Account, fullName, type World } from './world.ts';

/** What a people search asks for; what is left out does not narrow. */
export interface PeopleQuery {
  keywords: string;
  /** LinkedIn's letters: F 1st, S 2nd, O 3rd and beyond. */
  network: string[];
  /** Event ids. */
  eventAttending: string[];
  /** Company names: the twin has no company numbers. */
  company: string[];
}

/** Everybody who fits, in the twin's own order; never the member and nobody who is gone. */
export function searchPeople(world: World, account: Account, query: PeopleQuery): TwinPerson[] {
  const words = query.keywords.toLowerCase().split(/\s+/).filter(Boolean);
  const events = query.eventAttending.map((id) => circleOf(world, 'event', id)?.people ?? []);
  return [...world.people.values()].filter((person) => {
    if (person.gone || person.profileId === account.member.profileId) return false;
    const text = `${fullName(person)} ${person.headline} ${person.company} ${person.location}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) return false;
    if (query.company.length > 0 && !query.company.includes(person.company)) return false;
    if (
      query.network.length > 0 &&
      !query.network.includes('FSO'[degreeFor(world, account, person) - 1] ?? '')
    ) {
      return false;
    }
    return events.every((people) => people.some((ref) => world.findPerson(ref) === person));
  });
}

/** 1 for the member's connections, else what the person is set to be. */
export function degreeFor(world: World, account: Account, person: TwinPerson): 1 | 2 | 3 {
  if (world.relation(account, person.profileId).state === 'connected') return 1;
  return person.degree === 1 ? 2 : person.degree;
}

export function circleOf(world: World, kind: TwinCircle['kind'], id: string): TwinCircle | null {
  return world.circles.find((circle) => circle.kind === kind && circle.id === id) ?? null;
}

/** The people of a circle as its page shows them: without the member and those who are gone. */
export function peopleOf(world: World, account: Account, circle: TwinCircle): TwinPerson[] {
  return circle.people
    .map((ref) => world.findPerson(ref))
    .filter((p) => p !== null)
    .filter((p) => !p.gone && p.profileId !== account.member.profileId);
}

/** Groups and events show their people only to those who belong to them. */
export function belongsTo(account: Account, circle: TwinCircle): boolean {
  const { profileId, slug, memberId } = account.member;
  return [profileId, slug, memberId].some((ref) => circle.people.includes(ref));
}

/** A group or event that the member and the person share: members of one may write to each other. */
export function sharedCircle(world: World, account: Account, person: TwinPerson): TwinCircle | null {
  return (
    world.circles.find(
      (circle) =>
        (circle.kind === 'group' || circle.kind === 'event') &&
        belongsTo(account, circle) &&
        circle.people.some((ref) => world.findPerson(ref) === person),
    ) ?? null
  );
}

/** Counts one page of people search; false when the month's pages are used up. */
export function takeSearchPage(world: World, account: Account): boolean {
  if (world.searchPagesLeft(account) <= 0) return false;
  account.searchPages.left -= 1;
  return true;
}
