import type { Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { undocumented } from '../support/linkedinRequests.ts';
import { call } from './support/call.ts';
import { openWorld, person, rep, targetOf, type World } from './support/twin.ts';

/** LinkedIn counted up the numbers of its decorations: reads follow the catalogue, or the page's own requests. */

const friend = person('7901', { degree: 1 });
const invited = person('7902');

let world: World;
let page: Page;
beforeAll(async () => {
  world = await openWorld();
  for (const someone of [friend, invited]) world.twin.control.addPerson(someone);
  world.twin.control.setRelation(rep.memberId, friend.slug, 'connected');
  world.twin.control.setRelation(rep.memberId, invited.slug, 'pending');
});
afterAll(() => world.close());
beforeEach(async () => {
  page = await world.context.newPage();
  await page.goto('https://www.linkedin.com/feed/');
  world.twin.control.clearFaults();
  world.twin.control.oldestDecoration(900);
  return () => page.close();
});

const byName = targetOf(friend, { profileId: null, memberId: null });
const reads = {
  connections: () => call(page, 'readAcceptances', 0),
  person: () => call(page, 'readRelation', byName),
};
const changed = { ok: false, error: { code: 'layout_unknown' } };

test.each([
  ['connections', 'connectionList', 'com.linkedin.voyager.dash.deco.web.mynetwork.ConnectionListWithProfile'],
  ['person', 'topCard', 'com.linkedin.voyager.dash.deco.identity.profile.WebTopCardCore'],
] as const)(
  '%s: an unknown decoration is a change, until data or the page names the new one',
  async (read, name, base) => {
    expect(await reads[read]()).toMatchObject(changed);
    const update = (id: string) => ({ version: '2099-01-02', entries: {}, queryIds: { [name]: [id] } });
    expect(await call(page, 'useCatalogue', update(`${base}-901`))).toBe(true);
    expect(await reads[read]()).toMatchObject({ ok: true });

    world.twin.control.oldestDecoration(950);
    expect(await reads[read]()).toMatchObject(changed);
    await page.evaluate(
      (id) => fetch(`/li/track?decorationId=${id}`).then((answer) => answer.text()),
      `${base}-951`,
    );
    expect(await reads[read]()).toMatchObject({ ok: true });
  },
);

test('who does not exist is no unknown decoration: only the member themself is asked for beside them', async () => {
  world.twin.control.oldestDecoration(0);
  const asked = world.twin.toolRequests().length;
  const nobody = { ...byName, slug: 'nobody-at-all' };
  const read = await call(page, 'readRelation', nobody);
  expect(read).toMatchObject({ ok: false, error: { code: 'profile_not_found' } });
  expect(world.twin.toolRequests().slice(asked)).toEqual([
    expect.stringContaining('memberIdentity=nobody-at-all&'),
    'GET /voyager/api/me',
    expect.stringContaining(`memberIdentity=${rep.profileId}&`),
  ]);
});

test('the sent list goes by its page where its call is not known any more, and asks for nothing undocumented', async () => {
  world.twin.control.renameField('*elements');
  const asked = world.twin.toolRequests().length;
  const read = await call(page, 'readSentInvitations');
  expect(read).toMatchObject({ ok: true, value: { invitations: [{ slug: invited.slug }], complete: true } });
  const requests = world.twin.toolRequests().slice(asked);
  expect(requests).toContain('GET /mynetwork/invitation-manager/sent/CONNECTION/');
  expect(undocumented(requests)).toEqual([]);
});
