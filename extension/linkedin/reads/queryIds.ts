import type { PageEnv } from '../env.ts';
import { type Catalogue, queryIds } from '../selectors/catalogue.ts';
import { problem, type Read } from './http.ts';

export type QueryName = keyof Catalogue['queryIds'];

/**
 * Asks with each known query id until one is understood: the catalogue's, then those of the page's own requests, which
 * stay right when LinkedIn changes them.
 */
export async function withKnownIds<T>(
  env: PageEnv,
  name: QueryName,
  ask: (queryId: string) => Promise<Read<T>>,
): Promise<Read<T>> {
  let last: Read<T> = problem('changed', 'layout_unknown', `${name} has no known query id.`);
  for (const id of new Set([...queryIds(env, name), ...idsThePageUses(env, name)])) {
    last = await ask(id);
    if (last.ok || (last.error.kind !== 'changed' && last.error.kind !== 'missing')) return last;
  }
  return last.ok ? last : { ok: false, error: { ...last.error, kind: 'changed' } };
}

function idsThePageUses(env: PageEnv, name: QueryName): string[] {
  const pattern = new RegExp(`queryId=${name}\\.([0-9a-f]{32})`, 'u');
  const entries = env.window.performance.getEntriesByType('resource');
  return entries.flatMap((entry) => pattern.exec(entry.name)?.[1] ?? []).reverse();
}
