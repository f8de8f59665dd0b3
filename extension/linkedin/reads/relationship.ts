import { z } from 'zod';
import { ok } from '#shared/kernel/result.ts';
import type { RelationState } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { included, ofType } from './entities.ts';
import { getJson, problem, type Read } from './http.ts';

const invitation = z.looseObject({
  entityUrn: z.string(),
  invitationState: z.string().optional(),
  invitationType: z.string(),
});

const answer = z.looseObject({
  data: z.looseObject({
    memberRelationshipUnion: z.looseObject({
      self: z.unknown().optional(),
      connection: z.unknown().optional(),
      '*connection': z.string().nullish(),
      noConnection: z
        .looseObject({
          invitationUnion: z
            .looseObject({
              noInvitation: z.unknown().optional(),
              '*invitation': z.string().nullish(),
              invitation: z.unknown().optional(),
            })
            .nullish(),
        })
        .nullish(),
    }),
  }),
  included,
});

interface Relationship {
  state: RelationState;
  invitationUrn: string | null;
}

/** Where the logged-in member stands with one person, by profile id. */
export async function readRelationship(
  env: PageEnv,
  profileId: string,
  signal: AbortSignal,
): Promise<Read<Relationship>> {
  const urn = encodeURIComponent(`urn:li:fsd_memberRelationship:${profileId}`);
  const path = `/voyager/api/voyagerRelationshipsDashMemberRelationships/${urn}`;
  const read = await getJson(env, path, answer, signal);
  if (!read.ok) return read;
  const state = stateOf(read.value);
  return state
    ? ok(state)
    : problem('changed', 'layout_unknown', 'The relation has a shape that is not known.');
}

function stateOf(read: z.infer<typeof answer>): Relationship | null {
  const union = read.data.memberRelationshipUnion;
  if (union.self !== undefined && union.self !== null) return { state: 'self', invitationUrn: null };
  if (union['*connection'] || union.connection) return { state: 'connected', invitationUrn: null };
  const invited = union.noConnection?.invitationUnion;
  if (!union.noConnection || !invited) return null;
  if (invited.noInvitation) return { state: 'not_connected', invitationUrn: null };
  const inline = invitation.safeParse(invited.invitation);
  const listed = ofType(read.included, 'Invitation', invitation);
  const found = inline.success
    ? inline.data
    : listed?.find((one) => one.entityUrn === invited['*invitation']);
  if (!found) return null;
  const pending = found.invitationState === undefined || found.invitationState === 'PENDING';
  if (!pending) return { state: 'not_connected', invitationUrn: null };
  const state = found.invitationType === 'RECEIVED' ? 'invite_received' : 'invite_sent';
  return { state, invitationUrn: found.entityUrn };
}
