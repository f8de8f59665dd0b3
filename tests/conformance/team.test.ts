import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { addMember, call, cookieOf, ORIGIN, setUp, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let owner: { cookie: string; workspaceId: string };
beforeAll(async () => {
  server = await startTestServer();
  owner = await setUp(server);
});
afterAll(() => server.close());

function post(path: string, cookie: string, body: object) {
  return server.app.request(`${ORIGIN}/api/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: ORIGIN, cookie },
    body: JSON.stringify(body),
  });
}

const person = { email: 'rita@acme.test', name: 'Rita', password: 'correct horse 3' };

test('an invited person makes an account with the id of the invitation, joins as invited, and it is audited', async () => {
  const before = await server.auditRows();
  const invited = await post('/organization/invite-member', owner.cookie, {
    email: person.email,
    role: 'rep',
  });
  const { id } = z.object({ id: z.string() }).parse(await invited.json());

  expect((await post('/sign-up/email', '', person)).status).toBe(403);
  expect(
    (await post('/sign-up/email', '', { ...person, email: 'eve@evil.test', invitationId: id })).status,
  ).toBe(403);
  const signedUp = await post('/sign-up/email', '', { ...person, invitationId: id });
  expect(signedUp.status).toBe(200);
  const cookie = cookieOf(signedUp.headers);
  expect((await call(server, workspaceRoutes.me, { cookie })).status).toBe(403);

  expect((await post('/organization/accept-invitation', cookie, { invitationId: id })).status).toBe(200);
  expect((await call(server, workspaceRoutes.me, { cookie })).body).toMatchObject({
    role: 'rep',
    workspace: { id: owner.workspaceId },
  });
  expect(await server.auditRows()).toBe(before + 2);
});

test.each(['manager', 'rep'] as const)('a %s neither invites nor sees invitations', async (role) => {
  const { cookie } = await addMember(server, { id: owner.workspaceId }, role, `${role}@acme.test`);
  const answer = await post('/organization/invite-member', cookie, { email: 'x@acme.test', role: 'owner' });
  expect(answer.status).toBe(403);
  const list = (by: string) =>
    server.app.request(`${ORIGIN}/api/auth/organization/list-invitations`, { headers: { cookie: by } });
  expect((await list(cookie)).status).toBe(403);
  expect((await list(owner.cookie)).status).toBe(200);
});
