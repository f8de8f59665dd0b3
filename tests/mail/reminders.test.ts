import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { senderRoutes } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { DAY, HOUR, MINUTE, systemClock } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import { recordSession } from '../../companion-server/engine/index.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { sendNextSystemMail } from '../../companion-server/services/systemMail/worker.ts';
import { makeWorld, type World } from '../conformance/fixture.ts';
import { call, ORIGIN, owner, startTestServer, type TestServer } from '../conformance/support.ts';
import { ANNA, PASSWORD, sandboxForFile } from './support.ts';

const sandbox = sandboxForFile([ANNA]);
let offset = 0;
const schedule = { now: () => systemClock.now() + offset };
let server: TestServer;
let world: World;

const member = { memberId: '4711', profileId: 'ACoAAme', slug: 'olga', name: 'Olga Berg', premium: false };

beforeAll(async () => {
  const url = `smtp://${encodeURIComponent(ANNA)}:${PASSWORD}@127.0.0.1:${sandbox().ports.smtp}`;
  server = await startTestServer({ schedule, systemMail: { url, from: `Rapport <${ANNA}>` } });
  world = await makeWorld(server);
  await server.services.db.write((tx) => tx.delete(schema.systemMail));
  await signIn();
}, 60_000);
afterAll(() => server?.close());

const report = (state: Parameters<typeof recordSession>[2]) =>
  recordSession(engineOf(server.services), world.ids.deviceId, state);
const signIn = () => report({ state: 'logged_in', member });
const lose = () => report({ state: 'inactive', reason: 'session_expired', challenge: null });
const sent = () => sandbox().sent();
const rows = () => server.services.db.reader.select().from(schema.systemMail);
const planned = async () => (await rows()).filter(({ state }) => state === 'planned');

/** Lets time pass and sends all that is due. */
async function pass(ms: number): Promise<void> {
  offset += ms;
  while (await sendNextSystemMail(server.services));
}

/** What Home says about mails that did not go out. */
async function notices(cookie: string) {
  const home = workspaceRoutes.home.response.parse(
    (await call(server, workspaceRoutes.home, { cookie })).body,
  );
  return home.actions.filter(({ id }) => id === 'system_mail_failed');
}

const get = (address: string) => server.app.request(address, { headers: { origin: ORIGIN } });
const post = (address: string) =>
  server.app.request(address, { method: 'POST', headers: { origin: ORIGIN } });

function linkIn(raw: string): string {
  const unfolded = raw.replace(/=\r\n/g, '');
  const link = /http:\/\/rapport\.test\/reconnect\/[\w.-]+/.exec(unfolded)?.[0];
  if (!link) throw new Error('no link in the mail');
  return link;
}

const last = () => sent().at(-1) ?? { raw: '', subject: '', to: [] };

describe('a lost account', () => {
  beforeEach(async () => {
    await signIn();
    offset += 10 * DAY;
  });

  test('is mailed about after 24 hours, then after 3 and 7 days, then weekly', async () => {
    const before = sent().length;
    await lose();
    await pass(23 * HOUR);
    expect(sent()).toHaveLength(before);
    await pass(2 * HOUR);
    expect(sent()).toHaveLength(before + 1);
    expect(last()).toMatchObject({
      subject: 'Your LinkedIn account Olga Berg needs to be reconnected',
      to: [owner.email],
    });
    for (const days of [2, 4, 7, 7]) {
      const count = sent().length;
      await pass(days * DAY - 2 * HOUR);
      expect(sent()).toHaveLength(count);
      await pass(2 * HOUR);
      expect(sent()).toHaveLength(count + 1);
    }
    await signIn();
    expect(await planned()).toEqual([]);
    const count = sent().length;
    await pass(30 * DAY);
    expect(sent()).toHaveLength(count);
  });

  test('leads to a page that tells its name and status, and nothing of the session behind it', async () => {
    await lose();
    await pass(25 * HOUR);
    const link = linkIn(last().raw);
    const page = await (await get(link)).text();
    expect(page).toContain('Reconnect Olga Berg');
    expect(page).toContain('Not connected: Session expired');
    expect(page).toContain('https://www.linkedin.com/login');
    expect(page).not.toContain(owner.email);
    expect(page).not.toContain('4711');
    await signIn();
    expect(await (await get(link)).text()).toContain('Signed in');
  });

  test('turns the open page green by itself', async () => {
    await lose();
    await pass(25 * HOUR);
    const stream = await get(`${linkIn(last().raw)}/events`);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    const next = async () => (await reader?.read())?.value ?? '';
    expect(await next()).toContain('"state":"waiting"');
    await signIn();
    let told = '';
    while (!told.includes('"state":"reading"')) told = await next();
    await reader?.cancel();
  });

  test('stops reminding when the rep says so on the page, and starts again on the profile', async () => {
    await lose();
    await pass(25 * HOUR);
    const link = linkIn(last().raw);
    const count = sent().length;
    expect((await post(`${link}/reminders`)).status).toBe(200);
    await pass(30 * DAY);
    expect(sent()).toHaveLength(count);
    const { db } = server.services;
    const [row] = await db.reader
      .select()
      .from(schema.sender)
      .where(eq(schema.sender.id, world.ids.senderId));
    expect(row?.reconnectMail).toBe(false);
    const on = { params: { senderId: world.ids.senderId }, body: { reconnectMail: true } };
    expect((await call(server, senderRoutes.update, { cookie: world.owner }, on)).status).toBe(200);
    expect(await planned()).toHaveLength(1);
  });

  test('is mailed about again when the mail server failed, once; managers read meanwhile that it did not go out', async () => {
    const before = sent().length;
    expect(await notices(world.owner)).toEqual([]);
    sandbox().fault({ on: 'smtp', effect: '4xx', times: 1 });
    await lose();
    await pass(25 * HOUR);
    expect(await notices(world.owner)).toMatchObject([
      {
        title: 'A mail to your team did not go out',
        detail: expect.stringMatching(/^A reminder to reconnect to olga@\S+: .*4\d\d.*tried again by itself/),
        href: '/settings',
      },
    ]);
    expect(await notices(world.rep)).toEqual([]);
    expect(sent()).toHaveLength(before);
    expect((await planned())[0]).toMatchObject({ attempts: 1, failure: expect.stringContaining('4') });
    await pass(2 * MINUTE);
    expect(sent()).toHaveLength(before + 1);
    expect(await notices(world.owner)).toEqual([]);
    await pass(DAY);
    expect(sent()).toHaveLength(before + 1);
  });

  test('gives up what the server refuses for good, and goes on with the next reminder', async () => {
    sandbox().fault({ on: 'smtp', effect: '5xx', times: 1 });
    await lose();
    await pass(25 * HOUR);
    expect((await rows()).filter(({ state }) => state === 'failed')).toHaveLength(1);
    expect(await planned()).toMatchObject([{ step: 1 }]);
    expect(await notices(world.owner)).toMatchObject([{ detail: expect.stringMatching(/5\d\d/) }]);
    await pass(2 * DAY);
    expect(await notices(world.owner)).toEqual([]);
  });
});

describe('a link', () => {
  const mailId = async () => (await rows()).find(({ recipient }) => recipient !== null)?.id ?? '';
  const sign = (id: string, lifetime: number) => server.services.links.sign('reconnect', id, lifetime);

  test('that is expired offers a fresh one to the same address, once an hour', async () => {
    await signIn();
    offset += 10 * DAY;
    await lose();
    const before = sent().length;
    const link = `${ORIGIN}/reconnect/${await sign(await mailId(), -MINUTE)}`;
    const page = await get(link);
    expect([page.status, await page.text()]).toEqual([410, expect.stringContaining('Send a fresh link')]);
    expect((await get(`${link}/events`)).status).toBe(404);
    expect((await post(`${link}/reminders`)).status).toBe(404);
    for (let i = 0; i < 3; i++) expect((await post(`${link}/fresh`)).status).toBe(200);
    await pass(0);
    expect(sent()).toHaveLength(before + 1);
    expect(last().to).toEqual([owner.email]);
    expect((await get(linkIn(last().raw))).status).toBe(200);
  });

  test('that was changed, or that names nobody, tells nothing', async () => {
    const good = await sign(await mailId(), MINUTE);
    const answers = await Promise.all(
      [`${good.slice(0, -2)}xx`, 'a.b.c', await sign('nobody', MINUTE)].map((token) =>
        get(`${ORIGIN}/reconnect/${token}`),
      ),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(texts).size).toBe(1);
  });
});
