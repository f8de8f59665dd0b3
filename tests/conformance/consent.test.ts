import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { addMember, call, problemOf, setUp, startTestServer, type TestServer } from './support.ts';

const view = z.object({
  id: z.string(),
  consentAt: z.number().nullable(),
  holds: z.array(z.object({ reason: z.string() })),
});

let server: TestServer;
let cookie: string;
let manager: string;
let ids: string[];

beforeAll(async () => {
  server = await startTestServer();
  const workspace = await setUp(server);
  cookie = workspace.cookie;
  manager = (await addMember(server, { id: workspace.workspaceId }, 'manager', 'mara@acme.test')).cookie;
  ids = [];
  for (const name of ['First', 'Second']) {
    const made = await call(server, senderRoutes.create, { cookie }, { body: { name, zone: 'UTC' } });
    ids.push(view.parse(made.body).id);
  }
});
afterAll(() => server.close());

const decide = (senderId: string | undefined, agreed: boolean, by = cookie) =>
  call(
    server,
    senderLifeRoutes.consent,
    { cookie: by },
    {
      params: { senderId: senderId ?? '' },
      body: { version: CONSENT_VERSION, agreed },
    },
  );

async function heldSenders(): Promise<string[]> {
  const answer = await call(server, senderRoutes.list, { cookie });
  const { items } = z.object({ items: z.array(view) }).parse(answer.body);
  return items
    .filter(({ holds }) => holds.some(({ reason }) => reason === 'consent_withdrawn'))
    .map(({ id }) => id);
}

test('withdrawing stops every profile of the rep at once; agreeing again lifts the one agreed for', async () => {
  const [first, second] = ids;
  expect(view.parse((await decide(first, true)).body).consentAt).not.toBeNull();
  expect((await decide(first, false)).status).toBe(200);
  expect((await heldSenders()).sort()).toEqual([...ids].sort());
  expect((await decide(first, true)).status).toBe(200);
  expect(await heldSenders()).toEqual([second]);
});

test('nobody consents for another, and an old text is refused', async () => {
  expect(problemOf(await decide(ids[0], true, manager))).toMatchObject({ status: 403, code: 'not_allowed' });
  const old = await call(
    server,
    senderLifeRoutes.consent,
    { cookie },
    { params: { senderId: ids[0] ?? '' }, body: { version: CONSENT_VERSION + 1, agreed: true } },
  );
  expect(problemOf(old)).toMatchObject({ status: 422, code: 'old_consent_text' });
});
