import { once } from 'node:events';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { MINUTE, systemClock, systemTimers } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import type { MailServers } from '../../companion-server/email/mailServers.ts';
import { openChannels } from '../../companion-server/engine/index.ts';
import { createChanges } from '../../companion-server/services/changes.ts';
import { engineOf, unitOf } from '../../companion-server/services/engineOf.ts';
import { sealSecret } from '../../companion-server/services/mail/secret.ts';
import { startMailWorkers } from '../../companion-server/services/mail/worker.ts';
import { setUp, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let workspaceId: string;
const addresses = Array.from({ length: 12 }, (_, index) => `box${index}@acme.test`);
beforeAll(async () => {
  server = await startTestServer();
  ({ workspaceId } = await setUp(server));
  for (const address of addresses) await addMailbox(address);
});
afterAll(() => server.close());

async function addMailbox(address: string): Promise<void> {
  const { services } = server;
  const senderId = services.newId();
  const mailServer = { host: 'mail.acme.test', port: 993, security: 'tls', user: address, password: '' };
  const settings = { smtp: mailServer, imap: mailServer, fromName: address, fromAddress: address };
  await services.db.write(async (tx) => {
    const { email } = await openChannels(unitOf(services, tx), { workspaceId, senderId });
    const status = { smtpStatus: 'active', imapStatus: 'active' } as const;
    await tx
      .update(schema.channel)
      .set({ ...status, address })
      .where(eq(schema.channel.id, email));
    const sealed = await sealSecret(services.vault, email, { kind: 'password', smtp: 'p', imap: 'p' });
    await tx.insert(schema.mailbox).values({ channelId: email, workspaceId, settings, sealed, updatedAt: 1 });
  });
}

const soon = { timeout: 20_000, interval: 50 };

test('of more mailboxes than are read at once, those that were read least recently go first', async () => {
  let ahead = 0;
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const stop = new AbortController();
  const sync: MailServers['sync'] = async ({ fromAddress }) => {
    begun.push(fromAddress);
    const end = new AbortController();
    ends.push(() => end.abort());
    const ended = AbortSignal.any([end.signal, stop.signal]);
    if (!ended.aborted) await once(ended, 'abort');
    return { ok: true, value: { more: false, refused: [], resynced: [], read: 0 } };
  };
  const lease = { now: () => systemClock.now() + ahead };
  const clocks = { schedule: lease, lease };
  const services = { ...server.services, clocks, mailServers: { ...server.services.mailServers, sync } };
  const ctx = { ...engineOf(services), clocks };
  const ticked = createChanges(systemTimers);
  const workers = startMailWorkers({ services, ctx, ticked, wakeEngine: () => {}, signal: stop.signal });

  try {
    await vi.waitUntil(() => begun.length === 10, soon);
    // Meanwhile the first of them are due again. Two end, and there is room for two.
    ahead += 20 * MINUTE;
    for (const end of ends.splice(0, 2)) end();
    await vi.waitUntil(() => begun.length >= 12, soon);
    expect(begun.slice(10).sort()).toEqual(
      addresses.filter((one) => !begun.slice(0, 10).includes(one)).sort(),
    );
  } finally {
    stop.abort();
    await workers.done;
  }
});
