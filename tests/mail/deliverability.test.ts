import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DeliverabilityView, deliverabilityRoutes } from '#shared/contract/deliverability.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { createDns } from '../../companion-server/network/dns.ts';
import { makeWorld, type World } from '../conformance/fixture.ts';
import { call, problemOf, startTestServer, type TestServer } from '../conformance/support.ts';
import { dnsServerForFile } from '../support/dnsServer.ts';
import { ANNA, sandboxForFile, settingsFor } from './support.ts';

const sandbox = sandboxForFile([ANNA]);
const names = dnsServerForFile();
let server: TestServer;
let world: World;

beforeAll(async () => {
  server = await startTestServer({ dns: createDns([names().address]) });
  world = await makeWorld(server);
}, 60_000);
afterAll(() => server?.close());

const ask = async (route: (typeof deliverabilityRoutes)[keyof typeof deliverabilityRoutes]) =>
  call(server, route, { cookie: world.owner }, { params: { senderId: world.ids.senderId } });
const view = async (): Promise<DeliverabilityView> =>
  deliverabilityRoutes.get.response.parse((await ask(deliverabilityRoutes.get)).body);

describe('deliverability', () => {
  test('needs a mailbox', async () => {
    expect(await view()).toEqual({ domain: null, checkedAt: null, findings: [], testMail: null });
    for (const route of [deliverabilityRoutes.check, deliverabilityRoutes.sendTest]) {
      expect(problemOf(await ask(route))).toMatchObject({ status: 409, code: 'mailbox_not_set_up' });
    }
  });

  test('learns from a mail to oneself, and checks the records with it', async () => {
    const { smtp, imap, fromName, fromAddress } = settingsFor(sandbox());
    const params = { senderId: world.ids.senderId };
    const saved = await call(
      server,
      mailboxRoutes.save,
      { cookie: world.owner },
      { params, body: { smtp, imap, fromName, fromAddress } },
    );
    expect(saved.status).toBe(200);
    expect(await view()).toMatchObject({ domain: 'team.test', checkedAt: null, testMail: null });

    const sent = await ask(deliverabilityRoutes.sendTest);
    expect(sent.body).toMatchObject({
      testMail: { state: 'waiting', response: expect.stringContaining('Queued') },
    });
    const arrived = await vi.waitUntil(
      async () => {
        const now = await view();
        return now.testMail?.state === 'arrived' && now.checkedAt !== null ? now : null;
      },
      { timeout: 20_000, interval: 100 },
    );
    expect(arrived.testMail).toMatchObject({
      folder: 'INBOX',
      isJunk: false,
      signatures: [],
      verdicts: null,
    });
    expect(arrived.findings.map(({ check, level }) => [check, level])).toEqual([
      ['mx', 'bad'],
      ['spf', 'bad'],
      ['dkim', 'bad'],
      ['dmarc', 'bad'],
    ]);
    expect(sandbox().sent().at(-1)).toMatchObject({ to: [ANNA], subject: 'Test from Rapport' });

    names().add({ name: 'team.test', txt: 'v=spf1 mx -all' });
    const again = deliverabilityRoutes.check.response.parse((await ask(deliverabilityRoutes.check)).body);
    expect(again.findings.find(({ check }) => check === 'spf')).toMatchObject({ level: 'good' });
  });
});
