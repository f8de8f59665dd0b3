import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attachmentRoutes } from '#shared/contract/attachment.ts';
import { automationRoutes, preflight } from '#shared/contract/automation.ts';
import type { Route } from '#shared/contract/route.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { emailPreview, templateRoutes } from '#shared/contract/template.ts';
import { limits } from '#shared/kernel/limits.ts';
import { schema } from '../../companion-server/db/index.ts';
import { makeWorld, type World, writtenPayload } from './fixture.ts';
import { call, type Input, problemOf, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
});
afterAll(() => server.close());

const ask = (route: Route, input: Input = {}, cookie = world.owner) => call(server, route, { cookie }, input);
const upload = (name: string, content: string | Buffer, type = 'application/pdf', cookie = world.owner) =>
  ask(
    attachmentRoutes.upload,
    { body: { name, type, contentBase64: Buffer.from(content).toString('base64') } },
    cookie,
  );
const uploaded = async (...file: Parameters<typeof upload>) =>
  attachmentRoutes.upload.response.parse((await upload(...file)).body);
const listed = async (cookie = world.owner) =>
  attachmentRoutes.list.response.parse((await ask(attachmentRoutes.list, {}, cookie)).body).items;
const remove = (attachmentId: string, cookie = world.owner) =>
  ask(attachmentRoutes.remove, { params: { attachmentId } }, cookie);
const saveTemplate = (name: string, text: string, attachments: string[]) =>
  ask(templateRoutes.create, { body: { name, subject: 'S', text, attachments } });

describe('a file', () => {
  test('is kept once per content, audited once, and removed', async () => {
    const before = await server.auditRows();
    const file = await uploaded('Offer.pdf', 'offer');
    expect(file).toMatchObject({ name: 'Offer.pdf', type: 'application/pdf', size: 5 });
    expect(await uploaded('Other name.pdf', 'offer')).toEqual(file);
    expect(await server.auditRows()).toBe(before + 1);
    expect((await remove(file.id)).status).toBe(200);
    expect(await server.auditRows()).toBe(before + 2);
    expect(await listed()).toEqual([]);
    expect((await remove(file.id)).status).toBe(404);
  });

  test('does not exist for another workspace, which may keep the same content itself', async () => {
    const file = await uploaded('Ours.pdf', 'ours');
    expect(await listed(world.stranger)).toEqual([]);
    expect(problemOf(await remove(file.id, world.stranger)).status).toBe(404);
    const theirs = await uploaded('Ours.pdf', 'ours', 'application/pdf', world.stranger);
    expect(theirs.id).not.toBe(file.id);
    const stolen = await saveTemplate('Stolen', 'Hello', [theirs.id]);
    expect(problemOf(stolen)).toMatchObject({
      status: 422,
      code: 'bad_attachments',
      fields: [{ field: 'attachments' }],
    });
    await remove(file.id);
  });

  test.each(['Setup.exe', 'invoice.pdf.JS', 'run.bat. ', 'a/b.pdf', ''])(
    'named %j is refused, with the field',
    async (name) => {
      const answer = await upload(name, 'x');
      expect(answer.status).toBe(422);
      expect(problemOf(answer).fields).toMatchObject([{ field: 'name' }]);
    },
  );

  test('that is too large or no base64 is refused; a message goes as plain bytes', async () => {
    const large = await upload('large.pdf', Buffer.alloc(limits.attachmentBytes + 1));
    expect(problemOf(large)).toMatchObject({
      status: 413,
      code: 'attachment_too_large',
      fields: [{ field: 'contentBase64' }],
    });
    const body = { name: 'a.pdf', contentBase64: '%' };
    expect(problemOf(await ask(attachmentRoutes.upload, { body })).code).toBe('not_base64');
    const mail = await uploaded('mail.eml', 'From: a', 'message/rfc822');
    expect(mail.type).toBe('application/octet-stream');
    await remove(mail.id);
  });
});

describe('what an email carries', () => {
  test('fits into one email, in number, size and kind', async () => {
    const most = limits.attachmentBytes;
    const big = await Promise.all(
      [1, 2, 3].map((fill) => uploaded(`${fill}.bin`, Buffer.alloc(most - fill, fill))),
    );
    const ids = big.map(({ id }) => id);
    expect((await saveTemplate('Two', 'Hello', ids.slice(0, 2))).status).toBe(200);
    expect(problemOf(await saveTemplate('Three', 'Hello', ids)).detail).toMatch(/larger than 10 MB together/);
    const many = Array.from({ length: limits.attachmentsPerEmail }, (_, index) => `id-${index}`);
    expect(problemOf(await saveTemplate('Many', '![x](attachment:one-more)', many)).detail).toMatch(
      /11 attachments, at most 10/,
    );
    expect(problemOf(await saveTemplate('No image', `![x](attachment:${ids[0]})`, [])).detail).toMatch(
      /"1\.bin" cannot be shown/,
    );
    expect(problemOf(await saveTemplate('A link', `[x](attachment:${ids[0]})`, [])).fields).toMatchObject([
      { field: 'text' },
    ]);
  });

  test('cannot be removed while a template or an automation uses it, and it says which', async () => {
    const picture = await uploaded('logo.png', 'png', 'image/png');
    const text = `Hello\n\n![Logo](attachment:${picture.id})`;
    const made = templateRoutes.create.response.parse((await saveTemplate('With logo', text, [])).body);
    const params = { automationId: world.ids.draftId };
    const { body } = await ask(automationRoutes.get, { params });
    const { name, draft } = automationRoutes.get.response.parse(body);
    const mail = { subject: 'S', text: 'Hello', thread: 'new', attachments: [picture.id] };
    const nodes = draft.nodes.map((node) =>
      node.id === 'v' ? { ...node, type: 'send_email', config: mail } : node,
    );
    const saved = await ask(automationRoutes.saveDraft, {
      params,
      body: { name, graph: { ...draft, nodes } },
    });
    expect(saved.status, JSON.stringify(saved.body)).toBe(200);
    const refused = problemOf(await remove(picture.id));
    expect(refused).toMatchObject({ status: 409, code: 'attachment_in_use' });
    expect(refused.detail).toContain('the template "With logo", the automation "Draft"');

    const checked = async () =>
      preflight
        .parse((await ask(automationRoutes.preflight, { params })).body)
        .findings.filter(({ code }) => code === 'bad_attachments');
    expect(await checked()).toEqual([]);
    await ask(automationRoutes.saveDraft, {
      params,
      body: {
        name,
        graph: {
          ...draft,
          nodes: nodes.map((node) =>
            node.id === 'v' ? { ...node, config: { ...mail, attachments: ['gone'] } } : node,
          ),
        },
      },
    });
    expect(await checked()).toMatchObject([{ severity: 'error', nodeId: 'v' }]);

    await ask(templateRoutes.remove, { params: { templateId: made.id } });
    expect((await remove(picture.id)).status).toBe(200);
  });

  test('is named where a person approves it', async () => {
    const file = await uploaded('Terms.pdf', 'terms');
    const payload = { ...writtenPayload, attachments: [file.id] };
    await server.services.db.write((tx) =>
      tx.update(schema.task).set({ payload }).where(eq(schema.task.id, world.ids.approvalId)),
    );
    const { body } = await ask(taskRoutes.list, { query: { group: 'approval' } });
    expect(taskRoutes.list.response.parse(body).items).toMatchObject([{ attachments: ['Terms.pdf'] }]);
  });

  test('is seen in the preview', async () => {
    const picture = await uploaded('dot.gif', 'gif', 'image/gif');
    const preview = async (id: string) =>
      emailPreview.parse(
        (
          await ask(templateRoutes.preview, {
            body: { senderId: null, contactId: null, subject: '', text: `![Dot](attachment:${id})` },
          })
        ).body,
      );
    const shown = await preview(picture.id);
    expect(shown.html).toContain(
      `src="data:image/gif;base64,${Buffer.from('gif').toString('base64')}" alt="Dot"`,
    );
    expect(shown.problem).toBeNull();
    expect((await preview('gone')).problem).toMatch(/does not exist any more/);
  });
});
