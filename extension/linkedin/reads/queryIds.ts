import type { PageEnv } from '../env.ts';
import { type Catalogue, queryIds } from '../selectors/catalogue.ts';
import { problem, type Read, thereFor } from './http.ts';

export type QueryName = Exclude<keyof Catalogue['queryIds'], DecorationName>;
export type DecorationName =
  | 'connectionList'
  | 'topCard'
  | 'followingState'
  | 'peopleSearch'
  | 'leadSearch'
  | 'leadList';

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
    last = thereFor(await ask(id));
    if (last.ok || last.error.kind !== 'changed') return last;
  }
  return last;
}

/** Whose answers are lists that certainly exist; of the others one may be about somebody who does not. */
const lists: ReadonlySet<DecorationName> = new Set(['connectionList', 'peopleSearch']);

/**
 * The same for a decoration id, whose number LinkedIn counts up. Only an answer of another shape asks for the next: that
 * somebody does not exist is an answer.
 */
export async function withDecoration<T>(
  env: PageEnv,
  name: DecorationName,
  ask: (decorationId: string) => Promise<Read<T>>,
): Promise<Read<T>> {
  const known = queryIds(env, name);
  const used = known.flatMap((id) => decorationsThePageUses(env, id.replace(/-\d+$/u, '')));
  let last: Read<T> = problem('changed', 'layout_unknown', `${name} has no known decoration.`);
  for (const id of new Set([...known, ...used])) {
    const read = await ask(id);
    last = lists.has(name) ? thereFor(read) : read;
    if (last.ok || last.error.kind !== 'changed' || last.error.refused) return last;
  }
  return last;
}

function decorationsThePageUses(env: PageEnv, base: string): string[] {
  return measured(env, new RegExp(`decorationId=(${base.replaceAll('.', '\\.')}-\\d{1,5})(?:&|$)`, 'u'));
}

function idsThePageUses(env: PageEnv, name: QueryName): string[] {
  return measured(env, new RegExp(`queryId=${name}\\.([0-9a-f]{32})`, 'u'));
}

/** What the page's own requests say, newest first. */
function measured(env: PageEnv, pattern: RegExp): string[] {
  const entries = env.window.performance.getEntriesByType('resource');
  return entries.flatMap((entry) => pattern.exec(entry.name)?.[1] ?? []).reverse();
}
