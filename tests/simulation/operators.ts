import type { z } from 'zod';
import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { automationSenderRoutes } from '#shared/contract/automationSender.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { stoplistRoutes } from '#shared/contract/contact.ts';
import { manualTaskRoutes } from '#shared/contract/manualTask.ts';
import type { Route } from '#shared/contract/route.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import type { Books } from './books.ts';
import { SERVER_URL } from './browser.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { Life } from './life.ts';
import type { Network } from './network.ts';
import type { Scenario } from './scenario.ts';
import type { VirtualTime } from './virtualTime.ts';

export interface OfficeWorld {
  time: VirtualTime;
  chance: Chance;
  faults: Faults;
  network: Network;
  books: Books;
  ledger: Ledger;
  scenario: Scenario;
  cookie: string;
  trace(text: string): void;
}

type Action = (office: Office) => Promise<unknown>;

/** What people do in the dashboard while things go wrong; one line per action. */
const actions: Record<string, Action> = {
  'pauses an automation': (o) => o.ask(automationRoutes.pause, { automationId: o.anyAutomation() }),
  'resumes an automation': (o) => o.ask(automationRoutes.resume, { automationId: o.anyAutomation() }),
  'archives an automation': async (o) => {
    if (o.chance.happens(0.1)) await o.ask(automationRoutes.archive, { automationId: o.anyAutomation() });
  },
  'pauses a contact': (o) => o.decide('pause'),
  'resumes a contact': (o) => o.decide('resume'),
  'cancels a contact': (o) => o.decide('cancel'),
  'stops everything': (o) => o.ask(workspaceRoutes.stop),
  'resumes everything': (o) => o.ask(workspaceRoutes.resume),
  'pauses a sender': (o) =>
    o.ask(senderRoutes.pause, { senderId: o.anySender() }, { channel: o.anyChannel() }),
  'resumes a sender': (o) =>
    o.ask(senderRoutes.resume, { senderId: o.anySender() }, { channel: o.anyChannel() }),
  'disconnects LinkedIn': (o) => o.ask(senderRoutes.disconnectLinkedin, { senderId: o.anySender() }),
  'removes a sender': async (o) => {
    // The first stays: without any sender contacts rightly wait for one.
    const [, ...others] = o.scenario.senders;
    if (others.length === 0 || !o.chance.happens(0.3)) return;
    const { id: senderId } = o.chance.one(others);
    const tasks = o.chance.one(['cancel', 'finish'] as const);
    const params = { automationId: o.anyAutomation(), senderId };
    await o.ask(automationSenderRoutes.remove, params, { nodeId: 'who', tasks });
  },
  'pauses many contacts': (o) =>
    o.ask(
      bulkRoutes.start,
      { automationId: o.anyAutomation() },
      { input: { action: 'pause' }, selection: { filter: {} } },
    ),
  'lowers caps': (o) => o.lowerCaps(o.anySender()),
  'stoplists somebody': async (o) => {
    const { email, companyId } = o.chance.one(o.scenario.people);
    const value = o.chance.one([email, email?.split('@')[1], companyId]);
    if (value && o.chance.happens(0.4)) await o.ask(stoplistRoutes.add, {}, { value, reason: 'asked' });
  },
};

/** People at the dashboard, over the same network as everybody. */
export class Office {
  readonly chance: Chance;
  readonly scenario: Scenario;
  private readonly life = new Life(null, () => undefined);
  private readonly fetch: typeof fetch;

  constructor(private readonly env: OfficeWorld) {
    this.chance = env.chance;
    this.scenario = env.scenario;
    this.fetch = env.network.fetchOf(this.life);
  }

  open(): void {
    const { time, chance } = this.env;
    time.after(chance.pick(20, 150) * SECOND, () => {
      time.start(async () => {
        if (chance.fails(this.env.faults.operate)) await this.doSomething();
        await this.doDuties();
        this.open();
      });
    });
  }

  /** Asks once; an answer that does not come is not waited for again. */
  async ask<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
    route: Route<P, Q, B, R>,
    params: z.input<P> | Record<string, never> = {},
    body: z.input<B> | Record<string, never> = {},
  ): Promise<void> {
    const values = new Map(Object.entries(route.params.parse(params) as Record<string, string>));
    const path = route.path.replace(/:(\w+)/g, (_, name: string) => values.get(name) ?? '');
    await this.fetch(`${SERVER_URL}${path}`, {
      method: route.method,
      headers: { cookie: this.env.cookie, origin: SERVER_URL, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined);
  }

  anyAutomation = () => this.chance.one(this.scenario.automations);
  anySender = () => this.chance.one(this.scenario.senders).id;
  anyChannel = () => this.chance.one(['linkedin', 'email', null] as const);

  async decide(decision: 'pause' | 'resume' | 'cancel'): Promise<void> {
    const rows = await this.rows('SELECT id FROM enrollment WHERE ended_at IS NULL');
    if (rows.length === 0 || (decision === 'cancel' && this.chance.happens(0.7))) return;
    await this.ask(enrollmentRoutes.decide, { enrollmentId: String(this.chance.one(rows).id) }, { decision });
  }

  async lowerCaps(senderId: string): Promise<void> {
    const settings = this.env.ledger.settings.get(senderId);
    if (!settings) return;
    const caps = Object.entries(settings.caps).map(([kind, { daily, weekly }]) => {
      return [kind, { daily: Math.max(1, daily - 1), weekly: Math.max(1, weekly - 2) }];
    });
    const lower = { ...settings, caps: Object.fromEntries(caps) };
    await this.ask(senderRoutes.update, { senderId }, { settings: lower });
  }

  private async doSomething(): Promise<void> {
    const [name, action] = this.chance.one(Object.entries(actions));
    this.env.trace(`somebody ${name}`);
    await action(this);
  }

  /** What a team does anyway: settle unknowns by what really happened, and decide what waits for a person. */
  private async doDuties(): Promise<void> {
    const { ledger, chance, trace } = this.env;
    for (const { id } of await this.rows(`SELECT id FROM task WHERE state = 'unknown'`)) {
      const happened = ledger.happened(String(id));
      trace(`somebody settles ${id}: ${happened}`);
      await this.ask(taskRoutes.settle, { taskId: String(id) }, { happened, note: '' });
    }
    for (const { id, reason } of await this.rows(
      `SELECT id, reason FROM enrollment WHERE status = 'paused'`,
    )) {
      if (chance.faultsOn && !chance.happens(0.15)) continue;
      const isHopeless = reason === 'wrong_person' || reason === 'duplicate' || chance.happens(0.3);
      const decision = isHopeless ? 'cancel' : 'resume';
      trace(`somebody ${decision}s ${id} (${reason})`);
      await this.ask(enrollmentRoutes.decide, { enrollmentId: String(id) }, { decision });
    }
    for (const { id } of await this.rows(`SELECT id FROM manual_task WHERE state = 'ready'`)) {
      const result = chance.one(['done', 'done', 'skipped'] as const);
      trace(`somebody did ${id}: ${result}`);
      await this.ask(manualTaskRoutes.complete, { manualTaskId: String(id) }, { result, note: '' });
    }
    if (!chance.faultsOn || chance.happens(0.2)) await this.resumeAll();
  }

  private async resumeAll(): Promise<void> {
    const held = await this.rows('SELECT DISTINCT scope, scope_id FROM hold WHERE lifted_at IS NULL');
    if (held.length === 0) return;
    await this.ask(workspaceRoutes.resume);
    for (const automationId of this.scenario.automations)
      await this.ask(automationRoutes.resume, { automationId });
    for (const { id: senderId } of this.scenario.senders) {
      for (const channel of [null, 'linkedin', 'email'] as const) {
        await this.ask(senderRoutes.resume, { senderId }, { channel });
      }
    }
  }

  private rows(text: string) {
    return this.env.time.work(() => this.env.books.rows(text));
  }
}
