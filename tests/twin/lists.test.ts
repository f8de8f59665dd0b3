import { expect, it } from 'vitest';
import { people, petra, robin } from './people.ts';
import { api, context, dialog, effects, page, SITE, setUpStage, shadow, start, twin } from './stage.ts';

const { avery, blake, devon, emery, gale, hollis } = people;

setUpStage();

const rowsOf = (selector: string) => page.locator(selector).filter({ visible: true });
const crowd = Array.from({ length: 34 }, (_, i) => ({
  ...hollis,
  memberId: String(300_000_000 + i),
  profileId: `ACoAACROWD${i}`,
  slug: `crowd-${i}`,
  firstName: 'Crowd',
  lastName: `Number ${i}`,
}));

async function startWithCrowd(member = robin): Promise<void> {
  await start(member);
  for (const person of crowd) twin.control.addPerson(person);
}

it('shows ten people a search page, links nested, and invites the one whose Connect is clicked', async () => {
  await startWithCrowd();
  await page.goto(`${SITE}/search/results/people/?keywords=crowd&page=4`);
  await expect.poll(() => rowsOf('[role=listitem]').count()).toBe(4);
  expect(await page.locator('[role=listitem] a a[href*="/in/crowd-30"]').count()).toBe(1);
  const row = page.locator('#SearchResults300000030');
  await expect.poll(() => page.evaluate(() => Reflect.get(window, '__unhydrated'))).toBe(false);
  await row.locator('a').click();
  await dialog().waitFor();
  await shadow().getByRole('button', { name: 'Send without a note' }).click();
  await expect.poll(() => effects()).toHaveLength(1);
  expect(effects()[0]).toMatchObject({ kind: 'invite', targetSlug: 'crowd-30', via: 'search' });
});

it('names nobody outside the network and stops at the monthly search limit', async () => {
  await start(robin);
  twin.control.addPerson({ ...devon, memberId: '7', profileId: 'ACoAAFAR', slug: 'far', outOfNetwork: true });
  twin.control.setQuota(robin.memberId, { searchPagesLeft: 2 });
  await page.goto(`${SITE}/search/results/people/?network=%5B%22O%22%5D`);
  await expect.poll(() => rowsOf('[role=listitem]').count()).toBe(2);
  await expect.poll(() => page.getByText('LinkedIn Member').count()).toBe(1);
  expect(await page.locator('a[href*="/in/far"]').count()).toBe(0);
  const query = '(keywords:,flagshipSearchIntent:SEARCH_SRP,queryParameters:(network:List(O)))';
  const read = () => api(`/voyager/api/search/dash/clusters?q=all&query=${query}&start=0&count=10`);
  expect((await read()).body).toContain('devon-stone');
  expect((await read()).body).toContain('bannerCard');
  await page.reload();
  await page.getByRole('heading', { name: 'monthly limit for profile searches' }).waitFor();
});

it('loads connections, attendees and members ten at a time, only while they can be seen', async () => {
  await startWithCrowd();
  const all = [robin, ...crowd].map((p) => p.profileId);
  twin.control.setCircle({ kind: 'group', id: '77', name: 'Freight people', people: all });
  twin.control.setCircle({ kind: 'event', id: '88', name: 'Freight day', people: all });
  for (const person of crowd) twin.control.setRelation(robin.memberId, person.slug, 'connected');
  for (const [path, row] of [
    ['/mynetwork/invite-connect/connections/', '[role=listitem]'],
    ['/events/88/attendees/', '[role=listitem]'],
    ['/groups/77/members/', 'li.groups-members-list__typeahead-result'],
  ] as const) {
    await page.goto(SITE + path);
    await expect.poll(() => page.locator(row).count()).toBeGreaterThanOrEqual(10);
    await expect
      .poll(async () => {
        await page.locator('[data-more]').scrollIntoViewIfNeeded();
        return page.locator(row).count();
      })
      .toBeGreaterThanOrEqual(crowd.length);
  }
  await page.getByRole('textbox', { name: 'Search members' }).fill('number 33');
  await expect.poll(() => page.locator('li.groups-members-list__typeahead-result').count()).toBe(1);
});

it('adds no row to a list in a tab that cannot be seen', async () => {
  await startWithCrowd();
  for (const person of crowd) twin.control.setRelation(robin.memberId, person.slug, 'connected');
  await page.addInitScript(() => {
    // A hidden tab gets no intersections; Playwright's tabs are never hidden.
    Reflect.set(
      window,
      'IntersectionObserver',
      class {
        observe() {}
        unobserve() {}
      },
    );
  });
  await page.goto(`${SITE}/mynetwork/invite-connect/connections/`);
  await expect.poll(() => page.locator('[role=listitem]').count()).toBe(10);
  await page.locator('[data-more]').scrollIntoViewIfNeeded();
  expect(await page.locator('[role=listitem]').count()).toBe(10);
});

it('lists a post’s reactors, in the page and by its API; not those who are gone', async () => {
  await start(robin);
  const post = {
    activityId: '7300000000000000001',
    text: 'Ports',
    reactors: [emery.slug, gale.slug, devon.profileId],
  };
  twin.control.addPerson({
    ...hollis,
    profileId: 'ACoAAAUTHOR',
    memberId: '8',
    slug: 'author',
    posts: [post],
  });
  await page.goto(`${SITE}/feed/update/urn:li:activity:${post.activityId}/`);
  // A click before that is swallowed, as on the real page.
  await expect.poll(() => page.evaluate(() => Reflect.get(window, '__unhydrated'))).toBe(false);
  await page.getByRole('button', { name: '2 reactions' }).click();
  await expect.poll(() => page.locator('.social-details-reactors-tab-body-list-item').count()).toBe(2);
  const variables = `(count:10,start:0,threadUrn:urn%3Ali%3Aactivity%3A${post.activityId})`;
  const id = () => twin.queryIds().socialDashReactionsByReactionType;
  const read = () => api(`/voyager/api/graphql?variables=${variables}&queryId=${id()}`);
  const before = id();
  expect((await read()).body).toContain('emery-stone');
  twin.control.rotateQueryIds();
  expect((await api(`/voyager/api/graphql?variables=${variables}&queryId=${before}`)).status).toBe(400);
  expect((await read()).status).toBe(200);
});

it('keeps Sales Navigator for those with a seat: search, list, lead, invitation and message', async () => {
  await start(robin);
  await page.goto(`${SITE}/sales/search/people?query=(keywords:stone)`);
  await page.waitForURL('**/sales/home');
  expect((await api('/sales-api/salesApiCredits?q=findCreditGrant')).status).toBe(403);
  await context.close();
  await twin.stop();

  await start({ ...petra });
  await page.goto(`${SITE}/sales/home`);
  await page.getByRole('heading', { name: 'Sales Navigator' }).waitFor();
});

it('reads a seat’s searches and invites and writes from the lead page', async () => {
  const seat = { ...petra, salesNavigator: true };
  await start(seat, [seat]);
  twin.control.setCircle({ kind: 'sales_list', id: '5', name: 'Ports', people: [avery.slug, emery.slug] });
  await page.goto(`${SITE}/sales/lists/people/5`);
  await expect.poll(() => page.locator('[data-anonymize=person-name]').count()).toBe(2);
  const leads = JSON.parse(
    (await api('/sales-api/salesApiLeadSearch?q=searchQuery&query=(keywords:stone)&start=0&count=25')).body,
  );
  expect(leads.paging.total).toBeGreaterThan(5);
  const list = JSON.parse(
    (await api('/sales-api/salesApiPeopleSearch?q=peopleSearchQuery&query=(list:5)&start=0&count=25')).body,
  );
  expect(list.elements.map((e: { objectUrn: string }) => e.objectUrn)).toEqual([
    `urn:li:member:${avery.memberId}`,
    `urn:li:member:${emery.memberId}`,
  ]);
  await page.locator('a[href*="/sales/lead/"]').first().click();
  await page.getByRole('button', { name: 'Open actions overflow menu' }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.getByRole('button', { name: 'Send Invitation' }).click();
  await expect
    .poll(() => effects().map((e) => `${e.kind} ${e.targetSlug} ${e.via}`))
    .toEqual(['invite avery-stone sales']);
  await page.locator('[data-anchor-send-inmail]').click();
  await page.locator('.message-overlay input').fill('Ports');
  await page.locator('.message-overlay textarea').fill('Hello');
  await page.locator('[data-send]').click();
  await page.getByText('You sent a Sales Navigator message').waitFor();
  expect(effects().at(-1)).toMatchObject({ kind: 'inmail', targetSlug: avery.slug, via: 'sales' });
});

it('opens contact info over the profile, by click and by address', async () => {
  await start(robin);
  twin.control.addPerson({ ...blake, contact: { email: 'blake@sample.test', phone: '+44 20 7946 0000' } });
  await page.goto(`${SITE}/in/${blake.slug}/overlay/contact-info/`);
  await page.locator('dialog a[href="mailto:blake@sample.test"]').waitFor();
  expect((await api(`/voyager/api/identity/profiles/${blake.slug}/profileContactInfo`)).body).toContain(
    '7946',
  );
});

it('shows the feed as far as one scrolls', async () => {
  await start(robin);
  const posts = Array.from({ length: 25 }, (_, i) => ({
    activityId: String(7300000000000000000n + BigInt(i)),
    text: `Post ${i}`,
  }));
  twin.control.addPerson({ ...avery, posts });
  await page.setViewportSize({ width: 1000, height: 400 });
  await page.goto(`${SITE}/feed/`);
  await expect.poll(() => page.locator('[data-testid=mainFeed] [role=listitem]').count()).toBe(10);
  await page.locator('main > [data-more]').scrollIntoViewIfNeeded();
  await expect.poll(() => page.locator('[data-testid=mainFeed] [role=listitem]').count()).toBe(20);
});
