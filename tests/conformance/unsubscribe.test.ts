import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { createUnsubscribeToken } from '../../companion-server/email/unsubscribeToken.ts';
import { defaultRateLimits } from '../../companion-server/http/limits.ts';
import { makeWorld, type World } from './fixture.ts';
import { call, ORIGIN, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
let link: string;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
  const claim = {
    workspaceId: world.workspaceId,
    contactId: world.ids.contactId,
    taskId: null,
    recipientHash: null,
  };
  link = `${ORIGIN}/u/${createUnsubscribeToken(claim, server.services.unsubscribeKey)}`;
});
afterAll(() => server.close());

const contact = async () =>
  contactRoutes.get.response.parse(
    (
      await call(
        server,
        contactRoutes.get,
        { cookie: world.owner },
        { params: { contactId: world.ids.contactId } },
      )
    ).body,
  );

test('opening the link changes nothing; the button and the one-click unsubscribe once', async () => {
  const opened = await server.app.request(link);
  expect(await opened.text()).toContain('<button type="submit">Unsubscribe</button>');
  expect((await contact()).stoplisted).toBe(false);

  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  for (const _ of [1, 2]) {
    const done = await server.app.request(link, { method: 'POST', body });
    expect(done.status).toBe(200);
    expect(await done.text()).toContain('You are unsubscribed');
  }
  const after = await contact();
  expect(after.stoplisted).toBe(true);
  expect(after.enrollments[0]?.status).toBe('unsubscribed');
  const activity = await call(
    server,
    contactRoutes.activity,
    { cookie: world.owner },
    {
      params: { contactId: world.ids.contactId },
    },
  );
  const types = contactRoutes.activity.response.parse(activity.body).items.map(({ type }) => type);
  expect(types.filter((type) => type === 'unsubscribed')).toHaveLength(1);
});

test('who was taken off the stoplist opts out again with the same link', async () => {
  const { items } = stoplistRoutes.list.response.parse(
    (await call(server, stoplistRoutes.list, { cookie: world.owner })).body,
  );
  for (const { id } of items)
    await call(server, stoplistRoutes.remove, { cookie: world.owner }, { params: { entryId: id } });
  expect((await contact()).stoplisted).toBe(false);
  expect(await (await server.app.request(link)).text()).toContain(
    '<button type="submit">Unsubscribe</button>',
  );
  await server.app.request(link, { method: 'POST' });
  expect((await contact()).stoplisted).toBe(true);
  expect(await (await server.app.request(link)).text()).toContain('You are unsubscribed');
});

test.each(['nonsense', 'a.b', `${'x'.repeat(300)}.yyy`])('a wrong token %s says so', async (token) => {
  const response = await server.app.request(`${ORIGIN}/u/${token}`, { method: 'POST' });
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('This link is not complete');
});

test('many opt-outs from one address, as behind a proxy, all count; one link asked without end is refused', async () => {
  const strict = await startTestServer({ rates: { ...defaultRateLimits, unsubscribe: 2 } });
  const token = (contactId: string) =>
    createUnsubscribeToken(
      { workspaceId: world.workspaceId, contactId, taskId: null, recipientHash: null },
      strict.services.unsubscribeKey,
    );
  const open = async (contactId: string) =>
    (await strict.app.request(`${ORIGIN}/u/${token(contactId)}`)).status;
  for (const contactId of ['c1', 'c2', 'c3', 'c4']) expect(await open(contactId)).not.toBe(429);
  expect(await open('c1')).not.toBe(429);
  expect(await open('c1')).toBe(429);
  await strict.close();
});
