import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { graph as graphSchema } from '#shared/automation/graph.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import type { Route } from '#shared/contract/route.ts';
import { templateRoutes } from '#shared/contract/template.ts';
import { schema } from '../../companion-server/db/index.ts';
import { renderTask } from '../../companion-server/engine/steps/render.ts';
import { makeWorld, type World } from './fixture.ts';
import { call, type Input, problemOf, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
});
afterAll(() => server.close());

const ask = (route: Route, input: Input = {}) => call(server, route, { cookie: world.owner }, input);
const preview = async (text: string, change: object = {}) =>
  templateRoutes.preview.response.parse(
    (
      await ask(templateRoutes.preview, {
        body: {
          senderId: world.ids.senderId,
          contactId: world.ids.contactId,
          subject: 'Hi {{ firstName }}',
          text,
          ...change,
        },
      })
    ).body,
  );

test('a template is saved, changed, found and deleted; a name is taken once', async () => {
  const body = { name: 'First touch', subject: 'Hi', text: 'Hello' };
  const made = templateRoutes.create.response.parse((await ask(templateRoutes.create, { body })).body);
  const again = await ask(templateRoutes.create, { body });
  expect([again.status, problemOf(again).code]).toEqual([422, 'name_taken']);
  const params = { templateId: made.id };
  const changed = await ask(templateRoutes.update, { params, body: { ...body, text: 'Hello again' } });
  expect(changed.body).toMatchObject({ id: made.id, text: 'Hello again' });
  const list = templateRoutes.list.response.parse((await ask(templateRoutes.list)).body);
  expect(list.items.map(({ name, text }) => [name, text])).toContainEqual(['First touch', 'Hello again']);
  await ask(templateRoutes.remove, { params });
  expect((await ask(templateRoutes.update, { params, body })).status).toBe(404);
});

test('the preview shows what a real contact would get, with signature and the way out', async () => {
  const params = { senderId: world.ids.senderId };
  await ask(templateRoutes.saveSignature, { params, body: { signature: 'Olga\nAcme' } });
  const shown = await preview('Hello **{{ firstName }}**, [see](https://example.org/x)');
  expect(shown.subject).toMatch(/^Hi \w+/);
  expect(shown.plain).toMatch(/^Hello \w+, see \(https:\/\/example\.org\/x\)\n\n-- \nOlga\nAcme/);
  expect(shown.html).toMatch(/<strong>\w+<\/strong>/);
  for (const body of [shown.plain, shown.html]) expect(body).toContain('/u/preview');
});

test('the preview takes the same choices as any step that the template comes to stand in', async () => {
  const text = 'Hello {a|b|c} {d|e|f} {g|h|i} {j|k|l} {m|n|o} {p|q|r}';
  const { reader } = server.services.db;
  const { contactId, senderId } = world.ids;
  const [contact] = await reader.select().from(schema.contact).where(eq(schema.contact.id, contactId));
  const [sender] = await reader.select().from(schema.sender).where(eq(schema.sender.id, senderId));
  const [channel] = await reader.select().from(schema.channel).where(eq(schema.channel.senderId, senderId));
  if (!contact || !sender || !channel) throw new Error('no fixture');
  const config = { subject: 'Hi', text, thread: 'new', attachments: [] } as const;
  const node = { id: 'any', type: 'send_email', config, label: '', position: { x: 0, y: 0 } };
  const graph = graphSchema.parse({ nodes: [node], edges: [] });
  const task = { nodeId: 'any', kind: 'send_email' } as const;
  const step = renderTask({ task, graph, contact, sender, channel });
  expect(step).toMatchObject({ ok: true, value: { text: (await preview(text)).plain?.split('\n')[0] } });
});

test('everything that is missing is told at once; a fallback fills it', async () => {
  const shown = await preview('{{ nickname }} of {{ branch }}{% if firstName %}!{% endif %}');
  expect(shown).toMatchObject({ plain: null, html: null, missing: ['nickname', 'branch'] });
  const filled = await preview(
    '{{ nickname | default: "You" }}{% if nickname %} known{% else %} new{% endif %}',
  );
  expect(filled.plain).toMatch(/^You new/);
});

test('a choice of words stays the same for a contact, and differs between contacts', async () => {
  const text = '{a|b|c|d|e|f|g|h}'.repeat(16);
  const once = (await preview(text)).plain;
  expect((await preview(text)).plain).toBe(once);
  expect((await preview(text, { contactId: null })).plain).not.toBe(once);
});

test('what cannot be read says so', async () => {
  expect(await preview('{% for x in y %}')).toMatchObject({
    plain: null,
    missing: [],
    problem: expect.any(String),
  });
});

test('a contact of the stranger is no contact', async () => {
  const contacts = contactRoutes.list.response.parse((await ask(contactRoutes.list)).body);
  expect(contacts.items.length).toBeGreaterThan(0);
  const body = { senderId: null, contactId: world.ids.contactId, subject: '', text: 'x' };
  const answer = await call(server, templateRoutes.preview, { cookie: world.stranger }, { body });
  expect(answer.status).toBe(404);
});
