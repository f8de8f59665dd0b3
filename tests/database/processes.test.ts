import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterEach, expect, it, vi } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, importRoutes } from '#shared/contract/contact.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { type Database, openDatabase, schema } from '../../companion-server/db/index.ts';
import { csv } from '../conformance/fixture.ts';
import { type ServerProcess as FirstServer, startServerProcess } from '../conformance/process.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { type HranaServer, startHranaServer } from '../support/hrana/index.ts';
import { startServer } from '../support/serverProcess.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const olga = { address: 'olga@acme.test', password: 'secret' };
const people = ['anna', 'ben', 'cora', 'dan', 'eva', 'finn'].map((name) => `${name}@${name}.test`);
/** A statement that only the tick makes. */
const TICK = /"hold"\."until" <= \?/;

it('two servers share one database: one ticks, and after its SIGKILL the other does, nothing twice', async () => {
  const mail = await startMailSandbox({ users: [olga] });
  ends.push(mail.stop);
  const dataDir = mkdtempSync(join(tmpdir(), 'rapport-shared-'));
  const hrana = await startHranaServer({ file: join(dataDir, 'server.db'), tokens: ['one', 'two', 'test'] });
  ends.push(hrana.stop);
  const env = (token: string) => ({ DATABASE_URL: hrana.httpUrl, DATABASE_AUTH_TOKEN: token });
  const first = await startServerProcess({ ...env('one'), RAPPORT_DATA_DIR: dataDir });
  ends.push(() => first.child.kill('SIGKILL'));
  const second = await startServer({ dataDir, port: 0, env: env('two') });
  ends.push(second.kill);
  const db = await openDatabase({ url: hrana.httpUrl, authToken: 'test' });
  ends.push(db.close);
  mail.people.set(people[0] ?? '', { replyAfterMs: 0, text: 'Yes, gladly!' });
  await startCampaign(first, mail);

  let offset = 0;
  /** Moves everybody's schedule time to what is due next, while nothing is in flight. */
  async function moveOn(servers: Pick<FirstServer, 'idle'>[], move: (ms: number) => Promise<unknown>) {
    const states = await Promise.all(servers.map((server) => server.idle()));
    const dues = states.flatMap(({ nextWorkAt, nextReadAt }) => [nextWorkAt, nextReadAt]);
    const due = Math.min(...dues.filter((at) => at !== null));
    if (!states.every(({ idle }) => idle) || !Number.isFinite(due)) return;
    offset += Math.max(0, due - Math.max(...states.map(({ now }) => now)));
    await move(offset);
    await mail.setClockOffset(offset);
  }

  await vi.waitFor(
    async () => {
      await moveOn([first, second], (ms) => Promise.all([first.setOffset(ms), second.setScheduleOffset(ms)]));
      expect(mail.receivedByPeople().length, first.output()).toBeGreaterThanOrEqual(2);
    },
    { timeout: 90_000, interval: 100 },
  );
  const leading = await leaderOf(db);
  expect(ticksOf(hrana, 'one')).toBeGreaterThan(0);
  expect(ticksOf(hrana, 'two')).toBe(0);

  first.child.kill('SIGKILL');
  await vi.waitFor(
    async () => {
      await moveOn([second], (ms) => second.setScheduleOffset(ms));
      expect(await leaderOf(db)).not.toBe(leading);
    },
    // The lease of the dead one (60 s) and the follower's longest sleep (30 s) add up to 90 s.
    { timeout: 120_000, interval: 500 },
  );
  await vi.waitFor(
    async () => {
      await moveOn([second], (ms) => second.setScheduleOffset(ms));
      expect(mail.receivedByPeople().length, second.output()).toBeGreaterThanOrEqual(people.length);
      expect(await repliesIn(db)).toBeGreaterThan(0);
      // Everybody may have been written to before it leads.
      expect(ticksOf(hrana, 'two')).toBeGreaterThan(0);
    },
    { timeout: 90_000, interval: 100 },
  );
  expect((await fetch(`${second.origin}/health`)).status).toBe(200);
  const received = mail.receivedByPeople().flatMap(({ to }) => to);
  expect(received.sort()).toEqual(people);
  // Either server may have read the inbox, or both; what lay there counts once.
  expect(await repliesIn(db)).toBe(1);
  expect(await db.reader.$count(schema.inboundMessage)).toBe(1);
  expect(await db.reader.$count(schema.task, eq(schema.task.kind, 'send_email'))).toBe(people.length);
}, 300_000);

async function leaderOf(db: Database): Promise<string | undefined> {
  const [row] = await db.reader.select().from(schema.leader);
  return row?.holder;
}

async function repliesIn(db: Database): Promise<number> {
  return await db.reader.$count(schema.event, eq(schema.event.type, 'reply_received'));
}

function ticksOf(hrana: HranaServer, token: string): number {
  return hrana.statements.filter((made) => made.token === token && TICK.test(made.sql)).length;
}

/** One email to each of the people, then a wait for their answers. */
async function startCampaign({ call }: FirstServer, mail: MailSandbox): Promise<void> {
  const { id: senderId } = await call(senderRoutes.create, { body: { name: 'Olga', zone: 'UTC' } });
  const allDay = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
  await call(senderRoutes.update, { params: { senderId }, body: { settings: { window: allDay } } });
  const side = (port: number) => ({
    host: '127.0.0.1',
    port,
    security: 'none' as const,
    user: olga.address,
    password: olga.password,
  });
  const mailbox = { smtp: side(mail.ports.smtp), imap: side(mail.ports.imap), fromName: 'Olga' };
  await call(mailboxRoutes.save, { params: { senderId }, body: { ...mailbox, fromAddress: olga.address } });
  const lines = people.map((address) => `${address.split('@')[0]},${address}`);
  const contentBase64 = csv(`First name,Email\n${lines.join('\n')}\n`);
  const { id: importId } = await call(importRoutes.upload, { body: { fileName: 'a.csv', contentBase64 } });
  await call(importRoutes.run, {
    params: { importId },
    body: { mapping: ['firstName', 'email'], listName: 'Leads', legalBasis: 'consent' },
  });
  const listId = (await call(contactRoutes.lists)).items[0]?.id ?? '';
  const { id: automationId } = await call(automationRoutes.create, { body: { name: 'Mail' } });
  const graph = campaign(listId, senderId);
  await call(automationRoutes.saveDraft, { params: { automationId }, body: { name: 'Mail', graph } });
  await call(automationRoutes.start, { params: { automationId } });
}

function campaign(listId: string, senderId: string) {
  const position = { x: 0, y: 0 };
  const email = { subject: 'Hello', text: 'Shall we talk?', thread: 'new' as const, attachments: [] };
  const wait = { event: 'replied' as const, timeoutMs: 864e5 };
  return {
    nodes: [
      { id: 's', type: 'segment' as const, position, config: { listIds: [listId] } },
      { id: 'p', type: 'sender_profile' as const, position, config: { senders: [{ senderId }] } },
      { id: 'm', type: 'send_email' as const, position, config: email },
      { id: 'w', type: 'wait_until' as const, position, config: wait },
      { id: 'e', type: 'end' as const, position, config: { outcome: 'positive' as const } },
      { id: 'n', type: 'end' as const, position, config: { outcome: 'negative' as const } },
    ],
    edges: [
      { id: '1', source: 's', exit: 'next' as const, target: 'p' },
      { id: '2', source: 'p', exit: 'next' as const, target: 'm' },
      { id: '3', source: 'm', exit: 'next' as const, target: 'w' },
      { id: '4', source: 'w', exit: 'happened' as const, target: 'e' },
      { id: '5', source: 'w', exit: 'timeout' as const, target: 'n' },
    ],
  };
}
