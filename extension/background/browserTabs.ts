import { browser } from 'wxt/browser';
import { SECOND, systemTimers, withDeadline } from '#shared/kernel/clock.ts';
import { PageError } from './runner/ports.ts';

export const LINKEDIN = 'https://www.linkedin.com';

/** After this the page is used as far as it has loaded; what is missing is waited for inside. */
const LOAD_MS = 30 * SECOND;

/** A tab as the browser shows it without the `tabs` permission: addresses of LinkedIn's pages only. */
export interface Tab {
  id: number;
  /** Empty or absent: nothing was loaded yet, or a page that is not LinkedIn's. */
  url: string | undefined;
  pendingUrl: string | undefined;
  active: boolean;
  complete: boolean;
  /** When it was brought to the front last, unix ms. */
  lastAccessed: number;
}

/** The browser's tabs, as far as the working tab needs them. */
export interface BrowserTabs {
  get(tabId: number): Promise<Tab | null>;
  /** Those with a page of LinkedIn's, the one used last first. */
  ofLinkedin(): Promise<Tab[]>;
  /** A new tab behind the rep's own. */
  create(url: string): Promise<number>;
  go(tabId: number, url: string): Promise<void>;
  remove(tabId: number): Promise<void>;
  /** Whether the browser must keep it in memory. */
  keepLoaded(tabId: number, yes: boolean): Promise<void>;
  /** Which document it shows, and whether a link or script of LinkedIn's led there; null: a page that we may not read. */
  page(tabId: number): Promise<{ document: number; cameFromLinkedin: boolean } | null>;
  /** Resolves when the tab has loaded or the wait is over; `again`: the load is about to begin. */
  loaded(tabId: number, signal: AbortSignal, again?: boolean): Promise<void>;
}

const get = (tabId: number) => browser.tabs.get(tabId).catch(() => null);

function described(tab: Awaited<ReturnType<typeof get>>): Tab | null {
  if (tab?.id === undefined) return null;
  const { id, url, pendingUrl, active, status, lastAccessed = 0 } = tab;
  return { id, url, pendingUrl, active, complete: status === 'complete', lastAccessed };
}

export const browserTabs: BrowserTabs = {
  async get(tabId) {
    return described(await get(tabId));
  },
  async ofLinkedin() {
    // A private window has a session of its own, a discarded tab no page that could be asked.
    const found = await browser.tabs.query({ url: `${LINKEDIN}/*`, discarded: false });
    const tabs = found.filter(({ incognito }) => !incognito).map(described);
    return tabs.filter((tab) => tab !== null).sort((one, other) => other.lastAccessed - one.lastAccessed);
  },
  async create(url) {
    const tab = await browser.tabs
      .create({ url, active: false })
      .catch(async () => (await browser.windows.create({ url, focused: false }))?.tabs?.[0])
      .catch(() => undefined);
    if (tab?.id === undefined) throw new PageError('tab_closed', 'The browser has no window for a tab.');
    return tab.id;
  },
  // A tab that is gone by now is found missing by whoever asks next.
  go: (tabId, url) => browser.tabs.update(tabId, { url }).then(done, done),
  remove: (tabId) => browser.tabs.remove(tabId).then(done, done),
  keepLoaded: (tabId, yes) => browser.tabs.update(tabId, { autoDiscardable: !yes }).then(done, done),
  async page(tabId) {
    const [read] = await browser.scripting
      .executeScript({ target: { tabId, frameIds: [0] }, injectImmediately: true, func: describePage })
      .catch(() => []);
    return read?.result ?? null;
  },
  async loaded(tabId, signal, again = false) {
    const stop = new AbortController();
    let closed = false;
    const onUpdated = (id: number, change: { status?: string }) => {
      if (id === tabId && change.status === 'complete') stop.abort();
    };
    const onRemoved = (id: number) => {
      if (id !== tabId) return;
      closed = true;
      stop.abort();
    };
    browser.tabs.onUpdated.addListener(onUpdated);
    browser.tabs.onRemoved.addListener(onRemoved);
    try {
      const tab = await get(tabId);
      if (tab && (again || tab.status !== 'complete')) {
        await systemTimers
          .sleep(LOAD_MS, AbortSignal.any([withDeadline(LOAD_MS, signal), stop.signal]))
          .catch(() => undefined);
      }
      signal.throwIfAborted();
      if (closed || !tab) throw new PageError('tab_closed', 'The working tab was closed.');
    } finally {
      browser.tabs.onUpdated.removeListener(onUpdated);
      browser.tabs.onRemoved.removeListener(onRemoved);
    }
  },
};

const done = () => undefined;

/** Runs in the page: the moment its document began tells one document from another. */
function describePage() {
  return {
    document: performance.timeOrigin,
    cameFromLinkedin: document.referrer.startsWith('https://www.linkedin.com/'),
  };
}
