import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { DAY, MINUTE, systemClock } from '#shared/kernel/clock.ts';
import type { HoldReason } from '#shared/statuses/engine.ts';
import { schema } from '../../companion-server/db/index.ts';
import { liftHold, setHold } from '../../companion-server/engine/index.ts';
import { unitOf } from '../../companion-server/services/engineOf.ts';
import { sendNextSystemMail } from '../../companion-server/services/systemMail/worker.ts';
import { makeWorld, type World } from '../conformance/fixture.ts';
import { call, cookieOf, ORIGIN, owner, startTestServer, type TestServer } from '../conformance/support.ts';
import { ANNA, PASSWORD, sandboxForFile } from './support.ts';

const sandbox = sandboxForFile([ANNA]);
let offset = 0;
let server: TestServer;
let world: World;
let channelId: string;

beforeAll(async () => {
  const url = `smtp://${encodeURIComponent(ANNA)}:${PASSWORD}@127.0.0.1:${sandbox().ports.smtp}`;
  const schedule = { now: () => systemClock.now() + offset };
  server = await startTestServer({ schedule, systemMail: { url, from: `Rapport <${ANNA}>` } });
  world = await makeWorld(server);
  const channels = await server.services.db.reader.select().from(schema.channel);
  channelId =
    channels.find(({ senderId, kind }) => senderId === world.ids.senderId && kind === 'email')?.id ?? '';
}, 60_000);
afterAll(() => server?.close());

const sent = () => sandbox().sent();
const last = () => sent().at(-1) ?? { raw: '', subject: '', to: [] };
const readable = (raw: string) => raw.replace(/=\r\n/g, '').replaceAll('=3D', '=');

/** Lets time pass and sends all that is due; answers how many mails went out. */
async function pass(ms: number): Promise<number> {
  const before = sent().length;
  offset += ms;
  while (await sendNextSystemMail(server.services));
  return sent().length - before;
}

const keyOf = (reason: HoldReason) =>
  ({ workspaceId: world.workspaceId, scope: 'channel', scopeId: channelId, reason }) as const;
const hold = (reason: HoldReason, detail: string | null = null) =>
  server.services.db.write((tx) =>
    setHold(unitOf(server.services, tx), { ...keyOf(reason), detail, by: 'system' }),
  );
const lift = (reason: HoldReason) =>
  server.services.db.write((tx) => liftHold(unitOf(server.services, tx), keyOf(reason), 'somebody'));

describe('an invitation', () => {
  const invite = async (email: string) => {
    const answer = await server.app.request(`${ORIGIN}/api/auth/organization/invite-member`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN, cookie: world.owner },
      body: JSON.stringify({ email, role: 'rep' }),
    });
    expect(answer.status).toBe(200);
  };
  const post = (path: string, body: object, cookie = '') =>
    server.app.request(`${ORIGIN}/api/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN, cookie },
      body: JSON.stringify(body),
    });

  test('is mailed with a link that makes an account', async () => {
    await invite('rita@acme.test');
    expect(await pass(0)).toBe(1);
    expect(last()).toMatchObject({
      to: ['rita@acme.test'],
      subject: 'Olga Owner invites you to Acme in Rapport',
    });
    const link = /http:\/\/rapport\.test\/join\?[\w=&%.@-]+/.exec(readable(last().raw))?.[0] ?? '';
    const asked = new URL(link).searchParams;
    expect(asked.get('email')).toBe('rita@acme.test');
    const person = { email: 'rita@acme.test', name: 'Rita', password: 'correct horse 3' };
    const signedUp = await post('/sign-up/email', { ...person, invitationId: asked.get('invitation') });
    expect(signedUp.status).toBe(200);
    const joined = await post(
      '/organization/accept-invitation',
      { invitationId: asked.get('invitation') },
      cookieOf(signedUp.headers),
    );
    expect(joined.status).toBe(200);
    expect(await pass(DAY)).toBe(0);
  });

  test('that was taken back before it went out is not mailed', async () => {
    await invite('kim@acme.test');
    await server.services.db.write((tx) =>
      tx
        .update(schema.invitation)
        .set({ status: 'canceled' })
        .where(eq(schema.invitation.email, 'kim@acme.test')),
    );
    expect(await pass(0)).toBe(0);
  });

  test('is tried again while the mail server is away, and never goes out twice', async () => {
    sandbox().fault({ on: 'smtp', effect: '4xx', times: 2 });
    await invite('lea@acme.test');
    expect(await pass(0)).toBe(0);
    expect(await pass(2 * MINUTE)).toBe(0);
    expect(await pass(10 * MINUTE)).toBe(1);
    expect(await pass(DAY)).toBe(0);
  });
});

describe('an alert', () => {
  beforeEach(async () => {
    await call(server, workspaceRoutes.updateMe, { cookie: world.owner }, { body: { alertMail: true } });
  });

  test('tells the owner of the profile at once what a guard stopped, once', async () => {
    await hold('bounce_guard', '9 of the last 60 emails came back.');
    expect(await pass(0)).toBe(1);
    expect(last()).toMatchObject({ to: [owner.email], subject: expect.stringMatching(/^Olga: /) });
    const text = readable(last().raw);
    expect(text).toContain('9 of the last 60 emails came back.');
    expect(text).toContain(`http://rapport.test/senders/${world.ids.senderId}?tab=email`);
    expect(text).toContain('Auto-Submitted: auto-generated');
    await hold('bounce_guard', '10 of the last 60 emails came back.');
    expect(await pass(DAY)).toBe(0);
    await lift('bounce_guard');
  });

  test('waits until a mailbox was away for a while, and says nothing when it came back', async () => {
    await hold('email_disconnected', '535 authentication failed');
    expect(await pass(10 * MINUTE)).toBe(0);
    await lift('email_disconnected');
    expect(await pass(DAY)).toBe(0);
    await hold('email_disconnected', '535 authentication failed');
    expect(await pass(16 * MINUTE)).toBe(1);
    expect(readable(last().raw)).toContain('535 authentication failed');
    await lift('email_disconnected');
  });

  test('is for holds that somebody must look at, not for a pause by hand', async () => {
    await hold('manual');
    expect(await pass(DAY)).toBe(0);
    await lift('manual');
  });

  test('is not sent to a member who switched them off', async () => {
    const off = await call(
      server,
      workspaceRoutes.updateMe,
      { cookie: world.owner },
      { body: { alertMail: false } },
    );
    expect(off.body).toMatchObject({ alertMail: false });
    await hold('high_failure_rate');
    expect(await pass(DAY)).toBe(0);
    const rows = await server.services.db.reader.select().from(schema.systemMail);
    expect(rows.at(-1)).toMatchObject({ kind: 'alert', state: 'canceled' });
    await lift('high_failure_rate');
  });
});
