import { expect, it } from 'vitest';
import { must } from '#shared/kernel/assert.ts';
import type { BrowserTabs, Tab } from '../../../extension/background/browserTabs.ts';
import { createWorkingTab } from '../../../extension/background/tabs.ts';
import { isSignInPath } from '../../../extension/linkedin/session.ts';
import { memoryStore } from './fakes.ts';

const PROFILE = 'https://www.linkedin.com/in/anna/';
const COMPOSE = 'https://www.linkedin.com/messaging/compose/';
const THREAD = 'https://www.linkedin.com/messaging/thread/1/';
const signal = new AbortController().signal;

interface Shown extends Tab {
  document: number;
  cameFromLinkedin: boolean;
  keepLoaded: boolean;
}

/** A browser that hides the addresses of other sites, as one does without the `tabs` permission. */
function world() {
  const open = new Map<number, Shown>();
  const told = { created: [] as number[], gone: [] as string[], removed: [] as number[] };
  let now = 1_000;
  let documents = 0;
  /** Where LinkedIn sends a page that is loaded. */
  let redirect: string | null = null;

  function show(tab: Shown, url: string, cameFromLinkedin = false) {
    documents += 1;
    const isLinkedin = url.startsWith('https://www.linkedin.com/');
    Object.assign(tab, { url: isLinkedin ? url : undefined, document: documents, cameFromLinkedin });
  }

  const tabs: BrowserTabs = {
    get: async (id) => open.get(id) ?? null,
    ofLinkedin: async () => [...open.values()].filter(({ url }) => url),
    async create(url) {
      const id = 10 + told.created.length;
      const tab = {
        id,
        url: '',
        pendingUrl: undefined,
        active: false,
        complete: true,
        lastAccessed: now,
        document: 0,
        cameFromLinkedin: false,
        keepLoaded: false,
      };
      open.set(id, tab);
      told.created.push(id);
      show(tab, redirect ?? url);
      return id;
    },
    async go(id, url) {
      told.gone.push(`${id} ${url}`);
      show(must(open.get(id), 'tab'), redirect ?? url);
    },
    async remove(id) {
      told.removed.push(id);
      open.delete(id);
    },
    async keepLoaded(id, yes) {
      must(open.get(id), 'tab').keepLoaded = yes;
    },
    async page(id) {
      const tab = open.get(id);
      return tab?.url ? { document: tab.document, cameFromLinkedin: tab.cameFromLinkedin } : null;
    },
    async loaded() {
      now += 1_000;
    },
  };
  const working = createWorkingTab(memoryStore(), isSignInPath, tabs, { now: () => now });
  const tab = (id = 10) => must(open.get(id), 'tab');
  return {
    working,
    told,
    tab,
    /** The rep brings the tab to the front. */
    look() {
      now += 1_000;
      Object.assign(tab(), { active: true, lastAccessed: now });
    },
    lookAway() {
      tab().active = false;
    },
    show: (url: string, cameFromLinkedin?: boolean) => show(tab(), url, cameFromLinkedin),
    /** LinkedIn changes the address within the page. */
    move(url: string) {
      tab().url = url;
    },
    sendTo(url: string) {
      redirect = url;
    },
  };
}

type World = ReturnType<typeof world>;

const taken: [string, (world: World) => void | Promise<void>][] = [
  [
    'leads it to another site',
    (world) => {
      world.look();
      world.show('https://example.org/');
    },
  ],
  [
    'leads it to another site and goes away from it',
    (world) => {
      world.look();
      world.show('https://example.org/');
      world.lookAway();
    },
  ],
  [
    'types the address of another page of LinkedIn',
    (world) => {
      world.look();
      world.show('https://www.linkedin.com/jobs/');
    },
  ],
  ['clicks or types in it', ({ working }) => working.used(10)],
];

it.each(taken)('is let go of when the rep %s: neither loaded nor closed any more', async (_, take) => {
  const it = world();
  expect(await it.working.open(PROFILE, signal)).toBe(10);
  expect(it.tab().keepLoaded).toBe(true);
  await take(it);
  expect(await it.working.current()).toBeNull();
  expect(it.tab().keepLoaded).toBe(false);
  expect(await it.working.ensure(signal)).toBe(11);
  expect(await it.working.open(COMPOSE, signal)).toBe(11);
  await it.working.close();
  expect(it.told).toEqual({ created: [10, 11], gone: [`11 ${COMPOSE}`], removed: [11] });
});

const kept: [string, (world: World) => void][] = [
  ['nobody looks at it', () => undefined],
  ['the rep only looks', ({ look }) => look()],
  [
    'LinkedIn goes on within the page, before the rep’s eyes',
    ({ look, move }) => {
      look();
      move(THREAD);
    },
  ],
  [
    'LinkedIn’s page loads another one, before the rep’s eyes',
    ({ look, show }) => {
      look();
      show(THREAD, true);
    },
  ],
  [
    'the rep loads it anew',
    ({ look, show }) => {
      look();
      show(COMPOSE);
    },
  ],
  ['LinkedIn leads it to another site, and nobody saw it', ({ show }) => show('https://example.org/')],
];

it.each(kept)('stays ours while %s', async (_, change) => {
  const it = world();
  await it.working.open(COMPOSE, signal);
  change(it);
  expect(await it.working.current()).toBe(10);
  await it.working.open(PROFILE, signal);
  await it.working.close();
  expect(it.told).toEqual({ created: [10], gone: [`10 ${PROFILE}`], removed: [10] });
});

it('stays ours where LinkedIn redirects what we load, seen or not', async () => {
  for (const isSeen of [false, true]) {
    const it = world();
    await it.working.open(PROFILE, signal);
    if (isSeen) it.look();
    it.sendTo(THREAD);
    expect(await it.working.open(COMPOSE, signal)).toBe(10);
    expect(await it.working.current()).toBe(10);
    expect(it.told.created).toEqual([10]);
  }
});

it('says so when the rep takes it while it loads', async () => {
  const it = world();
  await it.working.open(PROFILE, signal);
  it.look();
  it.sendTo('https://example.org/');
  await expect(it.working.open(COMPOSE, signal)).rejects.toMatchObject({ code: 'tab_closed' });
  expect(it.told.removed).toEqual([]);
});

it('knows the tab in which the rep answers a check as long as the check stands in it', async () => {
  const it = world();
  it.sendTo('https://www.linkedin.com/checkpoint/challenge/x');
  await it.working.ensure(signal);
  expect(await it.working.signingIn()).toBeNull();
  await it.working.used(10);
  expect(await it.working.signingIn()).toBe(10);
  it.show('https://www.linkedin.com/feed/');
  expect(await it.working.signingIn()).toBeNull();
});
