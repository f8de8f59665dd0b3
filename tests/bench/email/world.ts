import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY, systemTimers } from '#shared/kernel/clock.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { loadKeys } from '../../../companion-server/auth/keys.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { tick } from '../../../companion-server/engine/index.ts';
import { createLog } from '../../../companion-server/observability/log.ts';
import { createChanges } from '../../../companion-server/services/changes.ts';
import type { Services } from '../../../companion-server/services/context.ts';
import { createServices } from '../../../companion-server/services/create.ts';
import { sealSecret } from '../../../companion-server/services/mail/secret.ts';
import { withoutPasswords } from '../../../companion-server/services/mail/settings.ts';
import {
  addAutomation,
  addContact,
  addSender,
  eagerSettings,
  graphOfSteps,
  openStage,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';

/** What both sides send: the text of an outreach message of about 1,000 characters. */
export const TEXT = `Hello {{ firstName | default: "there" }},

${'this is a line of an outreach message that is meant to be read by a person. '.repeat(12)}

Best regards
Anna`;
export const SUBJECT = 'A question, {{ firstName }}';

export const PASSWORD = 'secret';
export const addressOf = (senderId: string) => `${senderId}@team.test`;

export interface EmailWorld {
  stage: Stage;
  services: Services;
  messages: number;
  /** Statements run since the start, by their text. */
  statements: Map<string, number>;
  shutdown: AbortController;
  close(): Promise<void>;
}

/** Ports of the local servers that every mailbox is at. */
export interface MailPorts {
  smtp: number;
  imap: number;
}

/** Mailboxes on local servers, and contacts whose first email is due. The database is a file on the disk. */
export async function openEmailWorld(
  mailboxes: number,
  messages: number,
  ports: MailPorts,
): Promise<EmailWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'rapport-bench-'));
  const statements = new Map<string, number>();
  const count = (text: string) => statements.set(text, (statements.get(text) ?? 0) + 1);
  const stage = await openStage(1, count, pathToFileURL(join(folder, 'bench.db')).href);
  const shutdown = new AbortController();
  const services = createServices({
    database: stage.db,
    dataDir: folder,
    keys: await loadKeys(folder),
    log: createLog('silent'),
    clocks: stage.ctx.clocks,
    timers: systemTimers,
    newId: systemNewId,
    rng: stage.rng,
    changes: createChanges(systemTimers),
    onWrite: () => {},
    baseUrl: 'http://127.0.0.1',
    publicUrl: 'https://rapport.test',
    allowLoopback: true,
    mailPrivateNetwork: true,
    version: 'bench',
    shutdown: shutdown.signal,
  });
  await stage.db.write((tx) =>
    tx.update(schema.workspace).set({ postalAddress: 'Team Ltd, Main Street 1, 12345 Town' }),
  );
  const senders = Array.from({ length: mailboxes }, (_, at) => `s${at + 1}`);
  for (const id of senders) {
    const { email } = await addSender(stage, id, { devices: [], settings: eagerSettings });
    const fromAddress = addressOf(id);
    const server = { host: '127.0.0.1', security: 'none', user: fromAddress, password: PASSWORD } as const;
    const settings = withoutPasswords({
      smtp: { ...server, port: ports.smtp },
      imap: { ...server, port: ports.imap },
      fromName: `Rep ${id}`,
      fromAddress,
    });
    const secret = { kind: 'password', smtp: PASSWORD, imap: PASSWORD } as const;
    const sealed = await sealSecret(services.vault, email, secret);
    await stage.db.write((tx) =>
      tx
        .insert(schema.mailbox)
        .values({ channelId: email, workspaceId: WORKSPACE, settings, sealed, updatedAt: 0 }),
    );
  }
  for (let n = 1; n <= messages; n++) await addContact(stage, n);
  const graph = graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: [
        'sender_profile',
        { ...freshSenderProfile, senders: senders.map((senderId) => ({ senderId, weight: 1 })) },
      ],
      mail: ['send_email', { subject: SUBJECT, text: TEXT, thread: 'new', attachments: [] }],
      rest: ['delay', { durationMs: 90 * DAY }],
      again: ['send_email', { subject: '', text: 'Did you see my note?', thread: 'reply', attachments: [] }],
      over: ['end', { outcome: 'neutral' }],
    },
    ['seg>who', 'who>mail', 'mail>rest', 'rest>again', 'again>over'],
  );
  await addAutomation(stage, 'a1', graph);
  for (let round = 0; round < messages + 100; round++) if (!(await tick(stage.ctx)).busy) break;
  await touchInboxes(stage);
  return {
    stage,
    services,
    messages,
    statements,
    shutdown,
    async close() {
      shutdown.abort();
      await stage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Every mailbox counts as read all the time: reading is measured by itself. */
async function touchInboxes(stage: Stage): Promise<void> {
  const now = stage.ctx.clocks.schedule.now() + 30 * DAY;
  await stage.db.write((tx) =>
    tx.update(schema.channel).set({ inboxReadAt: now }).where(eq(schema.channel.kind, 'email')),
  );
}

export async function countTasks(stage: Stage): Promise<Record<string, number>> {
  const rows = await stage.db.reader.all<{ state: string; n: number }>(
    sql`SELECT state, count(*) AS n FROM task GROUP BY state`,
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

const told = z.object({ port: z.number().optional(), messages: z.number().optional() });

export interface Sink {
  port: number;
  /** Messages taken since it began. */
  count(): Promise<number>;
  stop(): void;
}

export async function startSink(): Promise<Sink> {
  const child = fork(fileURLToPath(new URL('sink.ts', import.meta.url)), { execArgv: ['--import', 'tsx'] });
  const [first] = await once(child, 'message', { signal: AbortSignal.timeout(30_000) });
  return {
    port: told.parse(first).port ?? 0,
    async count() {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(5_000) });
      child.send({});
      return told.parse((await answer)[0]).messages ?? 0;
    },
    stop: () => child.kill(),
  };
}
