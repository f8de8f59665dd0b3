import { browser } from 'wxt/browser';
import { isSignInPath, stepUrl } from '#linkedin/index.ts';
import { type Clock, monotonicClock, SECOND, systemClock, systemTimers } from '#shared/kernel/clock.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { systemRng } from '#shared/kernel/prng.ts';
import type { PageAnswer, PageRequest } from '#shared/protocol/messages.ts';
import { openDatabase, type RapportDatabase } from '../storage/database.ts';
import { createJournal } from '../storage/journal.ts';
import { journalLostAt, journalSince } from '../storage/snapshot.ts';
import { createStateStore, type StateStore, type StateValue } from '../storage/state.ts';
import { verifyAlarms } from './alarms.ts';
import { createDeviceApi } from './api.ts';
import { createCatalogueUpdates } from './catalogue.ts';
import { createControls } from './controls.ts';
import { createImports } from './imports.ts';
import { notify, openNotified, showBadge } from './notices.ts';
import { askPage, createPage } from './page.ts';
import { createPairing } from './pairing.ts';
import { createPeople, type PeopleDeps } from './people.ts';
import { createPermission } from './permission.ts';
import { createPolling } from './polling.ts';
import { showProgress } from './progress.ts';
import { createRunner } from './runner/loop.ts';
import type { Progress } from './runner/ports.ts';
import { createSessions } from './sessions.ts';
import { sha256 } from './sha256.ts';
import { createSnapshots } from './snapshots.ts';
import { createWorkingTab } from './tabs.ts';
import { createWork } from './work.ts';

/** How long a tab of the rep's own may take to answer. */
const ASK_TAB_MS = 30 * SECOND;

/** Puts the background together. Everything it knows is read from storage, so that any worker can go on. */
export async function boot() {
  const ground = await groundOf();
  const { store, journal, clock } = ground;
  const working = workingSide(ground);
  const { work, tab } = working;
  const { startPolling, controls, sessions, people, imports } = repsSide(ground, working);

  await store.remove('activity');
  await verifyAlarms();
  await journal.prune(clock.now());

  return {
    controls,
    people,
    imports,
    /** The rep clicked on a notification. */
    notified: (id: string) => openNotified(store, id),
    sessions,
    /** The rep clicks or types in a tab that the runner works in. */
    used: (tabId: number) => tab.used(tabId),
    /** Every 30 seconds, and on every start. */
    async tick(): Promise<void> {
      void startPolling();
      await controls.tellStop();
      void work.drive();
      await sessions.heartbeat();
    },
  };
}

type Ground = Awaited<ReturnType<typeof groundOf>>;
type WorkingSide = ReturnType<typeof workingSide>;

/** What everything else stands on: the browser's storage, its clock, who this browser is. */
async function groundOf() {
  const store = createStateStore(browser.storage);
  const database = openDatabase();
  const fetcher: typeof fetch = (input, init) => fetch(input, init);
  const version = browser.runtime.getManifest().version;
  const clock = systemClock;
  return {
    store,
    database,
    journal: createJournal(database),
    fetch: fetcher,
    version,
    clock,
    permission: createPermission(store, database),
    pairing: createPairing({
      store,
      database,
      fetch: fetcher,
      clock,
      version,
      deviceName: await deviceName(),
    }),
  };
}

/** What performs the steps: the server's orders, the working tab, the runner. */
function workingSide({ store, database, journal, fetch, version, clock, permission, pairing }: Ground) {
  const api = createDeviceApi({
    store,
    fetch,
    version,
    async onRevoked() {
      work.halt();
      await page.close();
      await pairing.forget('revoked');
      await showBadge('!');
    },
  });
  const snapshots = createSnapshots({
    store,
    database,
    clock,
    halt: () => work.halt(),
    showBadge,
    notify: (title, message, href) => notify({ title, message, href }, systemNewId()),
  });
  const refresh = async () => void (await snapshots.takeAnswer(await api.snapshot()));
  const tab = createWorkingTab(store, isSignInPath);
  const catalogue = createCatalogueUpdates(store);
  const page = createPage({
    tab,
    newId: systemNewId,
    timers: systemTimers,
    stepUrl,
    catalogue: catalogue.update,
  });
  const runner = createRunner({
    ...permission,
    ...keptForRunner(store, database, clock),
    api,
    journal,
    page,
    clock,
    mono: monotonicClock,
    timers: systemTimers,
    rng: systemRng,
    refresh,
    sha256,
    version,
    catalogue,
    layout: { read: page.readLayout, ...layoutChecks(store) },
    onSnapshot: snapshots.take,
  });
  const work = createWork({
    runner,
    store,
    clock,
    timers: systemTimers,
    keepAlive: () => browser.runtime.getPlatformInfo(),
  });
  return { api, snapshots, refresh, tab, page, work };
}

/** What the rep sees and orders, and what their own tabs tell. */
function repsSide(
  { store, database, clock, permission, pairing }: Ground,
  { api, snapshots, refresh, page, work }: WorkingSide,
) {
  const { mayRead } = permission;
  const wake = () => work.wake();
  const sessions = createSessions({
    store,
    database,
    clock,
    api,
    permission,
    snapshots,
    readSession: (tabId) => askTab(tabId, { op: 'session' }),
    wake,
  });
  const startPolling = createPolling({
    store,
    timers: systemTimers,
    pairing,
    async onPaired() {
      await refresh();
      await wake();
    },
  });
  const controls = createControls({
    store,
    api,
    pairing,
    snapshots,
    sessions,
    work,
    closeTab: () => page.close(),
    startPolling: () => void startPolling(),
  });
  const imports = createImports({ api, database, clock, mayRead, wake });
  const readLead: PeopleDeps['readLead'] = (tabId, lead) => askTab(tabId, { op: 'lead', lead });
  const people = createPeople({ api, database, clock, mayRead, readLead, wake });
  return { startPolling, controls, sessions, people, imports };
}

/** What the runner keeps beside its journal, or learns of it. */
function keptForRunner(store: StateStore, database: RapportDatabase, clock: Clock) {
  return {
    async journalLostAt() {
      const paired = await store.get('pairing');
      return paired?.state === 'paired' ? journalLostAt(database, paired, clock.now()) : null;
    },
    journalSince: () => journalSince(database),
    pagesRead: {
      get: async () => (await store.get('pagesRead')) ?? [],
      set: (times: number[]) => store.set('pagesRead', times),
    },
    onProgress: (progress: Progress) => showProgress(store, progress),
  };
}

function layoutChecks(store: StateStore) {
  return {
    checkedAt: async () => (await store.get('layoutCheckedAt')) ?? {},
    setCheckedAt: (at: StateValue<'layoutCheckedAt'>) => store.set('layoutCheckedAt', at),
  };
}

/** A question to a tab of the rep's own. */
function askTab<Op extends 'session' | 'lead'>(
  tabId: number,
  request: Extract<PageRequest, { op: Op }>,
): Promise<PageAnswer<Op>> {
  return askPage(tabId, request, systemNewId(), AbortSignal.timeout(ASK_TAB_MS));
}

async function deviceName(): Promise<string> {
  const { os } = await browser.runtime.getPlatformInfo();
  const names: Record<string, string> = { mac: 'macOS', win: 'Windows', linux: 'Linux', cros: 'ChromeOS' };
  return `Browser on ${names[os] ?? os}`;
}
