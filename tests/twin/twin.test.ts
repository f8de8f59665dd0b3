import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LedgerEntry, startTwin, type Twin, type TwinMember } from '../linkedin-twin/index.ts';
import { people, petra, robin } from './people.ts';

const HOUR = 3_600_000;
const SITE = 'https://www.linkedin.com';

let twin: Twin;
let browser: Browser;
let context: BrowserContext;
let page: Page;

/** A fresh twin and a fresh browser profile behind it: no test sees another one's world. */
async function start(member: TwinMember | null): Promise<void> {
  twin = await startTwin({
    people: Object.values(people),
    members: [robin, petra],
    now: () => 1_790_000_000_000,
  });
  current = twin.port;
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
  page.setDefaultTimeout(8_000);
  if (member) await signIn(member, member.password);
}

// One browser for all tests: it talks to a fixed local port that leads to the current twin.
let current = 0;
let relay: import('node:net').Server;

beforeAll(async () => {
  const net = await import('node:net');
  relay = net.createServer((socket) => {
    const upstream = net.connect(current, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream]) {
      end.on('error', () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      `--host-resolver-rules=MAP www.linkedin.com 127.0.0.1:${port}`,
      '--ignore-certificate-errors',
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}, 60_000);

beforeEach(() => async () => {
  await context?.close();
  await twin?.stop();
});

afterAll(async () => {
  await browser?.close();
  relay?.close();
});

async function signIn(member: TwinMember, password: string): Promise<void> {
  await page.goto(`${SITE}/login`);
  await page.locator('#username').pressSequentially(member.email);
  await page.locator('#password').pressSequentially(password);
  await page.locator('[data-litms-control-urn=login-submit]').click();
  await page.waitForLoadState();
}

const topcard = () => page.locator('section[componentkey$=Topcard]');
const shadow = () => page.locator('#interop-outlet');
const dialog = () => shadow().getByRole('dialog');

async function openProfile(person: { slug: string }): Promise<void> {
  await page.goto(`${SITE}/in/${person.slug}/`);
  await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false);
}

function effects(): LedgerEntry[] {
  return twin.ledger().filter((e) => !['page_load', 'login'].includes(e.kind));
}

/** A request from inside the page, as a content script makes it. */
function api(path: string, csrf = true): Promise<{ status: number; body: string; redirected: boolean }> {
  return page.evaluate(
    async ({ path, csrf }) => {
      const token = /JSESSIONID="?([^";]+)/.exec(document.cookie)?.[1] ?? '';
      const response = await fetch(path, {
        headers: { ...(csrf ? { 'csrf-token': token } : {}), 'x-restli-protocol-version': '2.0.0' },
      });
      return { status: response.status, body: await response.text(), redirected: response.redirected };
    },
    { path, csrf },
  );
}

describe('signing in', () => {
  it('refuses a wrong password, then lets the member in, then forgets them', async () => {
    await start(null);
    await page.goto(`${SITE}/feed/`);
    expect(page.url()).toContain('/authwall');
    await signIn(robin, 'wrong');
    expect(await page.locator('#error-for-password').innerText()).toContain('Wrong email or password');
    await signIn(robin, robin.password);
    expect(page.url()).toBe(`${SITE}/feed/`);
    const cookies = await context.cookies();
    expect(cookies.find((c) => c.name === 'li_at')?.httpOnly).toBe(true);
    expect(cookies.find((c) => c.name === 'JSESSIONID')?.value).toMatch(/^"ajax:\d{19}"$/);
    expect(JSON.parse((await api('/voyager/api/me')).body).data.plainId).toBe(100000001);

    twin.control.logout(robin.memberId);
    expect((await api('/voyager/api/me')).status).toBe(401);
    await page.goto(`${SITE}/feed/`);
    expect(page.url()).toContain('/login');
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
    expect(await topcard().locator('h2').first().innerText()).toBe('Avery Stone');
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
    twin.control.setHydrationDelay(1_500);
    await page.goto(`${SITE}/in/avery-stone/`);
    const connect = topcard().locator('a[componentkey$="_connect"]');
    await connect.click();
    expect(page.url()).toBe(`${SITE}/in/avery-stone/`);
    await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false);
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

  it('speaks the locale it is set to', async () => {
    await start(robin);
    twin.control.setLocale('de');
    await openProfile(people.avery);
    expect(await page.locator('html').getAttribute('lang')).toBe('de');
    expect(await topcard().locator('a[componentkey$="_connect"]').innerText()).toBe('Vernetzen');
  });
});

const profilePath = (slug: string) =>
  `/voyager/api/identity/dash/profiles?q=memberIdentity&memberIdentity=${slug}`;

async function relationOf(person: { profileId: string }): Promise<string> {
  const urn = encodeURIComponent(`urn:li:fsd_memberRelationship:${person.profileId}`);
  return (await api(`/voyager/api/voyagerRelationshipsDashMemberRelationships/${urn}`)).body;
}

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
    expect(await dialog().innerText()).toContain('8/200');
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
    await dialog().locator('input[type=email]').waitFor();
    expect(await dialog().getByRole('button', { name: 'Send without a note' }).isDisabled()).toBe(true);
    await page.goto(`${SITE}/preload/custom-invite/?vanityName=devon-stone`);
    await page.getByRole('button', { name: 'Send without a note' }).click();
    await page.getByText('Unable to connect to Devon Stone.').waitFor();
    expect(effects()).toEqual([]);
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

describe('messages', () => {
  const compose = (p: { profileId: string }) =>
    page.goto(
      `${SITE}/messaging/compose/?profileUrn=${encodeURIComponent(`urn:li:fsd_profile:${p.profileId}`)}&recipient=${p.profileId}`,
    );
  const editor = () => page.locator('.msg-form__contenteditable');
  const sendButton = () => page.locator('.msg-form__send-button');

  it('go out by the composer, move to the thread, and show the recipient', async () => {
    await start(robin);
    await compose(people.emery);
    expect(await sendButton().isDisabled()).toBe(true);
    await editor().click();
    await page.keyboard.insertText('Hello Emery\nsecond line');
    await sendButton().click();
    await page.waitForURL(/\/messaging\/thread\/2-[^/]+==\/$/);
    expect(effects()).toMatchObject([
      { kind: 'message', via: 'composer', targetSlug: 'emery-stone', text: 'Hello Emery\nsecond line' },
    ]);
    await page.reload();
    expect(await page.locator('a.msg-thread__link-to-profile').getAttribute('href')).toContain(
      '/in/emery-stone',
    );
    expect(await page.locator('.msg-s-event-listitem__body').innerText()).toContain('Hello Emery');
  });

  it('go out with Enter where the member set it so', async () => {
    await start(robin);
    twin.control.setSendMode(robin.memberId, 'enter');
    await compose(people.emery);
    expect(await sendButton().count()).toBe(0);
    await editor().click();
    await page.keyboard.insertText('Hello');
    await page.keyboard.press('Enter');
    await page.waitForURL(/thread/);
    expect(effects()).toMatchObject([{ kind: 'message', text: 'Hello' }]);
  });

  it('to people not connected are an InMail for Premium and an upsell for others', async () => {
    await start(robin);
    await compose(people.avery);
    await page.getByText('With Premium, you can message anyone').waitFor();
    await context.clearCookies();
    await signIn(petra, petra.password);
    await compose(people.avery);
    expect(await page.locator('.msg-inmail-credits-display').innerText()).toContain('1 of 5');
    expect(effects()).toEqual([]);
  });

  it('offer quick replies whose click is recorded as a stray', async () => {
    await start(robin);
    twin.control.messageFromOutside(robin.memberId, 'emery-stone', 'Are you there?');
    await page.goto(`${SITE}/messaging/`);
    expect(page.url()).toContain('/messaging/thread/2-');
    await page.locator('.conversations-quick-replies__reply-button').click();
    await expect.poll(() => effects()).toMatchObject([{ kind: 'stray', via: 'quick_reply' }]);
  });
});

describe('scripted people', () => {
  it('accept and reply when the clock says so, and the reads show it', async () => {
    await start(robin);
    await openProfile(people.avery);
    await topcard().locator('a[componentkey$="_connect"]').click();
    await dialog().getByRole('button', { name: 'Send without a note' }).click();
    await topcard().locator('[componentkey$="_pending"]').waitFor();
    expect(twin.nextEventAt()).toBe(twin.now() + 2 * HOUR);

    twin.setClockOffset(2 * HOUR);
    const list = JSON.parse(
      (await api('/voyager/api/relationships/dash/connections?sortType=RECENTLY_ADDED&count=40&start=0'))
        .body,
    );
    expect(list.data['*elements'][0]).toBe(`urn:li:fsd_connection:${people.avery.profileId}`);
    expect(list.included[0].createdAt).toBe(1_790_000_000_000 + 2 * HOUR);
    expect(await relationOf(people.avery)).toContain('"*connection"');

    await openProfile(people.avery);
    await topcard().locator('a[href^="/messaging/compose/"]').click();
    await page.locator('.msg-form__contenteditable').click();
    await page.keyboard.insertText('Thanks for connecting');
    await page.locator('.msg-form__send-button').click();
    await page.waitForURL(/thread/);
    twin.setClockOffset(3 * HOUR);
    const mailbox = encodeURIComponent(`urn:li:fsd_profile:${robin.profileId}`);
    const threads = await api(
      `/voyager/api/voyagerMessagingGraphQL/graphql?queryId=messengerConversations.9501074288a12f3ae9e3c7ea243bccbf&variables=(query:(predicateUnions:List((conversationCategoryPredicate:(category:PRIMARY_INBOX)))),count:20,mailboxUrn:${mailbox})`,
    );
    const urn = JSON.parse(threads.body).data.data.messengerConversationsByCategoryQuery['*elements'][0];
    expect(threads.body).toContain('Yes please');
    const messages = await api(
      `/voyager/api/voyagerMessagingGraphQL/graphql?queryId=messengerMessages.5846eeb71c981f11e0134cb6626cc314&variables=(conversationUrn:${encodeURIComponent(urn)})`,
    );
    const found = JSON.parse(messages.body).included.filter((e: { $type: string }) =>
      e.$type.endsWith('.Message'),
    );
    expect(found.map((m: { body: { text: string } }) => m.body.text)).toEqual([
      'Thanks for connecting',
      'Yes please',
    ]);
    const rotated = await api(
      '/voyager/api/voyagerMessagingGraphQL/graphql?queryId=messengerMessages.ffff&variables=()',
    );
    expect(rotated.status).toBe(400);
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
