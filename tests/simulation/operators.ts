import type { z } from 'zod';
import type { BulkInput } from '#shared/automation/bulk.ts';
import type { Graph } from '#shared/automation/graph.ts';
import { automationRoutes, enrollmentRoutes } from '#shared/contract/automation.ts';
import { automationSenderRoutes } from '#shared/contract/automationSender.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { stoplistRoutes } from '#shared/contract/contact.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { manualTaskRoutes } from '#shared/contract/manualTask.ts';
import type { Route } from '#shared/contract/route.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { versionRoutes } from '#shared/contract/version.ts';
import { webhookRoutes } from '#shared/contract/webhook.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { must } from '#shared/kernel/assert.ts';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import type { Books } from './books.ts';
import { SERVER_URL } from './browser.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import { Life } from './life.ts';
import type { Network } from './network.ts';
import type { Scenario } from './scenario.ts';
import { START } from './setup.ts';
import { Violation } from './violation.ts';
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
  'skips a step': (o) => o.skipStep(),
  'stops everything': (o) => o.ask(workspaceRoutes.stop),
  'resumes everything': (o) => o.ask(workspaceRoutes.resume),
  'pauses a sender': (o) =>
    o.ask(senderRoutes.pause, { senderId: o.anySender() }, { channel: o.anyChannel() }),
  'resumes a sender': (o) =>
    o.ask(senderRoutes.resume, { senderId: o.anySender() }, { channel: o.anyChannel() }),
  'disconnects LinkedIn': (o) => o.ask(senderRoutes.disconnectLinkedin, { senderId: o.anySender() }),
  'resumes LinkedIn': (o) => o.ask(senderRoutes.resume, { senderId: o.anySender() }, { channel: 'linkedin' }),
  'removes a sender': async (o) => {
    // The first stays: without any sender contacts rightly wait for one.
    const [, ...others] = o.scenario.senders;
    if (others.length === 0 || !o.chance.happens(0.3)) return;
    const { id: senderId } = o.chance.one(others);
    const tasks = o.chance.one(['cancel', 'finish'] as const);
    const params = { automationId: o.anyAutomation(), senderId };
    await o.ask(automationSenderRoutes.remove, params, { nodeId: 'who', tasks });
  },
  'pauses many contacts': (o) => o.bulk({ action: 'pause' }),
  'resumes many contacts': (o) => o.bulk({ action: 'resume' }),
  'cancels some contacts': (o) => o.bulk({ action: 'cancel' }, true),
  'tries failed contacts again': (o) => o.bulk({ action: 'retry' }),
  'moves some contacts to the end': (o) => o.moveToTheEnd(),
  'undoes what was done to many': async (o) => {
    const bulkId = await o.someId('SELECT id FROM bulk_action');
    if (bulkId) await o.ask(bulkRoutes.undo, { bulkId });
  },
  'publishes a shorter wait': (o) => o.edit(shorterWaits),
  'publishes a version without a wait': (o) => o.edit(withoutAWait),
  'undoes a version': (o) => o.ask(versionRoutes.undo, { automationId: o.anyAutomation() }),
  'wants to see texts first': (o) =>
    o.ask(automationRoutes.settings, { automationId: o.anyAutomation() }, { approveEach: true }),
  'trusts the texts': (o) =>
    o.ask(automationRoutes.settings, { automationId: o.anyAutomation() }, { approveEach: false }),
  'withdraws consent': (o) => o.consent(false),
  'gives consent': (o) => o.consent(true),
  'deletes a sender': async (o) => {
    const [, ...others] = o.scenario.senders;
    if (others.length === 0 || !o.chance.happens(0.3)) return;
    const tasks = o.chance.one(['cancel', 'finish'] as const);
    await o.ask(senderLifeRoutes.delete, { senderId: o.chance.one(others).id }, { tasks });
  },
  'restores a sender': async (o) => {
    const senderId = await o.someId(`SELECT id FROM sender WHERE state <> 'active'`);
    if (senderId) await o.restore(senderId);
  },
  'lowers caps': (o) => o.lowerCaps(o.anySender()),
  'stoplists somebody': async (o) => {
    const { email, companyId } = o.chance.one(o.scenario.people);
    const value = o.chance.one([email, email?.split('@')[1], companyId]);
    if (value && o.chance.happens(0.4)) await o.ask(stoplistRoutes.add, {}, { value, reason: 'asked' });
  },
  'stoplists a domain': async (o) => {
    const value = o.chance.one(o.scenario.people).email?.split('@')[1];
    const isWanted = o.isScripted || o.chance.happens(0.4);
    if (value && isWanted) await o.ask(stoplistRoutes.add, {}, { value, reason: 'competitor' });
  },
};

const shorterWaits = (graph: Graph): Edit => ({
  graph: {
    ...graph,
    nodes: graph.nodes.map((node) =>
      node.type === 'delay'
        ? { ...node, config: { durationMs: Math.max(MINUTE, Math.floor(node.config.durationMs / 2)) } }
        : node,
    ),
  },
  targets: {},
});

/** Who stands on it goes on with what follows. */
function withoutAWait(graph: Graph): Edit | null {
  const gone = graph.nodes.find(({ type }) => type === 'delay');
  const [out, ...others] = graph.edges.filter(({ source }) => source === gone?.id);
  if (!gone || !out || others.length > 0) return null;
  const nodes = graph.nodes.filter((node) => node !== gone);
  const edges = graph.edges.filter((edge) => edge !== out);
  const led = edges.map((edge) => (edge.target === gone.id ? { ...edge, target: out.target } : edge));
  return { graph: { nodes, edges: led }, targets: { [gone.id]: out.target } };
}

interface Edit {
  graph: Graph;
  /** Where contacts of steps that are gone are placed. */
  targets: Record<string, string>;
}

/** People at the dashboard, over the same network as everybody. */
export class Office {
  readonly chance: Chance;
  readonly scenario: Scenario;
  private readonly life = new Life(null, () => undefined);
  private readonly fetch: typeof fetch;
  private readonly restored = new Set<string>();
  private isEased = false;
  private scripted = 0;
  /** The order is one of the script: it is carried out in any case. */
  isScripted = false;

  constructor(private readonly env: OfficeWorld) {
    this.chance = env.chance;
    this.scenario = env.scenario;
    this.fetch = env.network.fetchOf(this.life);
  }

  open(): void {
    const { time, chance } = this.env;
    time.after(chance.pick(20, 150) * SECOND, () => {
      time.start(async () => {
        await this.followScript();
        if (chance.fails(this.env.faults.operate)) await this.doSomething();
        await this.doDuties();
        this.open();
      });
    });
  }

  /** Asks once; an answer that does not come is not waited for again. Null: none, or it was refused. */
  async ask<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
    route: Route<P, Q, B, R>,
    params: z.input<P> | Record<string, never> = {},
    body: z.input<B> | Record<string, never> = {},
    query = '',
  ): Promise<z.output<R> | null> {
    const values = new Map(Object.entries(route.params.parse(params) as Record<string, string>));
    const path = route.path.replace(/:(\w+)/g, (_, name: string) => values.get(name) ?? '');
    const answer = await this.fetch(`${SERVER_URL}${path}${query}`, {
      method: route.method,
      headers: { cookie: this.env.cookie, origin: SERVER_URL, 'content-type': 'application/json' },
      ...(route.method === 'GET' ? {} : { body: JSON.stringify(body) }),
    }).catch(() => null);
    return answer?.ok ? route.response.parse(await answer.json()) : null;
  }

  async bulk(input: BulkInput, isSmall = false): Promise<void> {
    const automationId = this.anyAutomation();
    const [one] = isSmall ? await this.openContacts(automationId) : [];
    if (isSmall && !one) return;
    const selection = one ? { ids: [one] } : { filter: {} };
    await this.ask(bulkRoutes.start, { automationId }, { input, selection });
  }

  async moveToTheEnd(): Promise<void> {
    const automationId = this.anyAutomation();
    const [one] = await this.openContacts(automationId);
    const running = await this.ask(automationRoutes.get, { automationId });
    const end = running?.graph.nodes.find(({ type }) => type === 'end');
    if (!one || !end) return;
    const input = { action: 'move', nodeId: end.id } as const;
    await this.ask(bulkRoutes.start, { automationId }, { input, selection: { ids: [one] } });
  }

  /** Saves a changed draft and publishes it, with what was chosen for those who stand on what is gone. */
  async edit(change: (graph: Graph) => Edit | null): Promise<void> {
    const automationId = this.anyAutomation();
    const detail = await this.ask(automationRoutes.get, { automationId });
    const versions = await this.ask(versionRoutes.list, { automationId });
    const basedOn = versions?.items.find(({ isCurrent }) => isCurrent)?.number;
    const changed = detail ? change(detail.graph) : null;
    if (!detail || !changed || basedOn === undefined) return;
    const { name } = detail;
    await this.ask(automationRoutes.saveDraft, { automationId }, { name, graph: changed.graph });
    const choices = { targets: changed.targets, recompute: [] };
    await this.ask(versionRoutes.publish, { automationId }, { choices, basedOn });
  }

  async restore(senderId: string): Promise<void> {
    this.restored.add(senderId);
    await this.ask(senderLifeRoutes.restore, { senderId });
  }

  /** For all profiles of theirs at once. */
  async consent(agreed: boolean): Promise<void> {
    const version = CONSENT_VERSION;
    await this.ask(senderLifeRoutes.consent, { senderId: this.anySender() }, { version, agreed });
  }

  async someId(text: string): Promise<string | null> {
    const rows = await this.rows(text);
    return rows.length === 0 ? null : String(this.chance.one(rows).id);
  }

  private async openContacts(automationId: string): Promise<string[]> {
    const rows = await this.rows(
      `SELECT id FROM enrollment WHERE ended_at IS NULL AND automation_id = '${automationId}' ORDER BY id`,
    );
    return rows.map(({ id }) => String(id));
  }

  anyAutomation = () => this.chance.one(this.scenario.automations);
  anySender = () => this.chance.one(this.scenario.senders).id;
  anyChannel = () => this.chance.one(['linkedin', 'email', null] as const);

  async decide(decision: 'pause' | 'resume' | 'cancel'): Promise<void> {
    const rows = await this.rows('SELECT id FROM enrollment WHERE ended_at IS NULL');
    if (rows.length === 0 || (decision === 'cancel' && this.chance.happens(0.7))) return;
    await this.ask(enrollmentRoutes.decide, { enrollmentId: String(this.chance.one(rows).id) }, { decision });
  }

  /** Past the step of somebody who is paused; mostly of one whose step is under way or may have happened. */
  async skipStep(): Promise<void> {
    const underWay = await this.someId(
      `SELECT enrollment_id AS id FROM task WHERE state IN ('committing', 'unknown')`,
    );
    const paused = await this.someId(`SELECT id FROM enrollment WHERE status = 'paused'`);
    const enrollmentId = underWay ?? paused;
    if (!enrollmentId) return;
    if (underWay) await this.ask(enrollmentRoutes.decide, { enrollmentId }, { decision: 'pause' });
    await this.ask(enrollmentRoutes.decide, { enrollmentId }, { decision: 'skip' });
  }

  /** Once nothing goes wrong any more most teams let everything go as fast as it may: days of waiting prove little. */
  private async easeLimits(): Promise<void> {
    if (this.isEased) return;
    this.isEased = true;
    if (this.scenario.keepsLimits || !this.chance.happens(0.75)) return;
    for (const { id: senderId } of this.scenario.senders) {
      const settings = this.env.ledger.settings.get(senderId);
      if (!settings) continue;
      const { window, caps, ...rest } = settings;
      const high = Object.fromEntries(Object.keys(caps).map((kind) => [kind, { daily: 20, weekly: 100 }]));
      const wide = { ...window, days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
      await this.ask(
        senderRoutes.update,
        { senderId },
        { settings: { ...rest, rampEnabled: false, window: wide, caps: high } },
      );
    }
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

  /** When the next order of the script is due; null: none is left. */
  nextOrderAt(): number | null {
    const next = this.scenario.script[this.scripted];
    return next ? START + next.afterMs : null;
  }

  private async followScript(): Promise<void> {
    for (let at = this.nextOrderAt(); at !== null && at <= this.env.time.now(); at = this.nextOrderAt()) {
      const order = this.scenario.script[this.scripted++]?.order ?? '';
      this.isScripted = true;
      await this.carryOut(order);
      this.isScripted = false;
    }
  }

  private async doSomething(): Promise<void> {
    await this.carryOut(this.scenario.order ?? this.chance.one(Object.keys(actions)));
  }

  private async carryOut(order: string): Promise<void> {
    this.env.trace(`somebody ${order}`);
    await must(actions[order], `something people do: ${order}`)(this);
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
    await this.approveTexts();
    if (this.scenario.hasWebhooks) await this.decideCalls();
    if (!chance.faultsOn || chance.happens(0.2)) await this.resumeAll();
  }

  /** Each text that waits for a yes: as it stands, in other words, or not at all. */
  private async approveTexts(): Promise<void> {
    if ((await this.rows(`SELECT id FROM task WHERE state = 'waiting_approval' LIMIT 1`)).length === 0)
      return;
    const { chance, trace } = this.env;
    const shown = await this.ask(taskRoutes.list, {}, {}, '?group=approval');
    for (const item of shown?.items ?? []) {
      if (item.group !== 'approval') continue;
      const way = chance.one(['as it is', 'as it is', 'edited', 'skipped'] as const);
      trace(`somebody sees the text of ${item.id}: ${way}`);
      const { id: taskId, textHash } = item;
      const edited =
        item.text && way === 'edited'
          ? { edited: { text: `${item.text} (edited)`, subject: item.subject } }
          : {};
      if (way === 'skipped') await this.ask(taskRoutes.skip, { taskId });
      else await this.ask(taskRoutes.approve, { taskId }, { textHash, ...edited });
    }
  }

  /** Calls of another system that were given up. */
  private async decideCalls(): Promise<void> {
    const { chance, trace } = this.env;
    const failed = await this.rows(`SELECT id FROM webhook_delivery WHERE state = 'failed' ORDER BY id`);
    if (failed.length === 0) return;
    const shown = await this.ask(webhookRoutes.failed);
    if (!shown) return;
    const ids = shown.items.map(({ id }) => id);
    const missing = failed.find(({ id }) => !ids.includes(String(id)));
    if (missing) throw new Violation(`call ${missing.id} was given up and nobody is told`);
    const action = chance.one(['retry', 'retry', 'leave'] as const);
    trace(`somebody decides about calls that failed: ${action} ${ids}`);
    await this.ask(webhookRoutes.decide, {}, { action, ids });
  }

  private async resumeAll(): Promise<void> {
    if (!this.env.chance.faultsOn) {
      await this.easeLimits();
      if (await this.someId('SELECT id FROM sender WHERE consent_version IS NULL')) await this.consent(true);
      // A profile that came back from the bin has no browser any more: its contacts would rightly wait for ever.
      for (const senderId of this.restored)
        await this.ask(senderLifeRoutes.delete, { senderId }, { tasks: 'cancel' });
    }
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
