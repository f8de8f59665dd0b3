import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CONSENT_VERSION, deviceRoutes } from '#shared/contract/device.ts';
import { memberRoutes } from '#shared/contract/member.ts';
import { senderRoutes, senderView } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { meView, workspaceRoutes } from '#shared/contract/workspace.ts';
import { schema } from '../../companion-server/db/index.ts';
import { write } from '../../companion-server/services/systemMail/write.ts';
import { settleOwners } from '../../companion-server/services/upkeep/owners.ts';
import { pairDevice } from './fixture.ts';
import { addMember, call, ORIGIN, problemOf, setUp, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let owner: { cookie: string; workspaceId: string };
let manager: { cookie: string; userId: string };
beforeAll(async () => {
  server = await startTestServer();
  owner = await setUp(server);
  manager = await addMember(server, { id: owner.workspaceId }, 'manager', 'mara@acme.test');
});
afterAll(() => server.close());

/** A rep with a profile that agreed to automation, and its browser. */
async function addRep(name: string) {
  const rep = await addMember(server, { id: owner.workspaceId }, 'rep', `${name}@acme.test`);
  const made = await call(server, senderRoutes.create, rep, { body: { name, zone: 'UTC' } });
  const { id: senderId } = senderView.parse(made.body);
  const body = { version: CONSENT_VERSION, agreed: true };
  await call(server, senderLifeRoutes.consent, rep, { params: { senderId }, body });
  const token = await pairDevice(server, owner.workspaceId, senderId);
  return { ...rep, senderId, token };
}

const stateOf = async (token: string) => (await call(server, deviceRoutes.snapshot, { token })).status;
const profile = async (senderId: string, as: { cookie: string } = manager) =>
  senderView.parse((await call(server, senderRoutes.get, as, { params: { senderId } })).body);
const reasons = async (senderId: string) => (await profile(senderId)).holds.map(({ reason }) => reason);
const give = (senderId: string, userId: string, as: { cookie: string }) =>
  call(server, memberRoutes.giveSender, as, { params: { senderId }, body: { userId } });
const actions = async () =>
  (await server.services.db.reader.select().from(schema.audit)).map(({ action, actor }) => [action, actor]);

test.each(['remove', 'leave'] as const)(
  '%s: browsers unpaired, profiles held, audited, shown',
  async (how) => {
    const rep = await addRep(`rita-${how}`);
    expect(await stateOf(rep.token)).toBe(200);
    if (how === 'remove') {
      const params = { userId: rep.userId };
      expect((await call(server, memberRoutes.remove, manager, { params })).status).toBe(403);
      expect((await call(server, memberRoutes.remove, owner, { params })).status).toBe(200);
    } else expect((await call(server, memberRoutes.leave, rep, {})).status).toBe(200);

    expect(await stateOf(rep.token)).toBe(401);
    expect((await call(server, workspaceRoutes.me, rep)).status).toBe(403);
    expect(await reasons(rep.senderId)).toEqual(['owner_left']);
    expect((await profile(rep.senderId)).devices).toEqual([]);
    const channels = await server.services.db.reader
      .select()
      .from(schema.channel)
      .where(eq(schema.channel.senderId, rep.senderId));
    expect(channels.map(({ holdCount }) => holdCount)).toEqual([1, 1]);
    expect((await call(server, workspaceRoutes.home, manager)).body).toMatchObject({
      actions: expect.arrayContaining([
        expect.objectContaining({ title: `rita-${how} is held`, href: `/senders/${rep.senderId}` }),
      ]),
    });
    // Whoever left is reminded of nothing.
    const reminder = { kind: 'reconnect', aboutId: channels[0]?.id, recipient: null, id: 'm' };
    expect(await write(server.services, reminder as never, 'acme.test')).toMatchObject({
      failure: expect.stringContaining('Nobody owns'),
    });
    const by = how === 'leave' ? rep.userId : expect.not.stringContaining(rep.userId);
    const name = how === 'leave' ? 'member.left' : 'member.removed';
    expect(await actions()).toContainEqual([name, how === 'leave' ? `member:${by}` : expect.any(String)]);

    // Resuming by hand does not do it; a new owner does, who begins without consent and browser.
    await call(server, senderRoutes.resume, manager, {
      params: { senderId: rep.senderId },
      body: { channel: null },
    });
    expect(await reasons(rep.senderId)).toEqual(['owner_left']);
    const heir = await addMember(server, { id: owner.workspaceId }, 'rep', `heir-${how}@acme.test`);
    expect((await give(rep.senderId, rep.userId, manager)).status).toBe(422);
    expect((await give(rep.senderId, heir.userId, heir)).status).toBe(403);
    expect((await give(rep.senderId, heir.userId, manager)).status).toBe(200);
    expect(await profile(rep.senderId, heir)).toMatchObject({
      holds: [],
      ownerUserId: heir.userId,
      consentAt: null,
    });
    // What the one before paired stays theirs, now that the profile has an owner again.
    expect(await stateOf(rep.token)).toBe(401);
  },
);

test('while the owner is a member only they give their profile away', async () => {
  const rep = await addRep('rolf');
  expect(problemOf(await give(rep.senderId, manager.userId, manager))).toMatchObject({ status: 403 });
  expect((await give(rep.senderId, manager.userId, rep)).status).toBe(200);
  expect(await profile(rep.senderId)).toMatchObject({ ownerUserId: manager.userId });
  expect(await stateOf(rep.token)).toBe(401);
});

test('the last owner stays, and the library ends no membership past the product', async () => {
  expect(problemOf(await call(server, memberRoutes.leave, owner, {}))).toMatchObject({ code: 'last_owner' });
  for (const path of ['remove-member', 'leave']) {
    const answer = await server.app.request(`${ORIGIN}/api/auth/organization/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN, cookie: owner.cookie },
      body: JSON.stringify({ organizationId: owner.workspaceId, memberIdOrEmail: 'mara@acme.test' }),
    });
    expect(answer.status).toBe(404);
  }
});

test('an owner gives one role to a member, and there always is another owner', async () => {
  const rep = await addRep('ruth');
  const { app, services } = server;
  const set = (as: { cookie: string }, userId: string, role: unknown) =>
    call(server, memberRoutes.setRole, as, { params: { userId }, body: { role } });
  const roleOf = async (userId: string) =>
    (await services.db.reader.select().from(schema.member).where(eq(schema.member.userId, userId)))[0]?.role;
  const me = async (as: { cookie: string }) => (await call(server, workspaceRoutes.me, as)).body;
  const { userId: ownId } = meView.parse(await me(owner));

  expect((await set(manager, rep.userId, 'owner')).status).toBe(403);
  expect((await set(owner, rep.userId, ['owner', 'rep'])).status).toBe(422);
  expect((await set(owner, 'nobody', 'rep')).status).toBe(404);
  expect(problemOf(await set(owner, ownId, 'rep'))).toMatchObject({ status: 409, code: 'last_owner' });
  expect((await set(owner, rep.userId, 'manager')).status).toBe(200);
  expect(await me(rep)).toMatchObject({ role: 'manager' });
  const rows = await services.db.reader
    .select()
    .from(schema.audit)
    .where(eq(schema.audit.entityId, rep.userId));
  expect(rows.map(({ actor, action, data }) => ({ actor, action, data }))).toEqual([
    { actor: `member:${ownId}`, action: 'member.role_changed', data: { from: 'rep', to: 'manager' } },
  ]);
  await set(owner, rep.userId, 'owner');
  expect((await set(owner, ownId, 'rep')).status).toBe(200);
  expect((await set(owner, ownId, 'owner')).status).toBe(403);
  expect((await set(rep, ownId, 'owner')).status).toBe(200);
  expect((await set(owner, rep.userId, 'rep')).status).toBe(200);

  // The library gives no roles, neither now nor with an invitation.
  const post = (path: string, body: object) =>
    app.request(`${ORIGIN}/api/auth/organization/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN, cookie: owner.cookie },
      body: JSON.stringify({ organizationId: owner.workspaceId, ...body }),
    });
  const several = { role: ['owner', 'rep'] };
  expect((await post('update-member-role', { memberId: ownId, ...several })).status).toBe(404);
  expect((await post('invite-member', { email: 'new@acme.test', ...several })).status).toBe(422);
  expect((await post('invite-member', { email: 'new@acme.test', role: 'rep' })).status).toBe(200);
  expect(await roleOf(ownId)).toBe('owner');
});

test('a membership that ended otherwise stops the browser at once and the profile soon; joining again lifts it', async () => {
  const rep = await addRep('rosa');
  const { db } = server.services;
  const [row] = await db.reader.select().from(schema.member).where(eq(schema.member.userId, rep.userId));
  if (!row) throw new Error('no member');
  await db.write((tx) => tx.delete(schema.member).where(eq(schema.member.id, row.id)));
  expect(await stateOf(rep.token)).toBe(401);
  await settleOwners(server.services);
  expect(await reasons(rep.senderId)).toEqual(['owner_left']);
  await db.write((tx) => tx.insert(schema.member).values(row));
  await settleOwners(server.services);
  expect(await reasons(rep.senderId)).toEqual([]);
  expect(await stateOf(rep.token)).toBe(401);
});
