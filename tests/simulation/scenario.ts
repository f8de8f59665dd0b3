import { eq } from 'drizzle-orm';
import type { Graph } from '#shared/automation/graph.ts';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { between, type Rng } from '#shared/kernel/prng.ts';
import { type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { hashOfToken } from '../../companion-server/auth/deviceToken.ts';
import { schema } from '../../companion-server/db/index.ts';
import type { Pairing } from './browser.ts';
import type { Chance } from './chance.ts';
import { type ImportPlan, strangerOf } from './imports.ts';
import {
  addAutomation,
  addContact,
  addressOf,
  addSender,
  type Person,
  START,
  type Stage,
  WORKSPACE,
} from './setup.ts';
import { type TemplateName, templates } from './templates.ts';

/** The small world of one seed: who there is, and what runs. */
export interface Scenario {
  senders: { id: string; settings: SenderSettings; mailbox: string }[];
  browsers: Pairing[];
  people: Person[];
  automations: string[];
  order: string | null;
  isLively: boolean;
  isFine: boolean;
  keepsLimits: boolean;
  script: readonly Scripted[];
  /** Something calls another system. */
  hasWebhooks: boolean;
  importing: ImportPlan | null;
}

export interface Scripted {
  /** Schedule time since the start. */
  afterMs: number;
  order: string;
}

/** What is given instead of drawn: a world in which a certain thing is likely to be seen. */
export interface Tilt {
  template?: TemplateName;
  people?: number;
  senders?: number;
  /** All addresses are at this domain. */
  domain?: string;
  /** Browsers of each sender. */
  browsers?: 1 | 2;
  /** Actions of each kind a day. */
  cap?: number;
  /** Least time between two actions of a channel. */
  gapMs?: number;
  /** Everybody's profile is known, senders work round the clock, invitations are accepted and messages answered. */
  isLively?: boolean;
  /** Local hours of all senders, in UTC and on every day. */
  hours?: readonly [from: string, to: string];
  /** Idle time is passed over in the shortest steps, and the caps of a week hold nothing up. */
  isFine?: boolean;
  /** Windows and caps stay as they are once nothing goes wrong any more. */
  keepsLimits?: boolean;
  /** A rep imports a list. */
  imports?: boolean;
  /** What people do in the dashboard, each time. */
  order?: string;
  /** What they do there at certain times, besides their duties. */
  script?: readonly Scripted[];
}

export async function drawScenario(
  stage: Stage,
  chance: Chance,
  ownerUserId: string,
  tilt: Tilt = {},
  drawImport: Rng = () => 1,
): Promise<Scenario> {
  const senders: Scenario['senders'] = [];
  const browsers: Pairing[] = [];
  const importing = planImport(drawImport, tilt);
  for (const { id, settings } of drawSenders(chance, tilt)) {
    if (importing?.senderId === id) settings.caps.search_page = importing.cap;
    const hasTwo = tilt.browsers ? tilt.browsers === 2 : chance.happens(0.35);
    const devices = hasTwo ? [`${id}-d1`, `${id}-d2`] : [`${id}-d1`];
    const { email } = await addSender(stage, id, { settings, devices });
    await addMailbox(stage, email, addressOf(id));
    senders.push({ id, settings, mailbox: email });
    await stage.db.write((tx) =>
      tx.update(schema.sender).set({ ownerUserId }).where(eq(schema.sender.id, id)),
    );
    for (const deviceId of devices) browsers.push(await withToken(stage, deviceId, id));
  }
  await stage.db.write(async (tx) => {
    const created = { workspaceId: WORKSPACE, createdAt: START };
    await tx.insert(schema.tag).values({ id: 't1', name: 'Tag', ...created });
    await tx.insert(schema.list).values({ id: 'l2', name: 'Other list', ...created });
  });
  const people: Person[] = [];
  const count = tilt.people ?? chance.pick(2, 4);
  for (let n = 1; n <= count; n++) {
    const company = chance.happens(0.5) ? { companyId: 'company' } : {};
    people.push(
      await addContact(stage, n, {
        bound: tilt.isLively || chance.happens(0.4),
        email: chance.happens(0.85),
        ...(tilt.domain ? { domain: tilt.domain } : {}),
        ...company,
      }),
    );
  }
  const automations: string[] = [];
  let hasWebhooks = false;
  for (let n = 1; n <= (chance.happens(0.2) ? 2 : 1); n++) {
    const template = templates[tilt.template ?? chance.one(names)];
    const id = `a${n}`;
    const ids = senders.map((each) => each.id);
    const graph = template(id, ids, chance);
    await addAutomation(stage, id, tilt.isLively ? withoutWaits(graph) : graph);
    automations.push(id);
    hasWebhooks ||= graph.nodes.some(({ type }) => type === 'webhook');
  }
  for (let n = 1; n <= (importing?.strangers ?? 0); n++) people.push(strangerOf(count + n));
  const { order = null, isLively = false, isFine = false, keepsLimits = false, script = [] } = tilt;
  const given = { order, isLively, isFine, keepsLimits, script };
  return { senders, browsers, people, automations, hasWebhooks, importing, ...given };
}

/** How many worlds have an import: they are dearer than the others, for more people come in. */
const IMPORTING = 0.05;

function planImport(rng: Rng, tilt: Tilt): ImportPlan | null {
  if (!tilt.imports && rng() >= IMPORTING) return null;
  const cap = { daily: between(rng, 1, 3), weekly: between(rng, 3, 6) };
  return { senderId: 's1', strangers: between(rng, 1, 2), pageSize: between(rng, 1, 2), cap };
}

const names = Object.keys(templates) as TemplateName[];

function drawSenders(chance: Chance, tilt: Tilt): { id: string; settings: SenderSettings }[] {
  const ids = ['s1', 's2', 's3'].slice(0, tilt.senders ?? chance.one([1, 1, 1, 1, 2, 2, 3]));
  return ids.map((id) => ({ id, settings: drawSettings(chance, tilt) }));
}

/** Everybody enters at once, and a step follows the other as soon as it may. */
function withoutWaits(graph: Graph): Graph {
  const nodes = graph.nodes.map((node) => {
    if (node.type === 'delay') return { ...node, config: { durationMs: MINUTE } };
    if (node.type !== 'segment') return node;
    return { ...node, config: { ...node.config, activeLimit: null, coworkersLimit: null } };
  });
  return { ...graph, nodes };
}

async function addMailbox(stage: Stage, channelId: string, address: string): Promise<void> {
  const server = { host: 'mail.test', port: 465, security: 'tls', user: address, password: '' };
  const settings = { smtp: server, imap: { ...server, port: 993 }, fromName: 'Rep', fromAddress: address };
  await stage.db.write((tx) =>
    tx
      .insert(schema.mailbox)
      .values({ channelId, workspaceId: WORKSPACE, settings, sealed: 'sealed', updatedAt: START }),
  );
}

/** Small caps and windows in zones that change their clocks within the simulated weeks. */
function drawSettings(chance: Chance, tilt: Tilt): SenderSettings {
  const zone = chance.one(['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland']);
  const days = chance.happens(0.5) && !tilt.isLively ? [1, 2, 3, 4, 5] : [1, 2, 3, 4, 5, 6, 7];
  const roundTheClock = ['00:00', '24:00'] as const;
  const [from, to] = tilt.isLively
    ? roundTheClock
    : chance.one([['09:00', '18:00'], roundTheClock, ['10:30', '14:00']] as const);
  const cap = (least: number, most: number) => ({
    daily: tilt.cap ?? chance.pick(least, most),
    weekly: tilt.isFine && tilt.cap ? tilt.cap * 5 : chance.pick(most, most * 4),
  });
  if (tilt.hours) {
    const [from, to] = tilt.hours;
    const window = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from, to };
    return senderSettings.parse({
      window,
      caps: { page_load: cap(4, 20), invite: cap(1, 6) },
      rampEnabled: false,
    });
  }
  const gap = (least: number, most: number) => {
    const minMs = tilt.gapMs ?? chance.pick(least, most);
    return { minMs, maxMs: minMs + chance.pick(0, most / 2) };
  };
  return senderSettings.parse({
    window: { zone, days, from, to },
    caps: {
      invite: cap(1, 6),
      message: cap(2, 8),
      inmail: cap(1, 3),
      follow_like: cap(1, 5),
      withdrawal: cap(1, 4),
      page_load: tilt.isFine ? { daily: 150, weekly: 750 } : cap(4, 20),
      email: cap(2, 8),
    },
    gaps: {
      linkedin: gap(30 * SECOND, (tilt.isLively ? 40 : chance.one([2, 40])) * MINUTE),
      email: gap(5 * SECOND, chance.one([1, 40]) * MINUTE),
    },
    rampEnabled: chance.happens(0.2),
  });
}

async function withToken(stage: Stage, deviceId: string, senderId: string): Promise<Pairing> {
  const token = `token-of-the-browser-${deviceId}`;
  const { device } = schema;
  await stage.db.write((tx) =>
    tx
      .update(device)
      .set({ tokenHash: hashOfToken(token) })
      .where(eq(device.id, deviceId)),
  );
  return { deviceId, senderId, token };
}
