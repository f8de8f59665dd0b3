import { describe, expect, it } from 'vitest';
import { people, petra, robin } from './people.ts';
import {
  api,
  context,
  dialog,
  effects,
  HOUR,
  openProfile,
  page,
  relationOf,
  SITE,
  setUpStage,
  signIn,
  start,
  topcard,
  twin,
} from './stage.ts';

setUpStage();

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
    expect(await page.locator('.msg-s-event-listitem__body').textContent()).toContain('Hello Emery');
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
    expect(await page.locator('.msg-inmail-credits-display').textContent()).toContain('1 of 5');
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
