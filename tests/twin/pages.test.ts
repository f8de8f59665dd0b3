import { describe, expect, it } from 'vitest';
import { people, robin } from './people.ts';
import {
  api,
  context,
  dialog,
  effects,
  openProfile,
  page,
  SITE,
  setUpStage,
  signIn,
  start,
  topcard,
  twin,
} from './stage.ts';

setUpStage();

const profilePath = (slug: string) =>
  `/voyager/api/identity/dash/profiles?q=memberIdentity&memberIdentity=${slug}`;

describe('signing in', () => {
  it('refuses a wrong password, then lets the member in, then forgets them', async () => {
    await start(null);
    await page.goto(`${SITE}/feed/`);
    expect(page.url()).toContain('/authwall');
    await signIn(robin, 'wrong');
    expect(await page.locator('#error-for-password').textContent()).toContain('Wrong email or password');
    await signIn(robin, robin.password);
    expect(page.url()).toBe(`${SITE}/feed/`);
    const cookies = await context.cookies();
    expect(cookies.find((c) => c.name === 'li_at')?.httpOnly).toBe(true);
    expect(cookies.find((c) => c.name === 'JSESSIONID')?.value).toMatch(/^"ajax:\d{19}"$/);
    expect(JSON.parse((await api('/voyager/api/me')).body).data.plainId).toBe(100000001);

    twin.control.logout(robin.memberId);
    await page.goto(`${SITE}/feed/`);
    expect(page.url()).toContain('/uas/login');
    expect((await api('/voyager/api/me')).status).toBe(401);
    expect(twin.ledger().map((e) => e.kind)).toContain('login_refused');
  });

  it('checks the csrf token', async () => {
    await start(robin);
    expect(await api('/voyager/api/me', false)).toMatchObject({ status: 403, body: 'CSRF check failed.' });
  });

  it('shows each challenge and lets a person solve it by hand', async () => {
    await start(robin);
    const marks = {
      captcha: '#captcha-internal',
      email_pin: '#input__email_verification_pin',
      phone_code: '#input__phone_verification_pin',
      app_approval: '[data-test-id=auth-app-approval]',
    } as const;
    for (const [kind, mark] of Object.entries(marks) as [keyof typeof marks, string][]) {
      twin.control.requireChallenge(robin.memberId, kind);
      await page.goto(`${SITE}/in/${people.avery.slug}/`);
      expect(page.url()).toContain('/checkpoint/challenge/');
      expect(await page.locator(mark).count()).toBe(1);
    }
    twin.control.requireChallenge(robin.memberId, 'email_pin');
    await page.reload();
    await page.locator('#input__email_verification_pin').fill('000000');
    await page.locator('#email-pin-submit-button').click();
    await page.locator('#error-for-pin.form__label--error').waitFor();
    await page.locator('#input__email_verification_pin').fill('123456');
    await page.locator('#email-pin-submit-button').click();
    await page.waitForURL('**/feed/');
    twin.control.requireChallenge(robin.memberId, 'restricted');
    await page.goto(`${SITE}/feed/`);
    expect(await page.title()).toContain('restricted');
  });

  it('sends an expired session elsewhere than a closed one', async () => {
    await start(robin);
    twin.control.expireSession(robin.memberId);
    expect(await api('/voyager/api/me')).toMatchObject({ status: 200, redirected: true });
    await page.goto(`${SITE}/feed/`);
    expect(page.url()).toContain('/authwall');
  });
});

describe('a profile', () => {
  it('has the hooks and the traps of the real page', async () => {
    await start(robin);
    await openProfile(people.avery);
    const { profileId } = people.avery;
    const key = `com.linkedin.sdui.profile.card.ref${profileId}Topcard`;
    expect(await page.locator(`[componentkey="${key}"]`).count()).toBe(2);
    expect(await page.locator('h1').count()).toBe(0);
    expect(await topcard().locator('h2').first().textContent()).toBe('Avery Stone');
    expect(await topcard().getByText('· 2nd').isVisible()).toBe(true);
    expect(await topcard().getByText('· 1st').isVisible()).toBe(false);
    expect(await page.locator('a[href*="vanityName=avery-stone"]').count()).toBe(2);
    expect(await page.locator('aside button[aria-label^="Invite "]').count()).toBeGreaterThan(2);
    const before = await topcard().getAttribute('class');
    twin.control.newBuild();
    await page.reload();
    expect(await topcard().getAttribute('class')).not.toBe(before);
  });

  it('loses clicks until its scripts have wired it', async () => {
    await start(robin);
    twin.control.setHydrationDelay(5_000);
    await page.goto(`${SITE}/in/avery-stone/`, { waitUntil: 'domcontentloaded' });
    const connect = topcard().locator('a[componentkey$="_connect"]');
    await connect.click();
    expect(page.url()).toBe(`${SITE}/in/avery-stone/`);
    expect(await dialog().count()).toBe(0);
    await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false, null, {
      timeout: 30_000,
    });
    expect(await dialog().count()).toBe(0);
    await connect.click();
    await dialog().waitFor();
    expect(effects()).toEqual([]);
  });

  it('redirects ids to slugs and dead people to the 404 page', async () => {
    await start(robin);
    await page.goto(`${SITE}/in/${people.avery.profileId}/`);
    expect(page.url()).toBe(`${SITE}/in/avery-stone/`);
    await page.goto(`${SITE}/in/gale-stone/`);
    expect(page.url()).toBe(`${SITE}/404/`);
    expect((await api(profilePath('gale-stone'))).status).toBe(404);
  });

  it('shows every relation in its own way', async () => {
    await start(robin);
    const row = () => topcard().locator('[data-actions]');
    await openProfile(people.emery);
    expect(await row().locator('[componentkey^="ConnectButton"]').count()).toBe(0);
    expect(await topcard().getByText('· 1st').isVisible()).toBe(true);
    await row().getByRole('button', { name: 'More' }).click();
    await page.locator('[role=menu]').getByText('Remove connection').waitFor();

    twin.control.inviteFromOutside(robin.memberId, 'hollis-stone', 'Hi Robin');
    await openProfile(people.hollis);
    await row().getByRole('button', { name: 'Accept Hollis Stone’s invitation' }).click();
    await row()
      .getByRole('button', { name: /^Accept/ })
      .waitFor({ state: 'detached' });
    expect(effects()).toMatchObject([{ kind: 'accept', targetSlug: 'hollis-stone' }]);

    await openProfile(people.devon);
    await row().getByRole('button', { name: 'Follow Devon Stone' }).waitFor();
    await row().getByRole('button', { name: 'More' }).click();
    await page.locator('[role=menu]').getByText('About this member').waitFor();
    expect(await page.locator('[role=menu] a[href*="custom-invite"]').count()).toBe(0);

    await page.goto(`${SITE}/in/me/`);
    expect(page.url()).toBe(`${SITE}/in/${robin.slug}/`);
    expect(await row().locator('a[href$="/edit/intro/"]').count()).toBe(1);
  });

  it('speaks the locale it is set to', async () => {
    await start(robin);
    twin.control.setLocale('de');
    await openProfile(people.avery);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await topcard().locator('a[componentkey$="_connect"]').textContent()).toBe('Vernetzen');
  });
});

describe('the console', () => {
  it('takes the same commands over HTTP and refuses others', async () => {
    await start(null);
    await page.goto(`${SITE}/__twin/`);
    const post = (command: object) =>
      page.evaluate(async (body) => {
        const response = await fetch('/__twin/control', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        return response.status;
      }, command);
    expect(await post({ action: 'setLocale', locale: 'fr' })).toBe(200);
    expect(await post({ action: 'setLocale', locale: 'xx' })).toBe(400);
    expect(await post({ action: 'logout', memberId: 'nobody' })).toBe(404);
    await page.goto(`${SITE}/login`);
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
  });
});
