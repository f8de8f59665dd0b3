import { browser } from 'wxt/browser';
import { isSignInPath, stepUrl } from '#linkedin/index.ts';
import { monotonicClock, SECOND, systemClock, systemTimers } from '#shared/kernel/clock.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { systemRng } from '#shared/kernel/prng.ts';
import { openDatabase } from '../storage/database.ts';
import { createJournal } from '../storage/journal.ts';
import { journalLostAt, journalSince } from '../storage/snapshot.ts';
import { createStateStore } from '../storage/state.ts';
import { verifyAlarms } from './alarms.ts';
import { createDeviceApi } from './api.ts';
import { createCatalogueUpdates } from './catalogue.ts';
import { createControls } from './controls.ts';
import { createImports } from './imports.ts';
import { notify, openNotified, showBadge } from './notices.ts';
import { oneAtATime } from './once.ts';
import { askPage, createPage } from './page.ts';
import { createPairing } from './pairing.ts';
import { createPeople } from './people.ts';
import { createPermission } from './permission.ts';
import { showProgress } from './progress.ts';
import { createRunner } from './runner/loop.ts';
import { createSessions } from './sessions.ts';
import { sha256 } from './sha256.ts';
import { createSnapshots } from './snapshots.ts';
import { createWorkingTab } from './tabs.ts';
import { createWork } from './work.ts';

/** Puts the background together. Everything it knows is read from storage, so that any worker can go on. */
export async function boot() {
  const store = createStateStore(browser.storage);
  const database = openDatabase();
  const journal = createJournal(database);
  const fetcher: typeof fetch = (input, init) => fetch(input, init);
  const version = browser.runtime.getManifest().version;
  const clock = systemClock;

  const pairing = createPairing({
    store,
    database,
    fetch: fetcher,
    clock,
    version,
    deviceName: await deviceName(),
  });
  const api = createDeviceApi({
    store,
    fetch: fetcher,
    version,
    async onRevoked() {
      work.halt();
      await page.close();
      await pairing.forget('revoked');
      await showBadge('!');
    },
  });
  const permission = createPermission(store, database);
  const snapshots = createSnapshots({
    store,
    database,
    clock,
    halt: () => work.halt(),
    showBadge,
    notify: (title, message, href) => notify({ title, message, href }, systemNewId()),
  });
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
    api,
    journal,
    page,
    clock,
    mono: monotonicClock,
    timers: systemTimers,
    rng: systemRng,
    mayAct: permission.mayAct,
    mayRead: permission.mayRead,
    mayLook: permission.mayLook,
    mayWork: permission.mayWork,
    async refresh() {
      await snapshots.takeAnswer(await api.snapshot());
    },
    async journalLostAt() {
      const paired = await store.get('pairing');
      return paired?.state === 'paired' ? journalLostAt(database, paired, clock.now()) : null;
    },
    journalSince: () => journalSince(database),
    pagesRead: {
      get: async () => (await store.get('pagesRead')) ?? [],
      set: (times) => store.set('pagesRead', times),
    },
    sha256,
    version,
    catalogue,
    layout: {
      read: page.readLayout,
      checkedAt: async () => (await store.get('layoutCheckedAt')) ?? {},
      setCheckedAt: (at) => store.set('layoutCheckedAt', at),
    },
    onProgress: (progress) => showProgress(store, progress),
    onSnapshot: snapshots.take,
  });
  const work = createWork({
    runner,
    store,
    clock,
    timers: systemTimers,
    keepAlive: () => browser.runtime.getPlatformInfo(),
  });
  const sessions = createSessions({
    store,
    database,
    clock,
    api,
    permission,
    snapshots,
    readSession: (tabId) =>
      askPage(tabId, { op: 'session' }, systemNewId(), AbortSignal.timeout(30 * SECOND)),
    wake: () => work.wake(),
  });

  /** While a code is shown; the alarm goes on with it should the worker die. */
  async function pollWhileWaiting(): Promise<void> {
    for (;;) {
      const waiting = await store.get('pairing');
      if (waiting?.state !== 'pairing') return;
      const changed = new AbortController();
      const unwatch = store.watch(['pairing'], () => changed.abort());
      await systemTimers.sleep(pairing.pollIn(waiting), changed.signal).catch(() => undefined);
      unwatch();
      if (await pairing.poll()) {
        await snapshots.takeAnswer(await api.snapshot());
        await work.wake();
      }
    }
  }
  const startPolling = oneAtATime(pollWhileWaiting);

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

  const imports = createImports({
    api,
    database,
    clock,
    mayRead: permission.mayRead,
    wake: () => work.wake(),
  });
  const people = createPeople({
    api,
    database,
    clock,
    mayRead: permission.mayRead,
    readLead: (tabId, lead) =>
      askPage(tabId, { op: 'lead', lead }, systemNewId(), AbortSignal.timeout(30 * SECOND)),
    wake: () => work.wake(),
  });

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

async function deviceName(): Promise<string> {
  const { os } = await browser.runtime.getPlatformInfo();
  const names: Record<string, string> = { mac: 'macOS', win: 'Windows', linux: 'Linux', cros: 'ChromeOS' };
  return `Browser on ${names[os] ?? os}`;
}
