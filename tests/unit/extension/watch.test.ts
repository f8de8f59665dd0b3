import { describe, expect, it } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import { DAY, MINUTE } from '#shared/kernel/clock.ts';
import type { InboundMessageRead, SentInvitationRead } from '#shared/protocol/linkedin.ts';
import { snapshotOf } from './fakes.ts';
import { createWorld, START, watchWork } from './runnerWorld.ts';

function message(messageId: string, fromProfileId: string, deliveredAt: number): InboundMessageRead {
  return { messageId, conversationId: 'c', fromProfileId, deliveredAt, text: 'Hello' };
}

function invitation(
  n: number,
  profileId: string | null,
  sentAt = START - DAY,
  change: Partial<SentInvitationRead> = {},
): SentInvitationRead {
  const invitationUrn = `urn:li:fsd_invitation:${n}`;
  return {
    invitationUrn,
    profileId,
    memberId: null,
    slug: `slug-${n}`,
    name: `Name ${n}`,
    sentAt,
    ...change,
  };
}

describe('what the watches report', () => {
  it('more acceptances than one report holds go in parts, oldest first, and none is dropped', async () => {
    const world = createWorld();
    world.acceptances = Array.from({ length: 1_200 }, (_, n) => ({
      profileId: `p${n}`,
      memberId: null,
      slug: null,
      connectedAt: START - n,
    }));
    world.queue.push(watchWork({ kinds: ['acceptances'] }));
    await world.cycle();
    expect(world.observations.map(({ acceptances, more }) => [acceptances?.length, more ?? false])).toEqual([
      [500, true],
      [500, true],
      [200, false],
    ]);
    const times = world.observations.flatMap(({ acceptances = [] }) =>
      acceptances.map((one) => one.connectedAt),
    );
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(1_200);
  });

  it('says how long ago the reading began', async () => {
    const world = createWorld();
    world.onSent = () => {
      world.now += 2 * MINUTE;
      world.mono += MINUTE;
    };
    world.queue.push(watchWork({ kinds: ['sent_invitations', 'acceptances'] }));
    await world.cycle();
    expect(world.observations[0]?.readAgoMs).toBe(2 * MINUTE);
  });

  it('reads the threads of people bound late from their own beginning, once', async () => {
    const world = createWorld();
    world.inbound = [message('m2', 'ACoAA1', START), message('m1', 'late', START - DAY)];
    const threads = { since: START - 5 * DAY, profileIds: ['late'] };
    world.queue.push(watchWork({ kinds: ['inbox'], threads }));
    await world.cycle();
    expect(world.read).toEqual([`inbound since ${START - 5 * DAY}`, `inbound since ${START - 1_000}`]);
    expect(world.observations[0]?.inbound?.map(({ messageId }) => messageId)).toEqual(['m1', 'm2']);
    expect(world.observations[0]?.threadsOf).toEqual(['late']);
  });
});

describe('whose messages are reported', () => {
  it('those of the further known people too, and of nobody else', async () => {
    const world = createWorld();
    world.inbound = ['ACoAA1', 'further', 'stranger'].map((from, n) => message(`m${n}`, from, START + n));
    world.queue.push(watchWork({ kinds: ['inbox'], furtherProfileIds: ['further'] }));
    await world.cycle();
    expect(world.observations[0]?.inbound?.map(({ messageId }) => messageId)).toEqual(['m0', 'm1']);
  });
});

describe('an account that LinkedIn stops', () => {
  it.each(['challenge', 'restricted'] as const)(
    'is read no further once the page shows %s',
    async (reason) => {
      const world = createWorld();
      world.session = { state: 'inactive', reason, challenge: null };
      world.snapshot = snapshotOf();
      world.queue.push(watchWork({ kinds: ['session', 'sent_invitations', 'acceptances', 'inbox'] }));
      await world.cycle();
      expect(world.sessions).toEqual([world.session]);
      expect(world.read).toEqual([]);
      expect(world.observations).toEqual([]);
    },
  );

  it('is read no further at too many requests, and that is said also after a lesser failure', async () => {
    const world = createWorld();
    const failure = { effect: 'before_effect', detail: '', until: null } as const;
    world.sentFails = { ...failure, code: 'layout_unknown' };
    world.acceptancesFail = { ...failure, code: 'too_many_requests' };
    world.queue.push(watchWork({ kinds: ['sent_invitations', 'acceptances', 'inbox'] }));
    await world.cycle();
    expect(world.read).toEqual(['sent', 'acceptances']);
    expect(world.observations).toMatchObject([{ failure: { code: 'too_many_requests' } }]);
  });
});

describe('somebody else who is signed in', () => {
  it('is read of nothing, and that is said', async () => {
    const world = createWorld();
    world.member = '8';
    world.inbound = [message('m1', 'ACoAA1', START)];
    world.queue.push(watchWork({ kinds: ['sent_invitations', 'acceptances', 'inbox'] }));
    const { reason } = await world.cycle();
    expect(world.observations).toEqual([
      { memberId: '7', readAgoMs: 0, failure: expect.objectContaining({ code: 'wrong_account' }) },
    ]);
    expect(reason).toBe('not_readable');
  });

  it('is said also where another read had failed before for a lesser reason', async () => {
    const world = createWorld();
    const changed = { code: 'layout_unknown', effect: 'before_effect', detail: '', until: null } as const;
    world.sentFails = changed;
    world.onAcceptances = () => {
      world.member = '8';
    };
    world.queue.push(watchWork({ kinds: ['sent_invitations', 'acceptances', 'inbox'] }));
    await world.cycle();
    expect(world.observations).toMatchObject([{ failure: { code: 'wrong_account' } }]);
    expect(world.read).toEqual(['sent', 'acceptances']);
  });

  it('cannot be told from the member where the server names nobody: nothing is read', async () => {
    const world = createWorld();
    world.queue.push(watchWork({ expectedMemberId: null }));
    await world.cycle();
    expect(world.read).toEqual([]);
    expect(world.observations).toMatchObject([{ memberId: null, failure: { code: 'linkedin_error' } }]);
  });

  it('the lists go with the member whose they are', async () => {
    const world = createWorld();
    world.queue.push(watchWork());
    await world.cycle();
    expect(world.observations).toMatchObject([
      { memberId: '7', failure: null, acceptances: [], inbound: [] },
    ]);
  });
});

describe('the sent invitations', () => {
  const work = watchWork({
    kinds: ['acceptances', 'sent_invitations'],
    knownProfileIds: ['known'],
    pendingProfileIds: ['pending', 'gone'],
  });

  it('tell contacts by id and of all others nothing but a hash; they are read before the acceptances', async () => {
    const world = createWorld();
    world.sentInvitations = {
      complete: true,
      invitations: [
        invitation(1, 'known'),
        invitation(2, 'pending'),
        invitation(3, 'stranger'),
        invitation(4, 'earlier', START - 9 * DAY),
      ],
    };
    world.queue.push(work);
    await world.cycle();
    expect(world.read).toEqual(['sent', 'acceptances']);
    const seen = must(world.observations[0]?.sentInvitations, 'what was seen');
    expect(seen.toContacts.map(({ profileId }) => profileId)).toEqual(['known', 'pending']);
    expect(seen.toOthers).toEqual([{ key: expect.stringMatching(/^[0-9a-f]{32}$/), sentAt: START - DAY }]);
    expect(seen.gone).toEqual(['gone']);
    expect(JSON.stringify(seen)).not.toMatch(/stranger|slug|Name|urn/);
  });

  it('that could not be read are said, and the other lists are told all the same', async () => {
    const world = createWorld();
    const failure = {
      code: 'layout_unknown',
      effect: 'before_effect',
      detail: 'Changed.',
      until: null,
    } as const;
    world.sentFails = failure;
    world.queue.push(work);
    const { reason } = await world.cycle();
    expect(world.observations).toEqual([{ memberId: '7', acceptances: [], readAgoMs: 0, failure }]);
    expect(reason).toBe('not_readable');
  });

  it('an incomplete list, or one without ids, tells nobody gone', async () => {
    for (const sentInvitations of [
      { complete: false, invitations: [invitation(1, 'known')] },
      { complete: true, invitations: [invitation(1, null, START, { invitationUrn: null })] },
    ]) {
      const world = createWorld();
      world.sentInvitations = sentInvitations;
      world.queue.push(work);
      await world.cycle();
      expect(world.observations[0]?.sentInvitations?.gone).toEqual([]);
    }
  });
});
