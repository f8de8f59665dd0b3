import { describe, expect, it } from 'vitest';
import { people, petra, robin } from './people.ts';
import { api, effects, openProfile, page, SITE, setUpStage, start, topcard, twin } from './stage.ts';

setUpStage();

const jo = {
  ...people.indigo,
  memberId: '200000900',
  profileId: 'ACoAAJO',
  slug: 'jo-stone',
  firstName: 'Jo',
  posts: [
    {
      activityId: '7300000000000000001',
      text: 'Look',
      repostOf: { slug: 'avery-stone', name: 'Avery Stone' },
    },
    { activityId: '7300000000000000002', text: 'Mine' },
  ],
};

describe('following', () => {
  it('toggles in the row and in the menu, and shows it before the answer', async () => {
    await start(robin);
    await openProfile(people.devon);
    await topcard().locator('[componentkey$="_follow"]').click();
    await topcard().locator('[componentkey$="_following"]').waitFor();
    await topcard().locator('[componentkey$="_following"]').click();
    await expect
      .poll(() => effects().map((e) => `${e.kind} ${e.via}`))
      .toEqual(['follow row', 'unfollow row']);
    await openProfile(people.avery);
    await topcard().locator('button[aria-expanded]').click();
    await page.locator('[role=menuitem]').getByText('Follow', { exact: true }).click();
    await expect.poll(() => effects().at(-1)).toMatchObject({ kind: 'follow', via: 'menu' });
    const profile = await api(
      `/voyager/api/identity/dash/profiles?q=memberIdentity&memberIdentity=avery-stone`,
    );
    expect(profile.body).toContain('"following":true');
  });

  it('takes the new state back when LinkedIn refuses', async () => {
    await start(robin);
    twin.control.armFault({ on: 'follow', effect: 'error_toast', times: 1 });
    await openProfile(people.devon);
    await topcard().locator('[componentkey$="_follow"]').click();
    await page.locator('#interop-outlet').getByText('Something went wrong').waitFor();
    expect(await topcard().locator('[componentkey$="_follow"]').count()).toBe(1);
    expect(effects()).toEqual([]);
  });

  it('comes with a connection', async () => {
    await start(robin);
    await openProfile(people.emery);
    await topcard().locator('button[aria-expanded]').click();
    await page.locator('[role=menuitem]').getByText('Following').waitFor();
  });
});

describe('the activity page', () => {
  it('holds posts and reposts; a like is reversible and a comment’s Like is a stray', async () => {
    await start(robin);
    twin.control.addPerson(jo);
    await page.goto(`${SITE}/in/${jo.profileId}/recent-activity/all/`);
    expect(page.url()).toBe(`${SITE}/in/jo-stone/recent-activity/all/`);
    await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false);
    const cards = page.locator('[componentkey*="FeedType_"]');
    expect(await cards.count()).toBe(2);
    const like = cards.nth(1).locator('button[aria-label^="Reaction button state"]');
    await like.first().click();
    await expect
      .poll(() => effects())
      .toMatchObject([{ kind: 'like', targetSlug: 'jo-stone', via: 'activity' }]);
    await page.reload();
    await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false);
    expect(await like.first().getAttribute('aria-label')).toBe('Reaction button state: Like');
    await like.first().click();
    await like.nth(1).click();
    await expect.poll(() => effects().map((e) => e.kind)).toEqual(['like', 'unlike', 'stray']);
  });

  it('has an old form with urns, and one without posts', async () => {
    await start(robin);
    twin.control.addPerson({ ...jo, activityFrontEnd: 'ember' });
    await page.goto(`${SITE}/in/jo-stone/recent-activity/all/`);
    const post = page.locator('[data-urn="urn:li:activity:7300000000000000002"]');
    await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false);
    await post.locator('.feed-shared-social-action-bar button').click();
    await expect.poll(() => effects().map((e) => e.text)).toEqual(['7300000000000000002']);
    expect(await post.locator('button').first().getAttribute('aria-pressed')).toBe('true');
    await page.goto(`${SITE}/in/avery-stone/recent-activity/all/`);
    await page.getByText('Nothing to see for now').waitFor();
  });
});

describe('withdrawing', () => {
  it('answers yes to a withdrawal that it does not do', async () => {
    await start(robin);
    twin.control.setRelation(robin.memberId, 'hollis-stone', 'pending');
    twin.control.armFault({ on: 'withdraw', effect: 'close_without_success', times: 1 });
    await openProfile(people.hollis);
    await topcard().locator('[componentkey$="_pending"]').click();
    await page.locator('dialog[open] button[aria-label^="Withdraw"]').click();
    await topcard().locator('[componentkey$="_connect"]').waitFor();
    expect(effects()).toEqual([]);
    await page.reload();
    await topcard().locator('[componentkey$="_pending"]').waitFor();
  });
});

describe('InMail', () => {
  it('is free to open profiles and not offered by those who take none', async () => {
    await start(petra);
    twin.control.addPerson({ ...jo, openProfile: true });
    const compose = `${SITE}/messaging/compose/?recipient=`;
    await page.goto(`${compose}${jo.profileId}`);
    await page.getByText('Free message').waitFor();
    await page.fill('input[name=subject]', 'Hello');
    await page.locator('.msg-form__contenteditable').click();
    await page.keyboard.insertText('Hi Jo');
    await page.locator('.msg-form__send-button').click();
    await expect.poll(() => effects()).toMatchObject([{ kind: 'inmail', targetSlug: 'jo-stone' }]);
    await page.goto(`${compose}${people.avery.profileId}`);
    await page.getByText('1 of 5').waitFor();
    twin.control.addPerson({ ...people.hollis, noInmail: true });
    await page.goto(`${compose}${people.hollis.profileId}`);
    await page.getByText('can’t receive InMail').waitFor();
    expect(await page.locator('form.msg-form').count()).toBe(0);
  });
});
