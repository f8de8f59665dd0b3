import type { LayoutPage } from '#shared/protocol/remoteRules.ts';
import { visibleIn } from './dom/find.ts';
import type { PageEnv } from './env.ts';
import { missingProfile } from './pages/profile.ts';
import { type SelectorKey, shippedCatalogue } from './selectors/catalogue.ts';
import { labelsOf } from './selectors/labels/index.ts';

/** What a healthy page of each kind has, whoever's it is: controls that depend on the person are not asked for. */
const expectations: readonly { page: LayoutPage; path: RegExp; keys: readonly SelectorKey[] }[] = [
  { page: 'profile', path: /^\/in\/[^/]+\/?$/u, keys: ['screen', 'topCard', 'name', 'textLine'] },
  { page: 'posts', path: /^\/in\/[^/]+\/recent-activity\//u, keys: ['postLink', 'postButton'] },
  { page: 'messaging', path: /^\/messaging\//u, keys: ['threadPane', 'composerForm', 'composerBox'] },
  {
    page: 'circle',
    path: /^\/(?:groups\/[^/]+\/members|events\/[^/]+\/attendees)\//u,
    keys: ['circleRow', 'circleProfile', 'circleControl'],
  },
];

/** Where the controls of a scope are looked for. */
const containers: Partial<Record<string, SelectorKey>> = {
  top_card: 'topCard',
  thread: 'threadPane',
  composer: 'composerForm',
  post: 'post',
  circle_row: 'circleRow',
};

/** Catalogue keys that the open page should have and has not; null: a page of which nothing is expected. */
export function checkLayout(env: PageEnv): { page: LayoutPage; missing: SelectorKey[] } | null {
  const { pathname } = env.window.location;
  const expected = expectations.find(({ path }) => path.test(pathname));
  if (!expected) return null;
  const { page, keys } = expected;
  if (page === 'profile' && missingProfile(env, labelsOf(env)) !== null) return null;
  // Somebody who posted nothing has a healthy page without a post.
  if (page === 'posts' && visibleIn(env, env.document, 'post').length === 0) return null;
  return { page, missing: keys.filter((key) => !isFound(env, key)) };
}

/** "Missing: topCard, name." or nothing; for the sentence of a failure. */
export function missingSentence(env: PageEnv): string {
  const missing = checkLayout(env)?.missing ?? [];
  return missing.length === 0 ? '' : ` Missing in the catalogue’s terms: ${missing.join(', ')}.`;
}

function isFound(env: PageEnv, key: SelectorKey): boolean {
  const { scope, count } = (env.catalogue ?? shippedCatalogue).entries[key];
  const container = containers[scope];
  const within = container ? visibleIn(env, env.document, container) : [env.document];
  return within.some((place) => visibleIn(env, place, key).length >= Math.max(1, count[0]));
}
