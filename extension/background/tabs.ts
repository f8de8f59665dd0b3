import { browser } from 'wxt/browser';
import { SECOND, systemTimers, withDeadline } from '#shared/kernel/clock.ts';
import type { StateStore } from '../storage/state.ts';
import { PageError } from './runner/ports.ts';

/** After this the page is used as far as it has loaded; what is missing is waited for inside. */
const LOAD_MS = 30 * SECOND;
const HOME = 'https://www.linkedin.com/feed/';

export interface WorkingTab {
  /** Loads `url` and resolves with the tab when it is complete. */
  open(url: string, signal: AbortSignal): Promise<number>;
  /** The tab on any LinkedIn page. */
  ensure(signal: AbortSignal): Promise<number>;
  /** The tab if it is still there, else null. */
  current(): Promise<number | null>;
  close(): Promise<void>;
}

/** The one dedicated tab: never discarded, never one the rep has taken for reading, made anew when closed. */
export function createWorkingTab(store: StateStore): WorkingTab {
  async function find() {
    const known = await store.get('workingTab');
    if (!known) return null;
    const tab = await browser.tabs.get(known.tabId).catch(() => null);
    return tab?.id === undefined ? null : { id: tab.id, tab, url: known.url };
  }

  /** The rep looks at it and went elsewhere with it: it is theirs now. */
  async function ours() {
    const found = await find();
    if (!found) return null;
    const { tab, url } = found;
    const taken = tab.active && tab.url !== undefined && pathOf(tab.url) !== pathOf(url);
    return taken ? null : found;
  }

  async function create(url: string): Promise<number> {
    const tab = await browser.tabs
      .create({ url, active: false })
      .catch(async () => (await browser.windows.create({ url, focused: false }))?.tabs?.[0]);
    if (tab?.id === undefined) throw new PageError('tab_closed', 'The browser has no window for a tab.');
    await browser.tabs.update(tab.id, { autoDiscardable: false });
    return tab.id;
  }

  async function load(url: string, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const found = await ours();
    if (!found) {
      const tabId = await create(url);
      await store.set('workingTab', { tabId, url });
      await complete(tabId, signal);
      return remember(tabId);
    }
    const loaded = complete(found.id, signal, true);
    await store.set('workingTab', { tabId: found.id, url });
    await browser.tabs.update(found.id, { url }).catch(() => undefined);
    await loaded;
    return remember(found.id);
  }

  /** Keeps where the tab ended up, redirects included, so that a later move of the rep can be told apart. */
  async function remember(tabId: number): Promise<number> {
    const tab = await browser.tabs.get(tabId).catch(() => null);
    if (!tab) throw new PageError('tab_closed', 'The working tab was closed.');
    if (tab.url) await store.set('workingTab', { tabId, url: tab.url });
    return tabId;
  }

  return {
    open: load,
    async ensure(signal) {
      const found = await ours();
      const onLinkedin = found?.tab.url?.startsWith('https://www.linkedin.com/');
      return found && onLinkedin && found.tab.status === 'complete' ? found.id : load(HOME, signal);
    },
    current: async () => (await find())?.id ?? null,
    async close() {
      const found = await ours();
      await store.remove('workingTab');
      if (found) await browser.tabs.remove(found.id).catch(() => undefined);
    },
  };
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}

/** Resolves when the tab has loaded or the wait is over; `again`: the load is about to begin. */
async function complete(tabId: number, signal: AbortSignal, again = false): Promise<void> {
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
    const tab = await browser.tabs.get(tabId).catch(() => null);
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
}
