import { describe, expect, it } from 'vitest';
import { people, petra, robin } from './people.ts';
import {
  dialog,
  effects,
  HOUR,
  openProfile,
  page,
  relationOf,
  SITE,
  setUpStage,
  shadow,
  start,
  topcard,
  twin,
} from './stage.ts';

setUpStage();

describe('inviting', () => {
  it('from the row with a note: dialog in the shadow root, counter, Pending, toast', async () => {
    await start(robin);
    await openProfile(people.avery);
    await topcard().locator('a[componentkey$="_connect"]').click();
    await dialog().getByRole('button', { name: 'Add a note' }).click();
    const send = dialog().getByRole('button', { name: 'Send invitation' });
    expect(await send.isDisabled()).toBe(true);
    await dialog().locator('#custom-message').fill('x'.repeat(201));
    expect(await send.isDisabled()).toBe(true);
    await dialog().locator('#custom-message').fill('Hi Avery');
    expect(await dialog().textContent()).toContain('8/200');
    expect(effects()).toEqual([]);
    await send.click();
    await topcard().locator('[componentkey$="_pending"]').waitFor();
    await shadow().getByText('Invitation sent to Avery.').waitFor();
    expect(effects()).toMatchObject([
      {
        kind: 'invite',
        actor: robin.memberId,
        targetProfileId: people.avery.profileId,
        targetSlug: 'avery-stone',
        text: 'Hi Avery',
        via: 'row',
      },
    ]);
    expect(await relationOf(people.avery)).toContain('"invitationState":"PENDING"');
    await page.goto(`${SITE}/mynetwork/invitation-manager/sent/`);
    expect(await page.getByText('People (1)').count()).toBe(1);
  });

  it('from the menu, whose items come late, without a note', async () => {
    await start(robin);
    await openProfile(people.blake);
    expect(await topcard().locator('[componentkey$="_connect"]').count()).toBe(0);
    await topcard().getByRole('button', { name: 'More' }).click();
    await page.locator('[role=menu] a[href*="vanityName=blake-stone"]').click();
    await dialog().getByRole('button', { name: 'Send without a note' }).click();
    await topcard().locator('[componentkey$="_pending"]').waitFor();
    expect(effects()).toMatchObject([{ kind: 'invite', text: null, via: 'menu', targetSlug: 'blake-stone' }]);
  });

  it('in the iframe, for people whose dialog LinkedIn shows there', async () => {
    await start(robin);
    await openProfile(people.frankie);
    await topcard().locator('a[componentkey$="_connect"]').click();
    const frame = page.frameLocator('iframe[data-testid=interop-iframe]');
    await frame.getByRole('button', { name: 'Send without a note' }).click();
    await topcard().locator('[componentkey$="_pending"]').waitFor();
    expect(effects()).toMatchObject([{ kind: 'invite', via: 'row', targetSlug: 'frankie-stone' }]);
  });

  it('by the direct page, which sends nothing by itself', async () => {
    await start(robin);
    await page.goto(`${SITE}/preload/custom-invite/?vanityName=hollis-stone`);
    await page.locator('[data-test-modal-id=send-invite-modal]').waitFor();
    expect(effects()).toEqual([]);
    await page.getByRole('button', { name: 'Send without a note' }).click();
    await page.getByText('Invitation sent to Hollis.').waitFor();
    expect(effects()).toMatchObject([{ kind: 'invite', via: 'preload', targetSlug: 'hollis-stone' }]);
  });

  it('asks for the email where LinkedIn does, and refuses who cannot be invited', async () => {
    await start(robin);
    await openProfile(people.casey);
    await topcard().locator('a[componentkey$="_connect"]').click();
    const send = dialog().getByRole('button', { name: 'Send without a note' });
    expect(await send.isDisabled()).toBe(true);
    await dialog().locator('input[type=email]').fill('someone@else.test');
    await send.click();
    await shadow().getByText('Unable to connect to Casey Stone.').waitFor();
    expect(effects()).toEqual([]);
    await topcard().locator('a[componentkey$="_connect"]').click();
    await dialog().locator('input[type=email]').fill('casey@sample.test');
    await send.click();
    await topcard().locator('[componentkey$="_pending"]').waitFor();
    await page.goto(`${SITE}/preload/custom-invite/?vanityName=devon-stone`);
    await page.getByRole('button', { name: 'Send without a note' }).click();
    await page.getByText('Unable to connect to Devon Stone.').waitFor();
    expect(effects().map((e) => e.targetSlug)).toEqual(['casey-stone']);
  });

  it('says when the notes of the month are used up; without a note it still works', async () => {
    await start(robin);
    twin.control.setQuota(robin.memberId, { notesLeft: 0 });
    await openProfile(people.hollis);
    await topcard().locator('a[componentkey$="_connect"]').click();
    await dialog().getByRole('button', { name: 'Add a note' }).click();
    await shadow().locator('[data-test-modal-id=modal-upsell] a[href*="/premium/"]').waitFor();
    await dialog().getByRole('button', { name: 'Dismiss' }).click();
    await topcard().locator('a[componentkey$="_connect"]').click();
    await dialog().getByRole('button', { name: 'Send without a note' }).click();
    await topcard().locator('[componentkey$="_pending"]').waitFor();
    expect(effects()).toHaveLength(1);
  });

  it('blocks at the weekly limit, warns before it, and is full again a week later', async () => {
    await start(petra);
    twin.control.setQuota(petra.memberId, { weeklyInvitesLeft: 1, weeklyWarnAt: 0 });
    const connect = async (who: { slug: string }) => {
      await openProfile(who);
      await topcard().locator('a[componentkey$="_connect"]').click();
      await dialog().getByRole('button', { name: 'Send without a note' }).click();
    };
    await connect(people.hollis);
    await shadow().locator('.ip-fuse-limit-alert').getByText('approaching').waitFor();
    await connect(people.indigo);
    await shadow().locator('.ip-fuse-limit-alert').getByText('reached the weekly').waitFor();
    expect(effects().map((e) => e.targetSlug)).toEqual(['hollis-stone']);
    twin.setClockOffset(8 * 24 * HOUR);
    await connect(people.indigo);
    await topcard().locator('[componentkey$="_pending"]').waitFor();
    expect(effects()).toHaveLength(2);
  });

  it('records a click in a rail as a stray, sent at once', async () => {
    await start(robin);
    await openProfile(people.hollis);
    const row = page.locator('aside [role=listitem]').first();
    await row.locator('button').click();
    await row.getByText('Pending').waitFor();
    expect(effects()).toMatchObject([{ kind: 'stray', via: 'rail', targetSlug: 'avery-stone' }]);
  });

  it('plays armed faults once: before the effect, and after it', async () => {
    await start(robin);
    const attempt = async () => {
      await openProfile(people.hollis);
      await topcard().locator('a[componentkey$="_connect"]').click();
      await dialog().getByRole('button', { name: 'Send without a note' }).click();
      await dialog().waitFor({ state: 'detached' });
    };
    twin.control.armFault({ on: 'invite', effect: 'close_without_success', times: 1 });
    await attempt();
    expect(await shadow().locator('.artdeco-toast-item').count()).toBe(0);
    expect(effects()).toEqual([]);
    twin.control.armFault({ on: 'invite', effect: '999', times: 1 });
    await attempt();
    expect(effects()).toEqual([]);
    twin.control.armFault({ on: 'invite', effect: 'drop_after_effect', times: 1 });
    await attempt();
    await shadow().getByText('Unable to connect').waitFor();
    expect(effects()).toMatchObject([{ kind: 'invite', targetSlug: 'hollis-stone' }]);
  });

  it('leads to the login when the session ends in the middle', async () => {
    await start(robin);
    await openProfile(people.hollis);
    await topcard().locator('a[componentkey$="_connect"]').click();
    await dialog().waitFor();
    twin.control.logout(robin.memberId);
    await dialog().getByRole('button', { name: 'Send without a note' }).click();
    await page.waitForURL('**/uas/login?**');
    expect(effects()).toEqual([]);
  });

  it('withdraws from the sent list and then refuses a new one for three weeks', async () => {
    await start(robin);
    twin.control.setRelation(robin.memberId, 'hollis-stone', 'pending');
    await page.goto(`${SITE}/mynetwork/invitation-manager/sent/`);
    const anchor = page.locator('a[aria-label="Withdraw invitation sent to Hollis Stone"]');
    await expect.poll(() => anchor.getAttribute('href')).toBe(`${SITE}/`);
    await openProfile(people.hollis);
    await topcard().locator('[componentkey$="_pending"]').click();
    await page.locator('dialog[open] button[aria-label^="Withdraw"]').click();
    await topcard().locator('[componentkey$="_connect"]').click();
    await dialog().getByRole('button', { name: 'Send without a note' }).click();
    await shadow().getByText('3 weeks after withdrawing').waitFor();
    expect(effects().map((e) => e.kind)).toEqual(['withdraw']);
  });
});
