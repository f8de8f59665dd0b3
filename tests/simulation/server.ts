import { tmpdir } from 'node:os';
import { inspect } from 'node:util';
import { deviceRoutes } from '#shared/contract/device.ts';
import { MINUTE, SECOND, type Timers } from '#shared/kernel/clock.ts';
import type { Rng } from '#shared/kernel/prng.ts';
import type { Database } from '../../companion-server/db/index.ts';
import { type EngineContext, takeOver, tick } from '../../companion-server/engine/index.ts';
import { createApp } from '../../companion-server/http/app.ts';
import type { App } from '../../companion-server/http/httpEnv.ts';
import { unlimitedRates } from '../../companion-server/http/limits.ts';
import { createLog, type Log } from '../../companion-server/observability/log.ts';
import { type Changes, createChanges } from '../../companion-server/services/changes.ts';
import type { Services } from '../../companion-server/services/context.ts';
import { createServices } from '../../companion-server/services/create.ts';
import { type MailWorkers, startMailWorkers } from '../../companion-server/services/mail/worker.ts';
import { startWebhooks } from '../../companion-server/services/webhook/worker.ts';
import { SERVER_URL } from './browser.ts';
import { pageTold } from './imports.ts';
import { Life } from './life.ts';
import { type MailWorld, simulatedMail } from './mailer.ts';
import type { Answer, Request } from './network.ts';
import { type Account, orderOf } from './orders.ts';
import { keys } from './template.ts';
import { told } from './told.ts';
import { Violation } from './violation.ts';
import { type Calls, OPENED, simulatedCalls } from './webhooks.ts';

export interface ServerWorld extends MailWorld, Account {
  db: Database;
  rng: Rng;
  newId: () => string;
  /** Something calls another system. */
  hasWebhooks: boolean;
  /** A planted bug in what a handler is given. */
  spoilRequest(request: Request): Request | Promise<Request>;
  /** A device was given this task. */
  onClaim(taskId: string): void;
  /** After each round that left nothing to be done at once. */
  onRound(ctx: EngineContext, nextDueAt: number | null): Promise<void>;
}

class ServerDied extends Error {
  override name = 'ServerDied';
}

/** Statements after the start within which a life that ends must end. */
const LONGEST_LIFE = 1_500;
/** The most one round may ask of the database, whatever there is to do in these small worlds. */
const MOST_STATEMENTS = 4_000;
const LOOKS_RARER = 8;
/** The engine looks at least this often. */
const IDLE_MS = 30 * SECOND;
const log = createLog('silent');
const quiet = { info: () => undefined, warn: () => undefined };

/** The engine goes on after a defect that it sets aside: here none may happen. */
function fail(fields: object, message: string): never {
  throw new Violation(`${message}: ${inspect(fields)}`);
}

/** Passwords lie open here: what opens them is real work that nobody counts. */
const openVault = {
  seal: async (text: string) => text,
  open: async () => ({ ok: true, value: OPENED }),
} as unknown as Services['vault'];

/** Looks without an occasion are made more rarely: each would be a job of its own. */
function slowed({ sleep }: Timers): Timers {
  return { sleep: (ms, signal) => sleep(ms < MINUTE ? ms * LOOKS_RARER : ms, signal) };
}

/** Whose browser it is. */
function senderOf({ headers }: Request): string {
  return /token-of-the-browser-(\w+)-/.exec(headers.get('authorization') ?? '')?.[1] ?? '';
}

/** The real server over one database. A life ends at any statement; the next one begins with nothing but the database. */
export class Server {
  private life = new Life(null, () => undefined);
  private app: App | null = null;
  private statements = 0;
  private statementsSeen = 0;
  /** Something was written that the engine has not seen. */
  private isDirty = true;
  private nextDueAt: number | null = null;
  private callOffRound = (): void => undefined;
  private isAside = false;
  private mail: MailWorkers | null = null;
  private calls: Calls | null = null;
  private onTick: (() => void)[] = [];
  /** The most statements one round took so far. */
  mostInOneRound = 0;

  constructor(private readonly env: ServerWorld) {}

  boot(): void {
    const { time, chance, faults, trace } = this.env;
    const endsAt = chance.fails(faults.serverCrash) ? chance.pick(1, LONGEST_LIFE) : null;
    const shutdown = new AbortController();
    this.life = new Life(endsAt, () => {
      trace('the server dies');
      this.app = null;
      this.mail = null;
      this.calls = null;
      shutdown.abort();
      time.after(chance.pick(SECOND / 2, MINUTE), () => this.boot());
    });
    const { life } = this;
    const { app, ctx, services } = this.wire(life, shutdown.signal);
    this.app = app;
    this.onTick = [];
    this.isDirty = true;
    time.start(() => this.guarded(life, () => takeOver(ctx)));
    this.wake(life, ctx);
    // Once the take-over is done, as in the product: a job of its own.
    time.after(0, () => {
      if (!life.isOver) this.mail = this.startMail(life, ctx, services, shutdown.signal);
    });
    if (!this.env.hasWebhooks) return;
    time.after(0, () => {
      if (!life.isOver) this.calls = this.startCalls(life, services, shutdown.signal);
    });
  }

  /** Reads through the server's own connection without being one of its calls. */
  async aside<T>(read: () => Promise<T>): Promise<T> {
    this.isAside = true;
    try {
      return await read();
    } finally {
      this.isAside = false;
    }
  }

  /** Called before each statement. */
  statement(): void {
    if (this.isAside) return;
    this.statements += 1;
    if (this.life.passes()) throw new ServerDied();
  }

  /** Whether there were statements since this was asked last: else nothing can have changed. */
  wasAsked(): boolean {
    const [before, now] = [this.statementsSeen, this.statements];
    this.statementsSeen = now;
    return before !== now;
  }

  /** Whether a mailbox is being read or written, or another system called. */
  isReachingOut(): boolean {
    return this.mail?.isBusy() || this.calls?.isBusy() || false;
  }

  /** What a request meets at this address. */
  async serve(request: Request): Promise<Answer | null> {
    const { app, life } = this;
    if (!app) return null;
    this.expectProof(request);
    const order = orderOf(request);
    await order.before?.(this.env);
    const { method, url, headers, body } = await this.env.spoilRequest(request);
    const response = await app.request(url, { method, headers, body });
    const answer = { status: response.status, body: await response.text() };
    if (life.isOver) return null;
    if (answer.status >= 500) throw new Violation(`${method} ${url}: ${answer.status} ${answer.body}`);
    if (answer.status >= 300) return answer;
    await order.after?.(this.env);
    await this.witness(request, answer);
    return answer;
  }

  /**
   * As the real loop does: soon after a write, else when the next thing is due, and now and then anyway. What is due
   * already waits for somebody else, whose write wakes the engine.
   */
  private wake(life: Life, ctx: EngineContext): void {
    const { time, chance } = this.env;
    this.callOffRound();
    const dueIn = (this.nextDueAt ?? Number.POSITIVE_INFINITY) - time.now();
    const sleep = this.isDirty ? 0 : dueIn > 0 ? Math.min(dueIn, IDLE_MS) : IDLE_MS;
    this.callOffRound = time.after(sleep + chance.pick(200, 9_000), () => {
      if (life.isOver) return;
      time.start(async () => {
        await this.guarded(life, () => this.doRound(ctx));
        if (!life.isOver) this.wake(life, ctx);
      });
    });
  }

  private async doRound(ctx: EngineContext): Promise<void> {
    this.isDirty = false;
    const before = this.statements;
    const next = await tick(ctx);
    this.countRound(this.statements - before);
    this.nextDueAt = next.nextDueAt;
    for (const tell of this.onTick) tell();
    this.isDirty ||= next.busy;
    if (!this.isDirty) await this.env.onRound(ctx, next.nextDueAt);
  }

  private wire(life: Life, shutdown: AbortSignal): { app: App; ctx: EngineContext; services: Services } {
    const { db, time, newId, rng } = this.env;
    const timers = time.timersOf(life);
    const database: Database = {
      ...db,
      async write(work) {
        if (life.passes()) throw new ServerDied();
        const result = await db.write(work);
        if (life.passes()) throw new ServerDied();
        return result;
      },
    };
    const clocks = { lease: { now: () => time.clock.real }, schedule: { now: () => time.now() } };
    // The engine's own writes do not wake it again.
    const ctx: EngineContext = {
      db: database,
      clocks,
      rng,
      newId,
      log: { ...quiet, error: fail },
      keyedHash: (text) => text,
    };
    const services = createServices({
      database,
      dataDir: tmpdir(),
      keys,
      log,
      clocks,
      timers,
      newId,
      rng,
      changes: createChanges(timers),
      onWrite: () => this.dirty(life, ctx),
      baseUrl: SERVER_URL,
      publicUrl: SERVER_URL,
      allowLoopback: true,
      version: 'simulated',
      shutdown,
    });
    const app = createApp({
      services,
      rates: unlimitedRates,
      dashboard: null,
      shutdown,
      isReady: () => true,
    });
    return { app, ctx, services };
  }

  /** The real workers, in front of simulated servers. */
  private startMail(life: Life, ctx: EngineContext, services: Services, shutdown: AbortSignal): MailWorkers {
    const timers = slowed(this.env.time.timersOf(life));
    const ticked = this.tellOfTicks(timers);
    return startMailWorkers({
      services: {
        ...services,
        timers,
        vault: openVault,
        log: this.strict(life),
        mailServers: simulatedMail(this.env, life),
      },
      ctx,
      ticked,
      wakeEngine: () => this.dirty(life, ctx),
      signal: shutdown,
    });
  }

  private startCalls(life: Life, services: Services, signal: AbortSignal): Calls {
    const timers = slowed(this.env.time.timersOf(life));
    const calls = simulatedCalls(this.env, life);
    startWebhooks({
      services: { ...services, timers, vault: openVault, log: this.strict(life) },
      post: calls.post,
      ticked: this.tellOfTicks(timers),
      isLeading: () => true,
      signal,
    });
    return calls;
  }

  /** Each worker hears of a round in a job of its own. */
  private tellOfTicks(timers: Timers): Changes {
    const { time, chance } = this.env;
    const ticked = createChanges(timers);
    this.onTick.push(() => time.after(chance.pick(1, 100), ticked.notify));
    return ticked;
  }

  /** What the workers set aside as a defect ends the run. */
  private strict(life: Life): Log {
    const error = (fields: object, text: string) => {
      if (!life.isOver) this.env.ledger.violation ??= new Violation(`${text}: ${inspect(fields)}`);
    };
    return { ...quiet, error } as unknown as Log;
  }

  /** Something was written: the engine looks again soon. */
  private dirty(life: Life, ctx: EngineContext): void {
    if (this.isDirty || life.isOver) return;
    this.isDirty = true;
    this.wake(life, ctx);
  }

  /** Whatever fails in a life that is over has no meaning. */
  private async guarded(life: Life, run: () => Promise<void>): Promise<void> {
    try {
      await this.env.time.work(run);
    } catch (error) {
      if (!life.isOver || error instanceof Violation) throw error;
    }
  }

  private countRound(statements: number): void {
    this.mostInOneRound = Math.max(this.mostInOneRound, statements);
    if (statements > MOST_STATEMENTS) throw new Violation(`one round took ${statements} statements`);
  }

  /** What a device hands in counts from the moment it arrives, whether its answer comes or not. */
  private expectProof(request: Request): void {
    if (!request.url.endsWith(deviceRoutes.outcome.path)) return;
    const { taskId, fence, outcome } = deviceRoutes.outcome.body.parse(JSON.parse(request.body ?? ''));
    const isProof =
      outcome.result === 'not_started' ||
      outcome.result === 'closed' ||
      (outcome.result === 'failed' && outcome.failure.effect === 'before_effect');
    if (isProof) this.env.ledger.disproved(taskId, fence);
  }

  private async witness(request: Request, answer: Answer): Promise<void> {
    const { env } = this;
    if (request.url.endsWith(deviceRoutes.next.path)) {
      const work = deviceRoutes.next.response.parse(JSON.parse(answer.body));
      if (work.type === 'import') await told.page(env, work.importId, senderOf(request));
      if (work.type !== 'task') return;
      const { taskId, fence, kind, target } = work.step;
      env.trace(`claimed ${kind} ${taskId}#${fence} for ${target.slug}`);
      await told.claim(env, work.step);
      env.onClaim(taskId);
    } else if (request.url.endsWith(deviceRoutes.commit.path)) {
      const asked = deviceRoutes.commit.body.parse(JSON.parse(request.body ?? ''));
      const said = deviceRoutes.commit.response.parse(JSON.parse(answer.body));
      env.trace(`commit ${asked.taskId}#${asked.fence}: ${said.ok ? 'yes' : said.code}`);
      if (said.ok) await told.yes(env, asked, asked.lastInboundAt);
    } else if (request.url.endsWith(deviceRoutes.outcome.path)) {
      const { taskId, fence, outcome } = deviceRoutes.outcome.body.parse(JSON.parse(request.body ?? ''));
      env.trace(`outcome ${taskId}#${fence}: ${outcome.result} -> ${answer.body.slice(0, 60)}`);
    } else if (pageTold(request)) {
      env.trace(`page ${JSON.stringify(pageTold(request)).slice(0, 90)} of a list`);
    } else if (request.url.endsWith(deviceRoutes.observations.path)) {
      const seen = deviceRoutes.observations.body.parse(JSON.parse(request.body ?? ''));
      await told.observations(env, senderOf(request), seen);
    }
  }
}
