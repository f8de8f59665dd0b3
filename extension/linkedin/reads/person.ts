import type { PageEnv } from '../env.ts';
import { problem, type Read } from './http.ts';
import { readMe } from './me.ts';

/**
 * A read about one person by profile id (or slug). Refused (403), that profile is not shown to this member, if the same
 * read is not refused about the member themself; else LinkedIn refuses the read about everybody, and of this person
 * nothing is known.
 */
export async function ofPerson<T>(
  env: PageEnv,
  person: string,
  ask: (env: PageEnv, id: string, signal: AbortSignal) => Promise<Read<T>>,
  signal: AbortSignal,
): Promise<Read<T>> {
  const read = await ask(env, person, signal);
  if (read.ok || !read.error.refused) return read;
  const me = await readMe(env, signal);
  if (!me.ok && me.error.kind === 'stop') return me;
  const own = me.ok ? await ask(env, me.value.profileId, signal) : me;
  if (!own.ok && own.error.kind === 'stop') return own;
  return own.ok || own.error.kind === 'missing'
    ? problem('missing', 'profile_unavailable', 'LinkedIn does not show this profile to this account (403).')
    : problem('changed', 'layout_unknown', 'LinkedIn refuses this read about everybody (403).');
}
