import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactRoutes, importRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import { upkeepRoutes } from '#shared/contract/upkeep.ts';
import { schema } from '../../companion-server/db/index.ts';
import { createUnsubscribeToken } from '../../companion-server/email/unsubscribeToken.ts';
import { hashOf, holdRestored, replayStops, unitOfWork } from '../../companion-server/engine/index.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { keepStops } from '../../companion-server/services/upkeep/stops.ts';
import { csv, makeWorld, type World } from './fixture.ts';
import { call, ORIGIN, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
let caller: { cookie: string };
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
  caller = { cookie: world.owner };
});
afterAll(() => server.close());

const anna = async () => {
  const params = { contactId: world.ids.contactId };
  return contactRoutes.get.response.parse((await call(server, contactRoutes.get, caller, { params })).body);
};
const stoplist = async () =>
  stoplistRoutes.list.response.parse((await call(server, stoplistRoutes.list, caller)).body).items;
const stops = async () =>
  upkeepRoutes.restore.response.parse((await call(server, upkeepRoutes.restore, caller)).body).restore?.stops;

/** What the log says of each identifier in the end. */
async function logged(): Promise<Map<string, boolean>> {
  const lines = await server.services.stopLog.read();
  return new Map(lines.map(({ hash, on }) => [hash, on]));
}
const hash = (kind: string, value: string) => hashOf(server.services.keyedHash, { kind, value });

async function importPerson(email: string) {
  const file = { fileName: 'a.csv', contentBase64: csv(`First name,Email\nNew,${email}\n`) };
  const { id } = importRoutes.upload.response.parse(
    (await call(server, importRoutes.upload, caller, { body: file })).body,
  );
  const body = { mapping: ['firstName', 'email'], listName: 'New', legalBasis: 'legitimate_interest' };
  await call(server, importRoutes.run, caller, { params: { importId: id }, body });
  const found = await call(server, contactRoutes.list, caller, { query: { search: email } });
  return contactRoutes.list.response.parse(found.body).items[0];
}

test('opt-outs, entries and what was taken off outlive a backup, and a restore puts them on people again', async () => {
  const { services, app } = server;
  await keepStops(services, { all: true });
  // Taken off after the backup, which still has it.
  const taken = services.newId();
  const row = { id: taken, workspaceId: world.workspaceId, kind: 'email', value: 'taken@off.test' } as const;
  const putBack = { ...row, reason: 'asked', by: 'x', at: 1 };
  await services.db.write((tx) => tx.insert(schema.suppression).values(putBack));
  await keepStops(services);
  await call(server, stoplistRoutes.remove, caller, { params: { entryId: taken } });
  await call(server, stoplistRoutes.add, caller, { body: { value: 'later.test', reason: 'asked' } });
  const claim = { workspaceId: world.workspaceId, contactId: world.ids.contactId, taskId: null };
  const token = createUnsubscribeToken({ ...claim, recipientHash: null }, services.unsubscribeKey);
  // The backup: all that follows is lost with the database.
  const before = (await anna()).enrollments[0]?.status;
  expect(before).not.toBe('unsubscribed');
  await app.request(`${ORIGIN}/u/${token}`, { method: 'POST' });

  const log = await logged();
  expect(log.get(hash('email', 'anna@example.org'))).toBe(true);
  expect(log.get(hash('linkedin_slug', 'anna-berg'))).toBe(true);
  expect(log.get(hash('domain', 'later.test'))).toBe(true);
  expect(log.get(hash('email', 'taken@off.test'))).toBe(false);
  expect(JSON.stringify(await services.stopLog.read())).not.toMatch(/anna|later|taken/);

  // As the backup had it: nobody opted out, the entry that was taken off is there, and Anna is under way.
  await services.db.write(async (tx) => {
    await tx.delete(schema.suppression).where(eq(schema.suppression.workspaceId, world.workspaceId));
    await tx.insert(schema.suppression).values(putBack);
    await tx
      .update(schema.enrollment)
      .set({ status: 'in_progress', live: 1, endedAt: null, reason: null })
      .where(eq(schema.enrollment.contactId, world.ids.contactId));
  });
  expect((await anna()).stoplisted).toBe(false);
  await unitOfWork(engineOf(services), async (unit) => {
    await holdRestored(unit);
    await replayStops(unit, await services.stopLog.read());
  });
  const after = await anna();
  expect(after.stoplisted).toBe(true);
  expect(after.enrollments[0]?.status).toBe('unsubscribed');
  expect((await stoplist()).map(({ value }) => value).sort()).toEqual(['anna-berg', 'anna@example.org']);
  // The domain and the entry of the fixture mean nobody here.
  expect(await stops()).toEqual({ again: 2, remembered: 2 });

  expect(await importPerson('new@later.test')).toMatchObject({ stoplisted: true });
  expect(await importPerson('other@else.test')).toMatchObject({ stoplisted: false });
  expect(await stops()).toEqual({ again: 3, remembered: 1 });
});
