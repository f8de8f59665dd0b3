/**
 * The lists of people that LinkedIn's pages show and that can be imported (product §5). The address alone says which
 * one a page shows; what narrows a search stays in the address.
 */
export const listKinds = [
  'people_search',
  'sales_search',
  'sales_list',
  'connections',
  'event_attendees',
  'group_members',
  'post_reactors',
] as const;
export type ListKind = (typeof listKinds)[number];

export interface LinkedinList {
  kind: ListKind;
  /** The group, event, post or Sales Navigator list; null where the address has none. */
  id: string | null;
  /** The list's page, without what is only about paging or tracking. */
  url: string;
}

const ORIGIN = 'https://www.linkedin.com';

/** Parameters that do not say whom a list shows. */
const noise = new Set(['page', 'origin', 'sid', 'sessionId', 'lipi', 'spellCorrectionEnabled', '_ntb']);

const byPath: readonly { kind: ListKind; path: RegExp; keeps: 'all' | 'nothing' }[] = [
  { kind: 'people_search', path: /^\/search\/results\/people\/?$/u, keeps: 'all' },
  { kind: 'sales_search', path: /^\/sales\/search\/people\/?$/u, keeps: 'all' },
  { kind: 'sales_list', path: /^\/sales\/lists\/people\/(\d+)\/?$/u, keeps: 'nothing' },
  { kind: 'connections', path: /^\/mynetwork\/invite-connect\/connections\/?$/u, keeps: 'nothing' },
  { kind: 'event_attendees', path: /^\/events\/(?:[^/]*?-)?(\d+)\/attendees\/?$/u, keeps: 'nothing' },
  { kind: 'group_members', path: /^\/groups\/(\d+)\/members\/?$/u, keeps: 'nothing' },
  { kind: 'post_reactors', path: /^\/feed\/update\/urn:li:activity:(\d+)\/?$/u, keeps: 'nothing' },
];

/** Which importable list a page shows; null: none. */
export function linkedinListOf(address: string): LinkedinList | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.origin !== ORIGIN) return null;
  const path = decoded(url.pathname);
  for (const { kind, path: pattern, keeps } of byPath) {
    const found = pattern.exec(path);
    if (!found) continue;
    for (const name of [...url.searchParams.keys()]) {
      if (keeps === 'nothing' || noise.has(name)) url.searchParams.delete(name);
    }
    url.hash = '';
    return { kind, id: found[1] ?? null, url: url.href };
  }
  return null;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
