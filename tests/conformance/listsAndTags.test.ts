import { afterAll, beforeAll, expect, test } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import { CONSENT_VERSION, deviceRoutes } from '#shared/contract/device.ts';
import { listImportRoutes } from '#shared/contract/listImport.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { makeWorld, pairDevice, type World } from './fixture.ts';
import { call, problemOf, startTestServer, type TestServer } from './support.ts';

/** Deleting a list or a tag: never one that is needed, and never a contact. */

let server: TestServer;
let world: World;
let caller: { cookie: string };

beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
  caller = { cookie: world.owner };
});
afterAll(() => server.close());

const lists = async () =>
  contactRoutes.lists.response.parse((await call(server, contactRoutes.lists, caller)).body).items;
const listIdOf = async (name: string) => (await lists()).find((each) => each.name === name)?.id ?? '';
const deleteList = (listId: string) => call(server, contactRoutes.deleteList, caller, { params: { listId } });
const deleteTag = (tagId: string) => call(server, tagRoutes.delete, caller, { params: { tagId } });

test('a list that automations need stays, and they are named; without them it goes, and its contacts stay', async () => {
  const listId = await listIdOf('Leads');
  const refused = problemOf(await deleteList(listId));
  expect(refused).toMatchObject({ status: 409, code: 'list_in_use' });
  expect(refused.detail).toContain('"Running"');
  expect(refused.detail).toContain('"Draft"');

  for (const automationId of [world.ids.automationId, world.ids.draftId]) {
    await call(server, automationRoutes.archive, caller, { params: { automationId } });
  }
  const audited = await server.auditRows();
  expect((await deleteList(listId)).status).toBe(200);
  expect(await server.auditRows()).toBe(audited + 1);
  expect(await listIdOf('Leads')).toBe('');
  const params = { contactId: world.ids.contactId };
  const left = contactRoutes.get.response.parse(
    (await call(server, contactRoutes.get, caller, { params })).body,
  );
  expect(left.lists).toEqual([]);
  expect((await deleteList(listId)).status).toBe(404);
});

test('a tag that an automation names stays; else it is taken off everybody', async () => {
  const { tagId, contactId } = world.ids;
  await call(server, tagRoutes.add, caller, { params: { contactId }, body: { tagId } });
  const created = await call(server, automationRoutes.create, caller, { body: { name: 'Tagging' } });
  const { id: automationId } = automationRoutes.create.response.parse(created.body);
  const mark = { id: 't', type: 'tag', position: { x: 0, y: 0 }, config: { action: 'add', tagId } };
  const save = (nodes: object[]) =>
    call(server, automationRoutes.saveDraft, caller, {
      params: { automationId },
      body: { name: 'Tagging', graph: { nodes, edges: [] } },
    });
  expect((await save([mark])).status).toBe(200);
  expect(problemOf(await deleteTag(tagId))).toMatchObject({
    code: 'tag_in_use',
    detail: expect.stringContaining('Tagging'),
  });
  await save([]);
  expect((await deleteTag(tagId)).status).toBe(200);
  const shown = await call(server, contactRoutes.get, caller, { params: { contactId } });
  expect(contactRoutes.get.response.parse(shown.body).tags).toEqual([]);
});

test('a list that LinkedIn is read into stays while that runs; a stopped import into it is over', async () => {
  const device = { token: await pairDevice(server, world.workspaceId, world.ids.senderId) };
  const agreed = { version: CONSENT_VERSION, agreed: true };
  await call(server, deviceRoutes.consent, device, { body: agreed });
  const url = 'https://www.linkedin.com/search/results/people/?keywords=ceo';
  const started = await call(server, listImportRoutes.start, device, {
    body: { url, listName: 'Read', atMost: 50 },
  });
  const { id: importId } = listImportRoutes.start.response.parse(started.body);
  const listId = await listIdOf('Read');
  expect(problemOf(await deleteList(listId))).toMatchObject({ code: 'list_in_use' });

  await call(server, listImportRoutes.stop, device, { params: { importId } });
  expect((await deleteList(listId)).status).toBe(200);
  const seen = listImportRoutes.list.response.parse((await call(server, listImportRoutes.list, device)).body);
  expect(seen.items).toMatchObject([{ id: importId, state: 'done', listName: 'Deleted list' }]);
  expect((await call(server, listImportRoutes.resume, device, { params: { importId } })).status).toBe(409);
});
