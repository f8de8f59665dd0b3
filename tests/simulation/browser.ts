import 'fake-indexeddb/auto';
import { DAY, HOUR, MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { SessionReport } from '#shared/protocol/linkedin.ts';
import { createDeviceApi, type DeviceApi } from '../../extension/background/api.ts';
import { createPermission } from '../../extension/background/permission.ts';
import { createRunner } from '../../extension/background/runner/loop.ts';
import type { RunnerDeps } from '../../extension/background/runner/ports.ts';
import { sha256 } from '../../extension/background/sha256.ts';
import { createSnapshots } from '../../extension/background/snapshots.ts';
import { openDatabase, type RapportDatabase } from '../../extension/storage/database.ts';
import { createJournal } from '../../extension/storage/journal.ts';
import { beginJournal, journalLostAt, journalSince } from '../../extension/storage/snapshot.ts';
import { memoryStore } from '../unit/extension/fakes.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { Life } from './life.ts';
import type { Network } from './network.ts';
import { createPage } from './page.ts';
import type { VirtualTime } from './virtualTime.ts';
import type { World } from './world.ts';

export interface BrowserWorld {
  time: VirtualTime;
  chance: Chance;
  faults: Faults;
  network: Network;
  world: World;
  ledger: Ledger;
  /** A planted bug in what the runner stands on. */
  spoil(deps: RunnerDeps): RunnerDeps;
  trace(text: string): void;
}

export interface Pairing {
  deviceId: string;
  senderId: string;
  token: string;
}

/** No call is the last of a life that lasts longer. */
const LONGEST_LIFE = 90;
const REFRESH_MS = 10 * MINUTE;
let profiles = 0;

/** A browser with the extension: its real runner and journal. Its lives end anywhere; its profile outlasts them. */
export class Browser {
  private readonly store = memoryStore();
  private database: RapportDatabase;
  /** Ahead of (or behind) the server's clock. */
  private skew: number;
  private tellSession = async (): Promise<void> => undefined;
  /** Its clock is set by hand, or it sleeps: both within one step would leave no clock to trust. */
  private readonly isSleeper: boolean;
  private slept = 0;
  private life = new Life(null, () => undefined);
  private isPutAway = false;
  private api: DeviceApi | null = null;
  /** When pages of lists were read. */
  private pagesRead: number[] = [];

  constructor(
    private readonly pairing: Pairing,
    private readonly env: BrowserWorld,
  ) {
    this.database = openDatabase(`browser-${++profiles}`);
    const { chance } = env;
    this.skew = chance.fails(0.5) ? chance.pick(-2 * HOUR, 2 * HOUR) : 0;
    this.isSleeper = chance.happens(0.5);
  }

  get id(): string {
    return this.pairing.deviceId;
  }

  /** The browser a sender profile has at least. */
  get isFirst(): boolean {
    return this.pairing.deviceId === `${this.pairing.senderId}-d1`;
  }

  get senderId(): string {
    return this.pairing.senderId;
  }

  isOpenFor(senderId: string): boolean {
    return this.pairing.senderId === senderId && !this.life.isOver;
  }

  /** What its side panel asks the server by; null: it is shut. */
  get panel(): DeviceApi | null {
    return this.life.isOver ? null : this.api;
  }

  /** Switched off for good, with whatever it had begun. */
  putAway(): void {
    this.isPutAway = true;
    this.life.end();
  }

  async pair(): Promise<void> {
    const { deviceId, senderId, token } = this.pairing;
    const pairedAt = this.now();
    await this.store.set('pairing', {
      state: 'paired',
      serverUrl: SERVER_URL,
      token,
      deviceId,
      senderId,
      senderName: senderId,
      pairedAt,
    });
    await beginJournal(this.database, { deviceId, serverUrl: SERVER_URL }, pairedAt);
  }

  boot(): void {
    const { time, chance, faults, trace } = this.env;
    const endsAt = chance.fails(faults.browserCrash) ? chance.pick(1, LONGEST_LIFE) : null;
    const life = new Life(endsAt, () => {
      trace(`${this.pairing.deviceId} dies`);
      if (!this.isPutAway) time.after(chance.pick(100, 2 * MINUTE), () => time.start(() => this.reboot()));
    });
    this.life = life;
    time.start(() => this.live(life));
  }

  /** Somebody signs in or out: the page itself shows it, and the extension tells at once. */
  sessionChanged(): void {
    this.env.time.start(this.tellSession);
  }

  async close(): Promise<void> {
    await this.database.delete();
  }

  private async reboot(): Promise<void> {
    if (this.isPutAway) return;
    const { time, chance, faults, trace } = this.env;
    if (chance.fails(faults.wipe)) {
      trace(`${this.pairing.deviceId} is wiped`);
      await time.work(() => this.database.delete());
      this.database = openDatabase(`browser-${++profiles}`);
      this.pagesRead = [];
    }
    this.boot();
  }

  private session(): SessionReport {
    const member = this.env.world.sessions.get(this.pairing.deviceId) ?? null;
    if (member) return { state: 'logged_in', member };
    return { state: 'inactive', reason: 'logged_out', challenge: null };
  }

  private now(): number {
    return this.env.time.clock.real + this.skew;
  }

  /** The extension's background: one cycle after the other, as long as this life lasts. */
  private async live(life: Life): Promise<void> {
    const { time, chance, faults, network } = this.env;
    const timers = time.timersOf(life);
    const clock = { now: () => this.now() };
    const api = createDeviceApi({
      store: this.store,
      fetch: network.fetchOf(life),
      version: 'simulated',
      onRevoked: async () => undefined,
    });
    this.api = api;
    let stop = new AbortController();
    const snapshots = createSnapshots({
      store: this.store,
      database: this.database,
      clock,
      halt: () => {
        stop.abort(new Error('halted'));
        stop = new AbortController();
      },
      showBadge: async () => undefined,
      notify: async () => undefined,
    });
    const refresh = async () => {
      const answer = await api.snapshot();
      await this.disk(life, () => snapshots.takeAnswer(answer));
    };
    this.tellSession = async () => {
      const answer = await api.session(this.session(), stop.signal);
      await this.disk(life, () => snapshots.takeAnswer(answer));
    };
    time.start(this.tellSession);
    const runner = createRunner(this.env.spoil(this.deps(life, api, snapshots, refresh)));
    let refreshAt = 0;
    while (!life.isOver) {
      if (time.clock.real >= refreshAt) {
        await refresh();
        refreshAt = time.clock.real + REFRESH_MS;
      }
      const pause = await runner.cycle(stop.signal);
      if (['consent', 'manual', 'paused_here'].includes(pause.reason)) refreshAt = 0;
      if (!this.isSleeper && chance.fails(faults.setClock)) this.skew = chance.pick(-DAY, DAY);
      await timers.sleep(Math.max(pause.waitMs, SECOND / 4));
    }
  }

  private deps(
    life: Life,
    api: ReturnType<typeof createDeviceApi>,
    snapshots: ReturnType<typeof createSnapshots>,
    refresh: () => Promise<void>,
  ): RunnerDeps {
    const { time, chance, faults, world, ledger, trace } = this.env;
    const { deviceId } = this.pairing;
    const journal = createJournal(this.database);
    const permission = createPermission(this.store, this.database);
    const timers = time.timersOf(life);
    const tab = { browserId: deviceId, world, ledger, chance, faults, timers, now: () => this.now(), trace };
    const page = createPage(tab);
    const disk = <T>(run: () => Promise<T>) => this.disk(life, run);
    const ask = <T>(run: () => Promise<T>) => this.port(life, run);
    return {
      api,
      journal: {
        put: (entry) => disk(() => journal.put(entry)),
        find: (taskId, fence) => disk(() => journal.find(taskId, fence)),
        ofTask: (taskId) => disk(() => journal.ofTask(taskId)),
        open: () => disk(() => journal.open()),
        since: (instant) => disk(() => journal.since(instant)),
        prune: (now) => disk(() => journal.prune(now)),
      },
      page: {
        open: (step, signal) => ask(() => page.open(step, signal)),
        openList: (url, signal) => ask(() => page.openList(url, signal)),
        ensure: (signal) => ask(() => page.ensure(signal)),
        prepare: (step, signal) => ask(() => page.prepare(step, signal)),
        act: (step, notAfter, signal, stop) => ask(() => page.act(step, notAfter, signal, stop)),
        leave: (step, signal) => ask(() => page.leave(step, signal)),
        verify: (step, baseline, signal) => ask(() => page.verify(step, baseline, signal)),
        readSession: (signal) => ask(() => page.readSession(signal)),
        readAcceptances: (member, since, signal) => ask(() => page.readAcceptances(member, since, signal)),
        readInbound: (member, since, known, signal) =>
          ask(() => page.readInbound(member, since, known, signal)),
        readSentInvitations: (member, signal) => ask(() => page.readSentInvitations(member, signal)),
        readListPage: (request, signal) => ask(() => page.readListPage(request, signal)),
        close: () => page.close(),
      },
      clock: { now: () => this.now() },
      // As a real one tells fractions.
      mono: { now: () => time.clock.real - this.slept + 0.4 },
      timers,
      rng: chance.rng,
      mayWork: () => disk(permission.mayWork),
      mayAct: () => disk(permission.mayAct),
      mayRead: () => disk(permission.mayRead),
      mayLook: () => disk(permission.mayLook),
      refresh,
      journalSince: () => disk(() => journalSince(this.database)),
      journalLostAt: () =>
        disk(() => journalLostAt(this.database, { deviceId, serverUrl: SERVER_URL }, this.now())),
      pagesRead: {
        get: async () => this.pagesRead,
        set: async (times) => {
          this.pagesRead = times;
        },
      },
      sha256: (text) => time.work(() => sha256(text)),
      onProgress: async () => undefined,
      onSnapshot: (snapshot) => disk(() => snapshots.take(snapshot)),
    };
  }

  /** What the browser's own disk does: quick, and never lost once done. */
  private disk<T>(life: Life, run: () => Promise<T>): Promise<T> {
    return this.port(life, () => this.env.time.work(run));
  }

  private async port<T>(life: Life, run: () => Promise<T>): Promise<T> {
    const { chance, faults, time } = this.env;
    if (this.isSleeper && chance.fails(faults.sleep)) {
      const ms = chance.pick(10 * SECOND, 8 * MINUTE);
      await time.timersOf(life).sleep(ms);
      this.slept += ms;
    }
    return await life.call(run);
  }
}

export const SERVER_URL = 'http://rapport.test';
