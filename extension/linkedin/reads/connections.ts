import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { AcceptanceRead } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { included, memberIdOf, ofType, profileIdOf } from './entities.ts';
import { getJson, type Read } from './http.ts';

const PAGE = 40;
/** A rep who was away for long has more; the next read continues from what was then seen. */
const MAX_PAGES = 25;

const connection = z.looseObject({ connectedMember: z.string(), createdAt: z.number().int() });
const profile = z.looseObject({
  entityUrn: z.string(),
  objectUrn: z.string().nullish(),
  publicIdentifier: z.string().nullish(),
});
const answer = z.looseObject({ data: z.unknown(), included });

/** The member's connections made at or after `sinceMs`, newest first. */
export async function readConnections(
  env: PageEnv,
  sinceMs: number,
  signal: AbortSignal,
): Promise<Read<AcceptanceRead[]>> {
  const found: AcceptanceRead[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const read = await getJson(env, address(page * PAGE), answer, signal);
    if (!read.ok) return read;
    const connections = ofType(read.value.included, 'Connection', connection);
    const profiles = ofType(read.value.included, 'Profile', profile);
    const fresh = connections.filter((one) => one.createdAt >= sinceMs);
    found.push(...fresh.flatMap((one) => acceptance(one, profiles)));
    if (connections.length < PAGE || fresh.length < connections.length) break;
  }
  return ok(found.sort((left, right) => right.connectedAt - left.connectedAt));
}

function address(start: number): string {
  return `/voyager/api/relationships/dash/connections?decorationId=com.linkedin.voyager.dash.deco.web.mynetwork.ConnectionListWithProfile-16&count=${PAGE}&q=search&sortType=RECENTLY_ADDED&start=${start}`;
}

function acceptance(one: z.infer<typeof connection>, profiles: z.infer<typeof profile>[]): AcceptanceRead[] {
  const profileId = profileIdOf(one.connectedMember);
  if (!profileId) return [];
  const person = profiles.find((candidate) => profileIdOf(candidate.entityUrn) === profileId);
  const slug = person?.publicIdentifier ?? null;
  return [{ profileId, memberId: memberIdOf(person?.objectUrn), slug, connectedAt: one.createdAt }];
}
