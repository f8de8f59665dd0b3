import type { Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Fault } from '../linkedin-twin/index.ts';
import { call } from './support/call.ts';
import {
  effects,
  logIn,
  openWorld,
  person,
  rep,
  runStep,
  signInElsewhere,
  stepFor,
  targetOf,
  type World,
} from './support/twin.ts';

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  page = await world.context.newPage();
  world.twin.control.clearFaults();
  await page.goto('https://www.linkedin.com/feed/');
});
afterEach(() => page.close());

let number = 500;
function known(degree: 1 | 2 | 3) {
  number += 1;
  const someone = person(String(number), { degree });
  world.twin.control.addPerson(someone);
  return someone;
}

test('a visit reads the profile and clicks nothing', async () => {
  const someone = known(3);
  const seen = world.twin.ledger().length;
  const run = await runStep(page, stepFor('visit', targetOf(someone, { profileId: null, memberId: null })));
  expect(run.prepared).toEqual({
    outcome: 'closed',
    reason: 'visited',
    profile: {
      memberId: someone.memberId,
      profileId: someone.profileId,
      slug: someone.slug,
      name: `Lena ${someone.lastName}`,
      headline: someone.headline,
      company: someone.company,
      location: someone.location,
      relation: 'not_connected',
    },
  });
  expect(effects(world.twin.ledger().slice(seen))).toEqual([]);
});

test('new connections come newest first, back to the moment asked for', async () => {
  const since = world.twin.now();
  const people = [known(2), known(2)];
  for (const { slug } of people) world.twin.control.setRelation(rep.memberId, slug, 'connected');
  known(1);
  const read = await call(page, 'readAcceptances', since);
  const ids = read.ok ? read.value.map((one) => one.profileId).sort() : [];
  expect(ids).toEqual(people.map((one) => one.profileId).sort());
});

test('a page of connections that is shorter than asked for does not end the read', async () => {
  const people = Array.from({ length: 15 }, (_, each) => `ACoAAASHORT${each + 10}`);
  await page.route('**/relationships/dash/connections?*', (route) => {
    const start = Number(new URL(route.request().url()).searchParams.get('start'));
    const ids = people.slice(start, start + 10);
    const included = ids.flatMap((id) => [
      {
        $type: 'com.linkedin.voyager.dash.relationships.Connection',
        connectedMember: `urn:li:fsd_profile:${id}`,
        createdAt: 5,
      },
      {
        $type: 'com.linkedin.voyager.dash.identity.profile.Profile',
        entityUrn: `urn:li:fsd_profile:${id}`,
        publicIdentifier: id.toLowerCase(),
      },
    ]);
    const urns = ids.map((id) => `urn:li:fsd_connection:${id}`);
    return route.fulfill({ json: { data: { '*elements': urns }, included } });
  });
  const read = await call(page, 'readAcceptances', 1);
  expect(read.ok && read.value.map((one) => one.profileId).sort()).toEqual(people);
});

test.each([
  { pages: 15, whole: true },
  { pages: 1_000, whole: false },
])('$pages pages of new conversations: read to the end, or said not to be', async ({ pages, whole }) => {
  let asked = 0;
  await page.route('**/voyagerMessagingGraphQL/**', (route) => {
    asked += 1;
    const urn = `urn:li:msg_conversation:${asked}`;
    const root = { '*elements': [urn], metadata: { nextCursor: asked < pages ? `page-${asked}` : null } };
    const one = {
      $type: 'com.linkedin.messenger.Conversation',
      entityUrn: urn,
      lastActivityAt: 1_000,
      '*conversationParticipants': [`urn:li:msg_messagingParticipant:urn:li:fsd_profile:${rep.profileId}`],
    };
    return route.fulfill({ json: { data: { data: { messengerConversations: root } }, included: [one] } });
  });
  const read = await call(page, 'readInbound', 1, []);
  if (whole) expect(read).toEqual({ ok: true, value: [] });
  // The place of the last whole read is kept.
  else expect(read).toMatchObject({ ok: false, error: { code: 'linkedin_error', effect: 'before_effect' } });
  expect(asked).toBe(whole ? pages : 50);
});

test('inbound messages of known people only', async () => {
  const since = world.twin.now();
  const [friend, stranger] = [known(1), known(1)];
  world.twin.control.messageFromOutside(rep.memberId, friend.slug, 'Yes, tell me more.');
  world.twin.control.messageFromOutside(rep.memberId, stranger.slug, 'Private.');
  const read = await call(page, 'readInbound', since, [friend.profileId]);
  expect(read).toMatchObject({
    ok: true,
    value: [{ fromProfileId: friend.profileId, text: 'Yes, tell me more.' }],
  });
  const all = await call(page, 'readInbound', since, null);
  expect(all.ok && all.value.map((one) => one.text).sort()).toEqual(['Private.', 'Yes, tell me more.']);
});

test.each([
  { signsIn: 'before', at: 1 },
  { signsIn: 'during', at: 2 },
])('lists are not taken for the member’s where somebody else signs in $signsIn the read', async ({ at }) => {
  const lists = ['readAcceptances', 'readInbound', 'readSentInvitations'] as const;
  for (const list of lists) {
    await signInElsewhere(page, at);
    const read =
      list === 'readAcceptances'
        ? await call(page, list, 0, rep.memberId)
        : list === 'readInbound'
          ? await call(page, list, 0, null, rep.memberId)
          : await call(page, list, rep.memberId);
    expect(read, list).toMatchObject({
      ok: false,
      error: { code: 'wrong_account', effect: 'before_effect' },
    });
    await page.unroute('**/voyager/api/me');
  }
  expect(await call(page, 'readAcceptances', world.twin.now(), rep.memberId)).toMatchObject({ ok: true });
});

test('a visit closes nothing by what somebody saw who signed in meanwhile', async () => {
  const someone = known(1);
  await signInElsewhere(page, 2);
  const run = await runStep(page, stepFor('visit', targetOf(someone)));
  expect(run.prepared).toMatchObject({ outcome: 'failed', failure: { code: 'wrong_account' } });
});

test('a branch ends for good only by what the bound member was shown', async () => {
  const someone = known(2);
  const step = stepFor('message', targetOf(someone));
  await signInElsewhere(page, 2);
  const other = await runStep(page, step);
  expect(other.prepared).toMatchObject({ outcome: 'failed', failure: { code: 'wrong_account' } });
  await page.unroute('**/voyager/api/me');
  await silentAfter(page, 1);
  const nobody = await runStep(page, step);
  expect(nobody.prepared).toMatchObject({ outcome: 'failed', failure: { code: 'linkedin_error' } });
  await page.unroute('**/voyager/api/me');
  const bound = await runStep(page, step);
  expect(bound.prepared).toMatchObject({ outcome: 'failed', failure: { code: 'not_connected' } });
});

test('nothing is learned of a person where LinkedIn does not say to whom it was shown', async () => {
  const someone = known(2);
  const step = stepFor('connect', targetOf(someone), { text: 'Hello.', whenNoNote: 'wait' });
  world.twin.control.setQuota(rep.memberId, { notesLeft: 0 });
  const bound = await runStep(page, step);
  expect(bound.prepared).toMatchObject({ failure: { code: 'note_quota_reached' }, profile: {} });
  await silentAfter(page, 1);
  const nobody = await runStep(page, step);
  expect(nobody.prepared).toMatchObject({ failure: { code: 'note_quota_reached' }, profile: null });
  world.twin.control.setQuota(rep.memberId, { notesLeft: 5 });
});

/** Once it has said so this often, LinkedIn no longer says who is signed in. */
async function silentAfter(open: Page, times: number): Promise<void> {
  let asked = 0;
  await open.route('**/voyager/api/me', (route) => {
    asked += 1;
    return asked > times ? route.fulfill({ status: 500, json: {} }) : route.continue();
  });
}

test.each([
  {
    refused: 'one person',
    pattern: (id: string) => `**/*MemberRelationships/*${id}`,
    code: 'profile_unavailable',
  },
  { refused: 'everybody', pattern: () => '**/*MemberRelationships/*', code: 'layout_unknown' },
])('a relation refused about $refused is $code', async ({ pattern, code }) => {
  const someone = known(1);
  await page.route(pattern(someone.profileId), (route) => route.fulfill({ status: 403, json: {} }));
  const run = await runStep(page, stepFor('message', targetOf(someone)));
  expect(run.prepared).toMatchObject({ outcome: 'failed', failure: { code, effect: 'before_effect' } });
});

test('the relation is read without opening the profile', async () => {
  const someone = known(2);
  world.twin.control.setRelation(rep.memberId, someone.slug, 'pending');
  const read = await call(page, 'readRelation', targetOf(someone));
  expect(read).toMatchObject({ ok: true, value: { relation: 'invite_sent', memberId: someone.memberId } });
  const wrong = await call(page, 'readRelation', targetOf(someone, { memberId: '1' }));
  expect(wrong).toMatchObject({ ok: false, error: { code: 'wrong_person' } });
});

test.each<[Fault['effect'], string, string]>([
  ['429', 'too_many_requests', 'unknown'],
  ['999', 'restricted', 'inactive restricted'],
  ['500', 'linkedin_error', 'unknown'],
  ['redirect_login', 'logged_out', 'inactive session_expired'],
  ['redirect_loop', 'logged_out', 'inactive session_expired'],
  ['html_in_200', 'layout_unknown', 'unknown'],
  ['hang', 'timeout', 'unknown'],
])('the answer %s is the failure %s and the session %s', async (effect, code, session) => {
  // The browser goes along 20 times; the question that does not is one more.
  const times = effect === 'redirect_loop' ? 22 : 1;
  world.twin.control.armFault({ on: 'api', effect, times });
  const read = await call(page, 'readAcceptances', 0);
  expect(read).toMatchObject({ ok: false, error: { code, effect: 'before_effect' } });
  world.twin.control.armFault({ on: 'api', effect, times });
  const report = await call(page, 'readSession');
  expect(report.state === 'inactive' ? `inactive ${report.reason}` : report.state).toBe(session);
});

test('a visit goes by the page where a changed answer cannot be read', async () => {
  const someone = known(1);
  await page.route('**/voyagerRelationshipsDashMemberRelationships/**', (route) =>
    route.fulfill({ status: 400, json: {} }),
  );
  const run = await runStep(page, stepFor('visit', targetOf(someone)));
  expect(run.prepared).toMatchObject({ outcome: 'closed', profile: { relation: 'connected' } });
});

test('a session that ends is seen by page and answer', async () => {
  expect(await call(page, 'readSession')).toMatchObject({
    state: 'logged_in',
    member: { memberId: rep.memberId },
  });
  world.twin.control.expireSession(rep.memberId);
  expect(await call(page, 'readSession')).toMatchObject({ state: 'inactive', reason: 'session_expired' });
  await page.goto('https://www.linkedin.com/feed/');
  expect(await call(page, 'detectSession')).toMatchObject({ state: 'inactive', reason: 'session_expired' });
  await logIn(world.context);
});
