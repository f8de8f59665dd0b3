import type { PersonSeen } from '#shared/contract/devicePerson.ts';
import { parseLinkedinUrl } from '#shared/identity/linkedin.ts';
import type { FollowedTab } from '../followedTab.ts';

/** Whose profile a tab shows; null: it shows no profile. Address and title say it: the page itself is not read. */
export function personOf({ url, title }: Pick<FollowedTab, 'url' | 'title'>): PersonSeen | null {
  if (!URL.canParse(url) || new URL(url).hostname !== 'www.linkedin.com') return null;
  const identity = parseLinkedinUrl(url);
  if (identity === null) return null;
  return { slug: null, profileId: null, ...identity, name: nameIn(title) };
}

/** "(3) Anna Berg | LinkedIn", "Anna Berg | Sales Navigator" -> "Anna Berg"; empty while the page still loads. */
export function nameIn(title: string): string {
  const name = /^(?:\(\d+\+?\)\s*)?(.+?)\s*\|\s*(?:LinkedIn|Sales Navigator)$/u.exec(title.trim())?.[1] ?? '';
  return name.slice(0, 300);
}
