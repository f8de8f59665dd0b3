import { browser } from 'wxt/browser';
import type { StateStore } from '../storage/state.ts';

/** The red mark on the toolbar icon: the rep must act. */
export async function showBadge(text: '' | '!'): Promise<void> {
  await browser.action.setBadgeBackgroundColor({ color: '#c92a2a' });
  await browser.action.setBadgeText({ text });
}

/** A notification of the computer; where a click leads is part of its id, so that any worker can follow it. */
export async function notify(
  notice: { title: string; message: string; href: string | null },
  id: string,
): Promise<void> {
  const { title, message, href } = notice;
  await browser.notifications.create(`${id} ${href ?? ''}`, {
    type: 'basic',
    iconUrl: '/icon/128.png',
    title,
    message,
  });
}

/** Opens what a notification is about: a page of the paired server, or LinkedIn. */
export async function openNotified(store: StateStore, id: string): Promise<void> {
  await browser.notifications.clear(id);
  const href = id.slice(id.indexOf(' ') + 1);
  const pairing = await store.get('pairing');
  const base = pairing?.state === 'paired' ? pairing.serverUrl : undefined;
  if (href === '' || !URL.canParse(href, base)) return;
  const url = new URL(href, base);
  if (url.origin === base || url.origin === 'https://www.linkedin.com') {
    await browser.tabs.create({ url: url.href });
  }
}
