import { useEffect, useState } from 'react';
import { browser } from 'wxt/browser';

/** The tab that the rep is on, as far as the browser shows it without the `tabs` permission: LinkedIn's only. */
export interface FollowedTab {
  id: number;
  url: string;
  title: string;
}

/** The panel's page opened as a tab (tests, a narrow window) names the tab to follow in its address. */
const fixed = Number(new URLSearchParams(location.search).get('tab') ?? Number.NaN);

async function currentTab(): Promise<FollowedTab | null> {
  const tab = Number.isInteger(fixed)
    ? await browser.tabs.get(fixed).catch(() => null)
    : (await browser.tabs.query({ active: true, currentWindow: true }))[0];
  return tab?.id !== undefined && tab.url ? { id: tab.id, url: tab.url, title: tab.title ?? '' } : null;
}

/** Follows the rep from tab to tab and from page to page; null: no LinkedIn page. */
export function useFollowedTab(): FollowedTab | null {
  const [tab, setTab] = useState<FollowedTab | null>(null);
  useEffect(() => {
    const look = () => void currentTab().then(setTab);
    look();
    browser.tabs.onActivated.addListener(look);
    browser.tabs.onUpdated.addListener(look);
    browser.tabs.onRemoved.addListener(look);
    return () => {
      browser.tabs.onActivated.removeListener(look);
      browser.tabs.onUpdated.removeListener(look);
      browser.tabs.onRemoved.removeListener(look);
    };
  }, []);
  return tab;
}
