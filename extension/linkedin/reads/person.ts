import type { PageEnv } from '../env.ts';
import { problem, type Read } from './http.ts';
import { readMe } from './me.ts';
import { readIdentity } from './profile.ts';

type Ask<T> = (env: PageEnv, id: string, signal: AbortSignal) => Promise<Read<T>>;

/**
 * A read about one person by profile id (or slug). What LinkedIn refuses or does not find counts as this person's only
 * where the same kind of read is answered otherwise; else LinkedIn changed it, and of this person nothing is known.
 */
export async function ofPerson<T>(
  env: PageEnv,
  person: string,
  ask: Ask<T>,
  signal: AbortSignal,
): Promise<Read<T>> {
  const read = await ask(env, person, signal);
  if (read.ok) return read;
  if (read.error.refused) return refusedAbout(env, ask, signal);
  return read.error.kind === 'missing' ? missingOf(env, person, ask, read, signal) : read;
}

/** Refused (403): that profile is not shown to this member, if the read is not refused about the member themself. */
async function refusedAbout<T>(env: PageEnv, ask: Ask<T>, signal: AbortSignal): Promise<Read<never>> {
  const own = await ofMember(env, ask, signal);
  if (!own.ok && own.error.kind === 'stop') return own;
  return own.ok || own.error.kind === 'missing'
    ? problem('missing', 'profile_unavailable', 'LinkedIn does not show this profile to this account (403).')
    : problem('changed', 'layout_unknown', 'LinkedIn refuses this read about everybody (403).');
}

/**
 * Nothing there (404). Nobody is there, if LinkedIn does not know who it is either and knows who the member is; and this one
 * thing is not, if it is there about the member. About the member alone it could not be asked: they have no relation to
 * themself.
 */
async function missingOf<T>(
  env: PageEnv,
  person: string,
  ask: Ask<T>,
  missing: Read<never>,
  signal: AbortSignal,
): Promise<Read<never>> {
  if ((ask as unknown) !== readIdentity) {
    const who = await ofPerson(env, person, readIdentity, signal);
    if (!who.ok) return who;
  }
  const own = await ofMember(env, ask, signal);
  if (own.ok) return missing;
  if (own.error.kind !== 'missing') return own;
  return problem(
    'changed',
    'layout_unknown',
    'LinkedIn does not know this read about anybody any more (404).',
  );
}

async function ofMember<T>(env: PageEnv, ask: Ask<T>, signal: AbortSignal): Promise<Read<T>> {
  const me = await readMe(env, signal);
  return me.ok ? ask(env, me.value.profileId, signal) : me;
}
