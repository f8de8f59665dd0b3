import { describe, expect, it } from 'vitest';
import {
  prepare,
  readAcceptances,
  readInbound,
  readRelation,
  readSentInvitations,
} from '../../../extension/linkedin/index.ts';
import { emptyPage, me } from './linkedinPage.ts';
import { stepFor } from './runnerWorld.ts';

const signal = () => AbortSignal.timeout(10_000);
const step = { ...stepFor('t1', 1, 'message'), text: 'Hello' };
const { target } = step;

/** LinkedIn's answers to reads about one person; what is left out is not there (404). */
const identityOf = (id: string) => ({
  data: {},
  included: [
    {
      $type: 'com.linkedin.voyager.dash.identity.profile.Profile',
      entityUrn: `urn:li:fsd_profile:${id}`,
      publicIdentifier: id.toLowerCase(),
      firstName: 'Anna',
      lastName: 'Berg',
    },
  ],
});
const noRelation = {
  data: { memberRelationshipUnion: { noConnection: { invitationUnion: { noInvitation: {} } } } },
  included: [],
};

function about(known: { identity?: string[]; relation?: string[] }) {
  return emptyPage((url) => {
    const id = url.href.includes(me.profileId) ? me.profileId : (target.profileId ?? '');
    if (url.pathname.endsWith('/identity/dash/profiles'))
      return known.identity?.includes(id) ? { json: identityOf(id) } : undefined;
    return url.href.includes('MemberRelationships') && known.relation?.includes(id)
      ? { json: noRelation }
      : undefined;
  });
}

describe('a list that is not where it was', () => {
  it.each([400, 404])(
    'and answers %i is a change of LinkedIn’s, not somebody who is gone',
    async (status) => {
      const reads = [readAcceptances, readInbound, readSentInvitations] as const;
      const { env } = emptyPage(({ pathname }) =>
        pathname === '/voyager/api/me' ? undefined : { status, json: {} },
      );
      const [acceptances, inbound, sent] = reads;
      for (const read of [
        await acceptances(env, '7', 0, signal()),
        await inbound(env, '7', 0, new Set(['ACoAA1']), signal()),
        await sent(env, '7', signal()),
      ]) {
        expect(read).toMatchObject({ ok: false, error: { code: 'layout_unknown' } });
      }
    },
  );
});

describe('nothing there about a person', () => {
  const one = target.profileId ?? '';

  it('neither who they are nor how they stand, while the member is known: they are gone', async () => {
    const { env } = about({ identity: [me.profileId] });
    expect(await readRelation(env, target, signal())).toMatchObject({
      error: { code: 'profile_not_found' },
    });
    expect(await prepare(env, step, signal())).toMatchObject({ failure: { code: 'profile_not_found' } });
  });

  it('nor about the member: the read is gone, and the automation is held, not drained', async () => {
    const { env } = about({});
    expect(await prepare(env, step, signal())).toMatchObject({ failure: { code: 'layout_unknown' } });
    const bySlug = { ...target, profileId: null, memberId: null };
    expect(await readRelation(env, bySlug, signal())).toMatchObject({ error: { code: 'layout_unknown' } });
  });

  it('of how they stand, though it is known who they are: the read is gone where it fails about the member too', async () => {
    const identity = [one, me.profileId];
    const { env } = about({ identity });
    expect(await prepare(env, step, signal())).toMatchObject({ failure: { code: 'layout_unknown' } });
    const { env: own } = about({ identity, relation: [me.profileId] });
    expect(await prepare(own, step, signal())).toMatchObject({ failure: { code: 'profile_not_found' } });
  });
});
