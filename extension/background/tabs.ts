import { systemClock } from '#shared/kernel/clock.ts';
import type { StateStore, StateValue } from '../storage/state.ts';
import { type BrowserTabs, browserTabs, LINKEDIN, type Tab } from './browserTabs.ts';
import { PageError } from './runner/ports.ts';

const HOME = `${LINKEDIN}/feed/`;

export interface WorkingTab {
  /** Loads `url` and resolves with the tab when it is complete. */
  open(url: string, signal: AbortSignal): Promise<number>;
  /** The tab on any LinkedIn page. */
  ensure(signal: AbortSignal): Promise<number>;
  /** The tab if it is still there and still ours, else null. */
  current(): Promise<number | null>;
  /** Another tab of the rep's whose page is one where they sign in or answer a check; null: there is none. */
  signingIn(): Promise<number | null>;
  /** The page in this tab saw the rep click or type: if it is ours, it is theirs from now on. */
  used(tabId: number): Promise<void>;
  close(): Promise<void>;
}

type Known = StateValue<'workingTab'>;

/**
 * The one dedicated tab: never discarded, made anew when closed. The rep takes it by clicking or typing in it or by
 * leading it elsewhere; then it is let go of at once and never loaded or closed again.
 */
export function createWorkingTab(
  store: StateStore,
  /** Whether a path of LinkedIn's is one where somebody signs in or answers a check. */
  isSignIn: (path: string) => boolean,
  tabs: BrowserTabs = browserTabs,
  clock = systemClock,
): WorkingTab {
  async function ours(): Promise<Tab | null> {
    const known = await store.get('workingTab');
    const tab = known && (await tabs.get(known.tabId));
    if (!known || !tab) return null;
    if (!(await isTaken(tab, known))) return tab;
    await letGo(tab.id);
    return null;
  }

  /**
   * Where nobody has seen it since it was loaded, only LinkedIn itself can have led it elsewhere. Otherwise: a page whose
   * address is hidden from us is not LinkedIn's, and another page of LinkedIn's is the rep's choice unless LinkedIn went
   * there within the page or by itself.
   */
  async function isTaken(tab: Tab, known: Known): Promise<boolean> {
    const isSeen = known.wasSeen || tab.active || tab.lastAccessed > known.loadedAt;
    if (!isSeen) return false;
    const shown = tab.url || tab.pendingUrl;
    if (!shown?.startsWith(`${LINKEDIN}/`)) return tab.active || known.document !== null;
    // While we load it, LinkedIn's redirects are answers to us.
    if (known.document === null || pathOf(shown) === pathOf(known.url)) return false;
    const page = await tabs.page(tab.id);
    return page === null || (page.document !== known.document && !page.cameFromLinkedin);
  }

  async function letGo(tabId: number): Promise<void> {
    await store.remove('workingTab');
    await tabs.keepLoaded(tabId, false);
  }

  async function load(url: string, signal: AbortSignal): Promise<number> {
    signal.throwIfAborted();
    const found = await ours();
    const loading = { url, document: null, loadedAt: clock.now(), wasSeen: false };
    if (!found) {
      const tabId = await tabs.create(url);
      await store.set('workingTab', { tabId, ...loading });
      await tabs.keepLoaded(tabId, true);
      await tabs.loaded(tabId, signal);
      return remember(tabId);
    }
    const loaded = tabs.loaded(found.id, signal, true);
    await store.set('workingTab', { tabId: found.id, ...loading });
    await tabs.go(found.id, url);
    await loaded;
    return remember(found.id);
  }

  /** Keeps where the tab ended up, redirects included, so that a later move of the rep can be told apart. */
  async function remember(tabId: number): Promise<number> {
    const tab = await ours();
    if (tab?.id !== tabId) {
      const isThere = (await tabs.get(tabId)) !== null;
      throw new PageError('tab_closed', isThere ? TAKEN : 'The working tab was closed.');
    }
    const page = await tabs.page(tabId);
    const known = await store.get('workingTab');
    if (known?.tabId !== tabId) throw new PageError('tab_closed', TAKEN);
    await store.set('workingTab', {
      tabId,
      url: tab.url || known.url,
      document: page?.document ?? null,
      loadedAt: clock.now(),
      wasSeen: tab.active,
    });
    return tabId;
  }

  return {
    open: load,
    async ensure(signal) {
      const found = await ours();
      const onLinkedin = found?.url?.startsWith(`${LINKEDIN}/`);
      return found && onLinkedin && found.complete ? found.id : load(HOME, signal);
    },
    current: async () => (await ours())?.id ?? null,
    async signingIn() {
      const known = await store.get('workingTab');
      const others = (await tabs.ofLinkedin()).filter(({ id }) => id !== known?.tabId);
      return others.find(({ url }) => url && isSignIn(pathOf(url)))?.id ?? null;
    },
    async used(tabId) {
      if ((await store.get('workingTab'))?.tabId === tabId) await letGo(tabId);
    },
    async close() {
      const found = await ours();
      await store.remove('workingTab');
      if (found) await tabs.remove(found.id);
    },
  };
}

const TAKEN = 'The working tab is used by the rep.';

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
