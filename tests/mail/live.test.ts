import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { MINUTE, SECOND, systemClock, systemTimers } from '#shared/kernel/clock.ts';
import { seededRng } from '#shared/kernel/prng.ts';
import { schema } from '../../companion-server/db/index.ts';
import { listenForNews } from '../../companion-server/email/listen.ts';
import { createChanges } from '../../companion-server/services/changes.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { type BackOff, nextTry } from '../../companion-server/services/mail/backOff.ts';
import { startMailWorkers } from '../../companion-server/services/mail/worker.ts';
import { makeWorld, type World } from '../conformance/fixture.ts';
import { call, startTestServer, type TestServer } from '../conformance/support.ts';
import { ANNA, sandboxForFile, settingsFor } from './support.ts';

const sandbox = sandboxForFile([ANNA]);

describe('trying again', () => {
  test('waits twice as long each time, half an hour at most, and never at the same second for all', () => {
    const rng = seededRng(3);
    const waits: number[] = [];
    let planned: BackOff | null = null;
    for (let now = 0; waits.length < 10; now = planned.at) {
      planned = nextTry(planned, now, rng);
      waits.push(planned.at - now);
    }
    for (const [index, wait] of waits.entries()) {
      const wanted = Math.min(2 ** index, 30) * MINUTE;
      expect(wait).toBeGreaterThanOrEqual(wanted * 0.8);
      expect(wait).toBeLessThanOrEqual(wanted * 1.2);
    }
    const first = Array.from({ length: 20 }, () => nextTry(null, 0, rng).at);
    expect(new Set(first).size).toBeGreaterThan(10);
  });
});

describe('listening at an inbox', () => {
  test('hears of a new message, and ends when told to', async () => {
    const stop = new AbortController();
    let news = 0;
    const listening = listenForNews(settingsFor(sandbox()).imap, () => (news += 1), stop.signal);
    await vi.waitUntil(
      async () => {
        if (news > 0) return true;
        await sandbox().deliver({ to: ANNA, from: 'b@people.test', subject: 'Hello', text: 'Hi' });
        return false;
      },
      { timeout: 20_000, interval: 500 },
    );
    stop.abort();
    expect(await listening).toBe('ended');
  });

  test('gives up where nobody answers, without a word', async () => {
    const { imap } = settingsFor(sandbox());
    expect(await listenForNews({ ...imap, port: 1 }, () => {}, new AbortController().signal)).toBe('ended');
  });
});

describe('a mailbox with its workers', () => {
  let server: TestServer;
  let world: World;
  let channelId: string;
  let ahead = 0;
  const stop = new AbortController();
  const ticked = createChanges(systemTimers);
  let workers: ReturnType<typeof startMailWorkers>;
  const lease = { now: () => systemClock.now() + ahead };
  const params = () => ({ senderId: world.ids.senderId });

  beforeAll(async () => {
    server = await startTestServer();
    world = await makeWorld(server);
    const { smtp, imap, fromName, fromAddress } = settingsFor(sandbox());
    const body = { smtp, imap, fromName, fromAddress };
    await call(server, mailboxRoutes.save, { cookie: world.owner }, { params: params(), body });
    const { db } = server.services;
    channelId =
      (await db.reader.select().from(schema.channel)).find(({ address }) => address === ANNA)?.id ?? '';
    const clocks = { schedule: lease, lease };
    const services = { ...server.services, clocks };
    const ctx = { ...engineOf(services), clocks };
    workers = startMailWorkers({ services, ctx, ticked, wakeEngine: () => {}, signal: stop.signal });
  }, 60_000);
  afterAll(async () => {
    stop.abort();
    await workers?.done;
    await server?.close();
  });

  const row = async () => {
    const [found] = await server.services.db.reader
      .select()
      .from(schema.channel)
      .where(eq(schema.channel.id, channelId));
    if (!found) throw new Error('no channel');
    return found;
  };
  const view = async () =>
    senderRoutes.get.response.parse(
      (await call(server, senderRoutes.get, { cookie: world.owner }, { params: params() })).body,
    );
  const pass = (ms: number) => {
    ahead += ms;
    ticked.notify();
  };
  const soon = { timeout: 20_000, interval: 100 };

  test('is read although nobody is under way with it', async () => {
    await vi.waitUntil(async () => (await row()).inboxReadAt !== null, soon);
  });

  test('shows a server that refuses at once, says when it is tried again, and lifts its hold only with both sides read', async () => {
    await server.services.db.write((tx) =>
      tx
        .update(schema.channel)
        .set({ smtpStatus: 'inactive', smtpResponse: '535 no' })
        .where(eq(schema.channel.id, channelId)),
    );
    sandbox().fault({ on: 'smtp', effect: 'auth_fail', times: 1 });
    pass(0);
    const planned = await vi.waitUntil(async () => (await row()).watchRetryAt, soon);
    expect(planned - lease.now()).toBeGreaterThan(40 * SECOND);
    expect(await view()).toMatchObject({ redDot: { email: true }, mailbox: { retryAt: planned } });

    // The first try is refused, with the server's own words; the hold stands and the next wait is longer.
    pass(2 * MINUTE);
    await vi.waitUntil(async () => ((await row()).watchRetryAt ?? 0) > planned + MINUTE, soon);
    await vi.waitUntil(async () => (await row()).smtpResponse?.includes('5.7.8'), soon);
    const holds = async () =>
      (await server.services.db.reader.select().from(schema.hold)).filter(
        ({ scopeId, reason, liftedAt }) =>
          scopeId === channelId && reason === 'email_disconnected' && liftedAt === null,
      );
    expect(await holds()).toHaveLength(1);
    expect((await row()).imapStatus).toBe('active');

    const before = (await row()).inboxReadAt ?? 0;
    pass(3 * MINUTE);
    await vi.waitUntil(async () => (await holds()).length === 0, soon);
    const after = await row();
    expect(after).toMatchObject({ smtpStatus: 'active', imapStatus: 'active' });
    expect(after.inboxReadAt ?? 0).toBeGreaterThan(before);
    await vi.waitUntil(async () => (await row()).watchRetryAt === null, soon);
  });

  test('says the same of a refusal, whether the rep asks or it is tried by itself', async () => {
    const { db } = server.services;
    const untilRefused = async () => {
      await vi.waitUntil(async () => (await row()).smtpStatus === 'inactive', soon);
      return (await row()).smtpResponse;
    };
    sandbox().fault({ on: 'smtp', effect: 'auth_fail', times: 1 });
    const answer = await call(server, mailboxRoutes.retry, { cookie: world.owner }, { params: params() });
    expect(answer.status).toBe(200);
    const asked = await untilRefused();
    await db.write((tx) =>
      tx.update(schema.channel).set({ smtpResponse: null }).where(eq(schema.channel.id, channelId)),
    );
    sandbox().fault({ on: 'smtp', effect: 'auth_fail', times: 1 });
    pass(0);
    await vi.waitUntil(async () => (await row()).watchRetryAt, soon);
    pass(2 * MINUTE);
    const byItself = await vi.waitUntil(async () => (await row()).smtpResponse, soon);
    expect(asked).toBe(byItself);
    expect(asked).toContain('Enter the password again.');
    pass(3 * MINUTE);
    await vi.waitUntil(async () => (await row()).smtpStatus === 'active', soon);
  });

  test('is tried at once when the rep asks', async () => {
    await server.services.db.write((tx) =>
      tx.update(schema.channel).set({ imapStatus: 'inactive' }).where(eq(schema.channel.id, channelId)),
    );
    const answer = await call(server, mailboxRoutes.retry, { cookie: world.owner }, { params: params() });
    expect(answer.body).toMatchObject({ mailbox: { imap: { status: 'active' } }, redDot: { email: false } });
  });
});
