import type { Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { linkedinListOf } from '#shared/identity/linkedinList.ts';
import { must } from '#shared/kernel/assert.ts';
import { call } from './support/call.ts';
import { endOf, openWorld, person, rep, runStep, stepFor, targetOf, type World } from './support/twin.ts';

/** A field that LinkedIn calls otherwise from one day to the next is never "nothing there". */

const seller = { ...rep, salesNavigator: true };
const writer = person('7701', { degree: 1 });
const accepted = person('7702');
const invited = person('7703');

let world: World;
let page: Page;
let since: number;
beforeAll(async () => {
  world = await openWorld(seller);
  const { control } = world.twin;
  for (const someone of [writer, accepted, invited]) control.addPerson(someone);
  since = world.twin.now();
  control.messageFromOutside(rep.memberId, writer.slug, 'Please call me.');
  control.setRelation(rep.memberId, accepted.slug, 'connected');
  control.setRelation(rep.memberId, invited.slug, 'pending');
  control.setCircle({ kind: 'group', id: '77', name: 'Freight', people: [rep.profileId, writer.profileId] });
  control.setCircle({ kind: 'sales_list', id: '99', name: 'Leads', people: [writer.profileId] });
  page = await world.context.newPage();
  await page.goto('https://www.linkedin.com/feed/');
});
afterAll(() => world.close());
beforeEach(() => world.twin.control.clearFaults());

const list = (url: string) =>
  call(page, 'readListPage', {
    list: must(linkedinListOf(url), 'list'),
    start: 0,
    count: 10,
    expectedMemberId: rep.memberId,
  });

const reads = {
  acceptances: () => call(page, 'readAcceptances', since),
  replies: () => call(page, 'readInbound', since, [writer.profileId]),
  // The call for the sent list has a page to fall back on; see below.
  relation: () => call(page, 'readRelation', targetOf(invited)),
  person: () => call(page, 'readRelation', targetOf(invited, { profileId: null, memberId: null })),
  connections: () => list('https://www.linkedin.com/mynetwork/invite-connect/connections/'),
  search: () => list('https://www.linkedin.com/search/results/people/?keywords=lena'),
  members: () => list('https://www.linkedin.com/groups/77/members/'),
  leads: () => list('https://www.linkedin.com/sales/lists/people/99'),
};

test.each<[keyof typeof reads, string, string | undefined]>([
  ['acceptances', '*elements', undefined],
  ['acceptances', '$type', 'Connection'],
  ['acceptances', 'connectedMember', 'Connection'],
  ['acceptances', 'createdAt', 'Connection'],
  ['acceptances', '$type', 'Profile'],
  ['acceptances', 'publicIdentifier', 'Profile'],
  ['replies', '*elements', undefined],
  ['replies', '$type', 'Conversation'],
  ['replies', 'lastActivityAt', 'Conversation'],
  ['replies', '*conversationParticipants', 'Conversation'],
  ['replies', '$type', 'Message'],
  ['replies', 'deliveredAt', 'Message'],
  ['replies', '*sender', 'Message'],
  ['replies', 'publicIdentifier', 'MiniProfile'],
  ['relation', 'memberRelationshipUnion', undefined],
  ['relation', 'invitationUnion', undefined],
  ['relation', 'invitationType', 'Invitation'],
  ['relation', '$type', 'Invitation'],
  ['person', '$type', 'Profile'],
  ['person', 'publicIdentifier', 'Profile'],
  ['person', 'firstName', 'Profile'],
  ['connections', '*elements', undefined],
  ['connections', '$type', 'Profile'],
  ['connections', 'publicIdentifier', 'Profile'],
  ['search', 'itemUnion', undefined],
  ['search', '$type', 'EntityResultViewModel'],
  ['search', 'navigationUrl', undefined],
  ['search', 'entityCustomTrackingInfo', undefined],
  ['members', '*elements', undefined],
  ['members', 'firstName', 'Profile'],
  ['leads', 'elements', undefined],
  ['leads', 'fullName', undefined],
  ['leads', 'flagshipProfileUrl', undefined],
])('%s: %s of %s', async (read, field, of) => {
  const before: { ok: boolean } = await reads[read]();
  expect(before.ok).toBe(true);
  world.twin.control.renameField(field, of);
  const asked = world.twin.toolRequests().length;
  expect(await reads[read]()).toMatchObject({ ok: false, error: { code: 'layout_unknown' } });
  // Other query ids are tried, each once.
  expect(world.twin.toolRequests().length - asked).toBeLessThanOrEqual(8);
});

test.each([
  ['*elements', undefined],
  ['$type', 'Invitation'],
  ['toMemberId', undefined],
])('the sent list goes by its page where %s is called otherwise', async (field, of) => {
  world.twin.control.renameField(field, of);
  if (field === 'toMemberId') world.twin.control.renameField('*toMember');
  const read = await call(page, 'readSentInvitations');
  expect(read).toMatchObject({
    ok: true,
    value: { invitations: [{ slug: invited.slug, profileId: null }] },
  });
});

test('the sent list is not taken from its page where not even who is signed in can be read', async () => {
  world.twin.control.renameField('$type');
  expect(await call(page, 'readSentInvitations')).toMatchObject({
    ok: false,
    error: { code: 'layout_unknown' },
  });
});

test('an empty inbox and no connection since are read as such', async () => {
  const later = world.twin.now() + 1;
  expect(await call(page, 'readInbound', later, null)).toEqual({ ok: true, value: [] });
  expect(await call(page, 'readAcceptances', later)).toEqual({ ok: true, value: [] });
});

test('more conversations than one answer holds are read to the moment asked for', async () => {
  const many = Array.from({ length: 25 }, (_, each) => person(String(7750 + each), { degree: 1 }));
  for (const someone of many) {
    world.twin.control.addPerson(someone);
    world.twin.control.messageFromOutside(rep.memberId, someone.slug, 'Hello');
  }
  const read = await call(page, 'readInbound', since, [writer.profileId]);
  expect(read).toMatchObject({ ok: true, value: [{ fromProfileId: writer.profileId }] });
  world.twin.control.renameField('nextCursor');
  expect(await call(page, 'readInbound', since, [writer.profileId])).toMatchObject({
    ok: false,
    error: { code: 'layout_unknown' },
  });
});

test('a message step stops where the thread cannot be read, before anything is clicked', async () => {
  world.twin.control.renameField('deliveredAt', 'Message');
  const seen = world.twin.ledger().length;
  const run = await runStep(page, stepFor('message', targetOf(writer)));
  expect(endOf(run)).toBe('layout_unknown before_effect');
  expect(
    world.twin
      .ledger()
      .slice(seen)
      .map(({ kind }) => kind),
  ).not.toContain('message');
});
