import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { AcceptanceRead } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { included, listed, listing, memberIdOf, ofType, profileIdOf } from './entities.ts';
import { getJson, problem, type Read } from './http.ts';
import { withDecoration } from './queryIds.ts';

const PAGE = 40;
/** More than five weeks of invitations can bring; what a first reading leaves out was there before any invitation. */
const MOST = 1_000;

const connection = z.looseObject({ connectedMember: z.string(), createdAt: z.number().int() });
const profile = z.looseObject({
  entityUrn: z.string(),
  objectUrn: z.string().nullish(),
  publicIdentifier: z.string(),
});
const answer = z.looseObject({ data: listing, included });

/** The member's connections made at or after `sinceMs`, newest first. */
export async function readConnections(
  env: PageEnv,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Read<AcceptanceRead[]>> {
  const found = new Map<string, AcceptanceRead>();
  for (let start = 0; start < MOST; ) {
    const read = await withDecoration(env, 'connectionList', (id) => onePage(env, id, start, signal));
    if (!read.ok) return read;
    const connections = read.value;
    const fresh = connections.filter((one) => one.connectedAt >= sinceMs);
    for (const one of fresh) found.set(one.profileId, one);
    // LinkedIn may give fewer than asked for: only an empty page, or one that is old enough, is the last.
    if (connections.length === 0 || fresh.length < connections.length) break;
    start += connections.length;
  }
  return ok([...found.values()].sort((left, right) => right.connectedAt - left.connectedAt));
}

async function onePage(
  env: PageEnv,
  decorationId: string,
  start: number,
  signal: AbortSignal,
): Promise<Read<AcceptanceRead[]>> {
  const path = `/voyager/api/relationships/dash/connections?decorationId=${decorationId}&count=${PAGE}&q=search&sortType=RECENTLY_ADDED&start=${start}`;
  const read = await getJson(env, path, answer, signal);
  if (!read.ok) return read;
  const connections = connectionsIn(read.value);
  return connections
    ? ok(connections)
    : problem('changed', 'layout_unknown', 'The connections have a shape that is not known.');
}

/** Null where one of them cannot be read: it could be the acceptance that is waited for. */
function connectionsIn({ data, included }: z.infer<typeof answer>): AcceptanceRead[] | null {
  const connections = listed({ list: data, included }, 'Connection', connection);
  const people = ofType(included, 'Profile', profile);
  if (!connections || !people) return null;
  // Somebody who left LinkedIn has no profile; nobody's profile was found only where it is called otherwise.
  if (connections.length > 0 && people.length === 0) return null;
  const byId = new Map(people.map((one) => [profileIdOf(one.entityUrn), one]));
  const found = connections.map(({ connectedMember, createdAt }) => {
    const profileId = profileIdOf(connectedMember);
    if (!profileId) return null;
    const person = byId.get(profileId);
    const slug = person?.publicIdentifier ?? null;
    return { profileId, memberId: memberIdOf(person?.objectUrn), slug, connectedAt: createdAt };
  });
  return found.every((one) => one !== null) ? found : null;
}
