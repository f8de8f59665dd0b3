import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { schema } from '../../companion-server/db/index.ts';
import { createTrackingToken } from '../../companion-server/email/tracking.ts';
import { settleHits } from '../../companion-server/services/tracking/settle.ts';
import { makeWorld, type World } from './fixture.ts';
import { call, ORIGIN, startTestServer, type TestServer } from './support.ts';

const BROWSER = {
  'user-agent': 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36',
};
const TARGET = 'https://example.com/offer?x=1&y=2';

let server: TestServer;
let world: World;
let tasks = 0;
let taskId = '';
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
});
afterAll(() => server.close());

/** An email that was sent, in an automation that tracks both. */
beforeEach(async () => {
  const { db } = server.services;
  taskId = `sent-${++tasks}`;
  await db.write(async (tx) => {
    const [some] = await tx.select().from(schema.task).where(eq(schema.task.id, world.ids.taskId));
    if (!some) throw new Error('no task');
    const sent = {
      id: taskId,
      nodeId: `mail${tasks}`,
      kind: 'send_email',
      state: 'done',
      finishedAt: 1,
    } as const;
    await tx
      .insert(schema.task)
      .values({ ...some, ...sent, leaseUntil: null, leaseOwner: null, blockedOn: null });
  });
  await set({ trackOpens: true, trackClicks: true });
});

const set = async (body: { trackOpens: boolean; trackClicks: boolean }) => {
  const [row] = await server.services.db.reader
    .select({ automationId: schema.task.automationId })
    .from(schema.task)
    .where(eq(schema.task.id, taskId));
  const params = { automationId: row?.automationId ?? '' };
  const answer = await call(server, automationRoutes.settings, { cookie: world.owner }, { params, body });
  expect(answer.body).toMatchObject(body);
  return params;
};
const token = (link: { index: number; url: string } | null) =>
  createTrackingToken({ workspaceId: world.workspaceId, taskId, link }, server.services.unsubscribeKey);
const open = (init: RequestInit = { headers: BROWSER }) =>
  server.app.request(`${ORIGIN}/o/${token(null)}`, init);
const click = (index = 0, init: RequestInit = { headers: BROWSER }) =>
  server.app.request(`${ORIGIN}/c/${token({ index, url: TARGET })}`, { redirect: 'manual', ...init });
/** All that came is old enough to be decided about. */
async function settle(): Promise<void> {
  await server.services.db.write((tx) =>
    tx.update(schema.trackingHit).set({ at: 1 }).where(eq(schema.trackingHit.taskId, taskId)),
  );
  await settleHits(server.services);
}
const events = async () =>
  (
    await server.services.db.reader
      .select({ type: schema.event.type })
      .from(schema.event)
      .where(and(eq(schema.event.taskId, taskId)))
  ).map(({ type }) => type);

test('an open and a click of a person count, once each', async () => {
  const image = await open();
  expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/gif']);
  await open();
  const followed = await click();
  expect([followed.status, followed.headers.get('location')]).toEqual([302, TARGET]);
  expect(await events()).toEqual([]);
  await settle();
  await settle();
  expect((await events()).sort()).toEqual(['email_clicked', 'email_opened']);
});

test('machines are marked and do not count', async () => {
  await open({
    headers: { 'user-agent': 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html' },
  });
  await click(0, { method: 'HEAD', headers: BROWSER });
  await click(0);
  await click(1);
  await settle();
  expect(await events()).toEqual([]);
  const params = await set({ trackOpens: true, trackClicks: true });
  const answer = await call(server, automationRoutes.emailStatistics, { cookie: world.owner }, { params });
  const { items } = automationRoutes.emailStatistics.response.parse(answer.body);
  expect(items.find(({ nodeId }) => nodeId === `mail${tasks}`)).toEqual({
    nodeId: `mail${tasks}`,
    sent: 1,
    opened: 0,
    openedByMachines: 1,
    clicked: 0,
    clickedByMachines: 1,
  });
});

test('without the switch nothing about anybody is kept, and the link still leads there', async () => {
  await set({ trackOpens: false, trackClicks: false });
  await open();
  expect((await click()).headers.get('location')).toBe(TARGET);
  const kept = await server.services.db.reader
    .select()
    .from(schema.trackingHit)
    .where(eq(schema.trackingHit.taskId, taskId));
  expect(kept).toEqual([]);
});

test('a wrong token leads nowhere and tells nothing', async () => {
  const wrong = await server.app.request(`${ORIGIN}/c/abc.def`, { redirect: 'manual' });
  expect([wrong.status, wrong.headers.get('location')]).toEqual([404, null]);
  expect((await server.app.request(`${ORIGIN}/o/abc.def`)).status).toBe(200);
});
