import { describe, expect, it } from 'vitest';
import type { LinkedinStep } from '#shared/protocol/linkedin.ts';
import { prepare, verify } from '../../../extension/linkedin/index.ts';
import { type Answer, emptyPage, me } from './linkedinPage.ts';
import { stepFor } from './runnerWorld.ts';

const signal = () => AbortSignal.timeout(10_000);

const baselines = {
  connect: { kind: 'connect', profileId: 'ACoAA1' },
  message: {
    kind: 'message',
    profileId: 'ACoAA1',
    owner: me.profileId,
    conversation: 'urn:li:msg_conversation:1',
    known: [],
    newestAt: null,
  },
  follow: { kind: 'follow', profileId: 'ACoAA1' },
  withdraw: { kind: 'withdraw', profileId: 'ACoAA1', invitationUrn: null },
} as const;

const stops: [string, Answer][] = [
  ['challenge', { movedTo: 'https://www.linkedin.com/checkpoint/challenge/x' }],
  ['restricted', { status: 999 }],
  ['too_many_requests', { status: 429 }],
  ['logged_out', { status: 401 }],
];

describe.each(Object.keys(baselines) as (keyof typeof baselines)[])('reading a %s back', (kind) => {
  const step: LinkedinStep = { ...stepFor('t1', 1, kind), text: kind === 'message' ? 'Hello' : null };
  const baseline = JSON.stringify(baselines[kind]);

  it.each(stops)('ends with the first answer that says %s', async (code, answer) => {
    for (const when of [/./, /^(?!\/voyager\/api\/me$)/]) {
      const { env, asked } = emptyPage((url) => (when.test(url.pathname) ? answer : undefined));
      expect(await verify(env, step, baseline, signal())).toMatchObject({
        outcome: 'refused',
        failure: { code, effect: 'maybe_effect' },
      });
      expect(asked).toHaveLength(when.test('/voyager/api/me') ? 1 : 2);
    }
  });
});

it('a security check that stands behind what was read of a person is named, not taken for trouble', async () => {
  let isOver = false;
  const { env } = emptyPage((url) => {
    if (url.pathname === '/voyager/api/me')
      return isOver ? { movedTo: 'https://www.linkedin.com/checkpoint/challenge/x' } : undefined;
    // Refused about the person, answered about the member: this profile is not shown to them.
    isOver = url.href.includes(me.profileId);
    return isOver
      ? { json: { data: { memberRelationshipUnion: { self: {} } }, included: [] } }
      : { status: 403 };
  });
  const step: LinkedinStep = { ...stepFor('t1', 1, 'message'), text: 'Hello' };
  expect(await prepare(env, step, signal())).toMatchObject({
    outcome: 'failed',
    failure: { code: 'challenge' },
  });
});
