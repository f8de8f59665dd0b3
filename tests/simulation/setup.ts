import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import type { Graph, GraphNode } from '#shared/automation/graph.ts';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { type Rng, seededRng } from '#shared/kernel/prng.ts';
import { type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { type Database, openDatabase, schema } from '../../companion-server/db/index.ts';
import {
  type EngineContext,
  openChannels,
  startAutomation,
  unitIn,
} from '../../companion-server/engine/index.ts';
import { newFolder, openTestDatabase } from '../support/openTestDatabase.ts';

export const WORKSPACE = 'w1';
/** Monday, 2 March 2026, 10:00 UTC. */
export const START = Date.UTC(2026, 2, 2, 10);

export interface Stage {
  ctx: EngineContext;
  db: Database;
  rng: Rng;
  /** Real time; schedule time runs `offset` ahead of it. */
  time: { real: number; offset: number };
  /** The statements that make this schema. */
  schemaText: string;
  close(): Promise<void>;
}

/** An engine on a database of its own, with clocks the test moves and ids that are the same for the same seed. */
export async function openStage(
  seed = 1,
  onStatement?: (text: string) => void,
  url?: string,
): Promise<Stage> {
  const dir = newFolder('engine');
  const db = url
    ? await openDatabase({ url, ...(onStatement ? { onStatement } : {}) })
    : await openTestDatabase(join(dir, 'engine.db'), onStatement);
  const tables = await db.reader.all<{ sql: string }>(
    // The tables of the full-text index come with it.
    sql`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'contact_search_%'`,
  );
  const time = { real: START, offset: 0 };
  const rng = seededRng(seed);
  let ids = 0;
  const silent = () => {};
  const ctx: EngineContext = {
    db,
    clocks: { lease: { now: () => time.real }, schedule: { now: () => time.real + time.offset } },
    rng,
    newId: () => `id${String(++ids).padStart(8, '0')}`,
    log: { info: silent, warn: silent, error: silent },
    keyedHash: (text) => createHash('sha256').update(text).digest('hex'),
  };
  await db.write((tx) =>
    tx
      .insert(schema.workspace)
      .values({ id: WORKSPACE, name: 'Team', postalAddress: 'Team, 1 Road, Town', createdAt: START })
      .onConflictDoNothing(),
  );
  const close = async () => {
    await db.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { ctx, db, rng, time, schemaText: tables.map((row) => `${row.sql};`).join('\n'), close };
}

export const addressOf = (sender: string) => `${sender}@team.test`;
export const memberIdOf = (sender: string) => `77${sender.replace(/\D/g, '')}`;

/** Works round the clock with short gaps, so that tests say themselves what limits them. */
export const eagerSettings: SenderSettings = senderSettings.parse({
  window: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' },
  caps: { invite: { daily: 40 }, message: { daily: 100 }, page_load: { daily: 150 }, email: { daily: 400 } },
  gaps: { linkedin: { minMs: 30_000, maxMs: 30_000 }, email: { minMs: 5_000, maxMs: 5_000 } },
  rampEnabled: false,
});

/** A sender profile whose LinkedIn account and mailbox work, with paired devices. */
export async function addSender(
  stage: Stage,
  id: string,
  options: { settings?: SenderSettings; devices?: string[]; connected?: boolean } = {},
): Promise<{ linkedin: string; email: string }> {
  const { ctx } = stage;
  return await stage.db.write(async (tx) => {
    const unit = unitIn(ctx, tx);
    await tx.insert(schema.sender).values({
      id,
      workspaceId: WORKSPACE,
      name: `Rep ${id}`,
      ownerUserId: `user-${id}`,
      settings: options.settings ?? eagerSettings,
      consentVersion: CONSENT_VERSION,
      createdAt: START,
    });
    const channels = await openChannels(unit, { workspaceId: WORKSPACE, senderId: id });
    for (const deviceId of options.devices ?? [`${id}-d1`]) {
      await tx.insert(schema.device).values({
        id: deviceId,
        workspaceId: WORKSPACE,
        senderId: id,
        name: deviceId,
        tokenHash: deviceId,
        pairedBy: 'test',
        pairedAt: START,
      });
    }
    if (options.connected !== false) await connect(tx, channels, id);
    return channels;
  });
}

async function connect(
  tx: Parameters<Parameters<Database['write']>[0]>[0],
  channels: { linkedin: string; email: string },
  id: string,
): Promise<void> {
  await tx
    .update(schema.channel)
    .set({
      status: 'active',
      address: memberIdOf(id),
      lastCheckedAt: START,
      inboxReadAt: START,
      acceptancesReadAt: START,
    })
    .where(eq(schema.channel.id, channels.linkedin));
  await tx
    .update(schema.channel)
    .set({ address: addressOf(id), smtpStatus: 'active', imapStatus: 'active', inboxReadAt: START })
    .where(eq(schema.channel.id, channels.email));
}

export interface Person {
  contactId: string;
  slug: string;
  profileId: string;
  memberId: string;
  email: string | null;
  companyId: string | null;
}

/** A contact in the list `l1`, known by slug (and by id once `bound`). */
export async function addContact(
  stage: Stage,
  n: number,
  options: { bound?: boolean; email?: boolean; domain?: string; companyId?: string; firstName?: string } = {},
): Promise<Person> {
  const person: Person = {
    contactId: `c${String(n).padStart(3, '0')}`,
    slug: `person-${n}`,
    profileId: `ACoAAperson${String(n).padStart(6, '0')}`,
    memberId: String(1000 + n),
    email: options.email === false ? null : `p${n}@${options.domain ?? `firm${n}.test`}`,
    companyId: options.companyId ?? null,
  };
  await stage.db.write(async (tx) => {
    await tx
      .insert(schema.list)
      .values({ id: 'l1', workspaceId: WORKSPACE, name: 'List', createdAt: START })
      .onConflictDoNothing();
    await tx.insert(schema.contact).values({
      id: person.contactId,
      workspaceId: WORKSPACE,
      firstName: options.firstName ?? `Person${n}`,
      lastName: 'Test',
      email: person.email,
      linkedinSlug: person.slug,
      linkedinProfileId: options.bound ? person.profileId : null,
      linkedinMemberId: options.bound ? person.memberId : null,
      companyId: person.companyId,
      companyName: person.companyId,
      companyKey: person.companyId,
      enrichedAt: options.bound ? START : null,
      source: 'test',
      legalBasis: 'test',
      createdAt: START,
      updatedAt: START,
    });
    const identities: [typeof schema.contactIdentity.$inferInsert.kind, string | null][] = [
      ['linkedin_slug', person.slug],
      ['email', person.email],
      ['linkedin_profile', options.bound ? person.profileId : null],
    ];
    for (const [kind, value] of identities) {
      if (value === null) continue;
      await tx
        .insert(schema.contactIdentity)
        .values({ workspaceId: WORKSPACE, kind, value, contactId: person.contactId });
    }
    await tx
      .insert(schema.listMember)
      .values({ listId: 'l1', contactId: person.contactId, workspaceId: WORKSPACE, addedAt: START });
  });
  return person;
}

export async function addAutomation(stage: Stage, id: string, graph: Graph): Promise<void> {
  await stage.db.write(async (tx) => {
    await tx.insert(schema.automation).values({
      id,
      workspaceId: WORKSPACE,
      name: `Automation ${id}`,
      draft: graph,
      createdBy: 'test',
      createdAt: START,
      updatedAt: START,
    });
    await startAutomation(unitIn(stage.ctx, tx), id, graph, 'test');
  });
}

type Step = GraphNode extends infer N
  ? N extends { type: infer T; config: infer C }
    ? [T, C]
    : never
  : never;

/** A graph from node configs and "source.exit>target" edges; node ids are the keys. */
export function graphOfSteps(steps: Record<string, Step>, edges: readonly string[]): Graph {
  const nodes = Object.entries(steps).map(
    ([id, [type, config]]) => ({ id, type, label: '', position: { x: 0, y: 0 }, config }) as GraphNode,
  );
  return {
    nodes,
    edges: edges.map((text, i) => {
      const [from = '', target = ''] = text.split('>');
      const [source = '', exit = 'next'] = from.split('.');
      return { id: `e${i}`, source, exit: exit as 'next', target };
    }),
  };
}

/** Connect, wait, two messages; beside it two emails. */
export function outreachGraph(
  senders: readonly string[],
  limits: { active?: number | null; coworkers?: number | null; email?: boolean; linkedin?: boolean } = {},
): Graph {
  const steps: Record<string, Step> = {
    seg: [
      'segment',
      {
        ...freshSegment,
        listIds: ['l1'],
        activeLimit: limits.active ?? null,
        coworkersLimit: limits.coworkers ?? null,
      },
    ],
    who: [
      'sender_profile',
      { ...freshSenderProfile, senders: senders.map((senderId) => ({ senderId, weight: 1 })) },
    ],
  };
  const edges = ['seg>who'];
  if (limits.linkedin !== false) {
    Object.assign(steps, {
      invite: ['connect', { note: 'Hi {{ firstName }}', whenNoNote: 'send_without' }],
      accepted: ['wait_until', { event: 'accepted', timeoutMs: 6 * HOUR }],
      hello: ['message', { text: 'Thanks {{ firstName }}' }],
      pause: ['delay', { durationMs: 10 * MINUTE }],
      again: ['message', { text: 'Did you see this, {{ firstName }}?' }],
      good: ['end', { outcome: 'positive' }],
      none: ['end', { outcome: 'negative' }],
    } satisfies Record<string, Step>);
    edges.push('who>invite', 'invite>accepted', 'accepted.happened>hello', 'accepted.timeout>none');
    edges.push('hello>pause', 'pause>again', 'again>good');
  }
  if (limits.email !== false) {
    Object.assign(steps, {
      mail: [
        'send_email',
        { subject: 'Hello {{ firstName }}', text: 'Text', thread: 'new', attachments: [] },
      ],
      rest: ['delay', { durationMs: 4 * HOUR }],
      mail2: ['send_email', { subject: '', text: 'Following up', thread: 'reply', attachments: [] }],
      over: ['end', { outcome: 'neutral' }],
    } satisfies Record<string, Step>);
    edges.push('who>mail', 'mail>rest', 'rest>mail2', 'mail2>over');
  }
  return graphOfSteps(steps, edges);
}
