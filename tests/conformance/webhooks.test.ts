import { createHmac } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { contactRoutes } from '#shared/contract/contact.ts';
import { webhookRoutes } from '#shared/contract/webhook.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { err } from '#shared/kernel/result.ts';
import { schema } from '../../companion-server/db/index.ts';
import {
  holdRestored,
  liftHold,
  pauseAutomation,
  resumeAutomation,
  resumeEverything,
  stopEverything,
  type Unit,
  unitOfWork,
} from '../../companion-server/engine/index.ts';
import { lookupWithin } from '../../companion-server/network/lookup.ts';
import { isPublicAddress } from '../../companion-server/network/publicAddress.ts';
import { engineOf } from '../../companion-server/services/engineOf.ts';
import { type Post, postWebhook } from '../../companion-server/services/webhook/post.ts';
import { deliverDue } from '../../companion-server/services/webhook/worker.ts';
import { makeWorld, type World } from './fixture.ts';
import { call, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let world: World;
beforeAll(async () => {
  server = await startTestServer();
  world = await makeWorld(server);
});
afterAll(() => server.close());

const never = new AbortController().signal;
let calls: Parameters<Post>[] = [];
let answers: Awaited<ReturnType<Post>>[] = [];
const post: Post = async (...given) => {
  calls.push(given);
  return answers.shift() ?? { ok: true, answer: '204' };
};

async function queue(contactId: string): Promise<string> {
  const id = server.services.newId();
  const { automationId, enrollmentId } = world.ids;
  await server.services.db.write((tx) =>
    tx.insert(schema.webhookDelivery).values({
      id,
      workspaceId: world.workspaceId,
      automationId,
      enrollmentId,
      contactId,
      nodeId: 'hook',
      url: 'https://example.com/hook',
      state: 'pending',
      nextAt: 0,
      createdAt: 0,
    }),
  );
  return id;
}

const stored = async (id: string) =>
  (await server.services.db.reader.select().from(schema.webhookDelivery)).find((row) => row.id === id);

/** What the log of the contact says of webhooks. */
async function logOf() {
  const params = { contactId: world.ids.contactId };
  const { body } = await call(server, contactRoutes.activity, { cookie: world.owner }, { params });
  const { items } = contactRoutes.activity.response.parse(body);
  return items
    .filter(({ type }) => type.startsWith('webhook_'))
    .map(({ result, sentence }) => ({ result, sentence }));
}

const homeTitles = async (cookie: string) =>
  workspaceRoutes.home.response
    .parse((await call(server, workspaceRoutes.home, { cookie })).body)
    .actions.map(({ title }) => title);

beforeEach(() => {
  calls = [];
  answers = [];
});

describe('a webhook', () => {
  test('is signed with the secret that a manager can see, and made once', async () => {
    const id = await queue(world.ids.contactId);
    await deliverDue(server.services, post, never);
    await deliverDue(server.services, post, never);
    expect(calls).toHaveLength(1);
    const made = calls[0];
    if (!made) throw new Error('no call was made');
    const [url, body, headers] = made;
    expect(url).toBe('https://example.com/hook');
    expect(JSON.parse(body)).toMatchObject({ id, nodeId: 'hook', contact: { id: world.ids.contactId } });
    const answer = await call(server, webhookRoutes.revealSecret, { cookie: world.owner }, {});
    const { secret } = z.object({ secret: z.string() }).parse(answer.body);
    const [, at = ''] = /^t=(\d+),/.exec(headers['rapport-signature'] ?? '') ?? [];
    const mac = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
    expect(headers['rapport-signature']).toBe(`t=${at},v1=${mac}`);
    expect(headers['rapport-request-id']).toBe(id);
    expect(await stored(id)).toMatchObject({ state: 'delivered', answer: '204', attempts: 1 });
  });

  test('is tried again later, and given up in the end', async () => {
    const id = await queue(world.ids.contactId);
    answers = Array.from({ length: 20 }, () => ({ ok: false, answer: '500' }));
    await deliverDue(server.services, post, never);
    expect(await stored(id)).toMatchObject({ state: 'pending', answer: '500', attempts: 1 });
    expect(await deliverDue(server.services, post, never)).toBe(0);
    for (let day = 1; (await stored(id))?.state === 'pending'; day++) {
      const real = server.services.clocks.lease.now();
      const services = {
        ...server.services,
        clocks: { ...server.services.clocks, lease: { now: () => real + 2 * day * DAY } },
      };
      await deliverDue(services, post, never);
    }
    expect(await stored(id)).toMatchObject({ state: 'failed', attempts: 7 });
    expect(await logOf()).toContainEqual({
      result: 'error',
      sentence: 'Webhook call failed. The receiving system answered 500.',
    });
  });

  test('that cannot be signed fails with the reason, and in the end stands on Home like any other', async () => {
    const id = await queue(world.ids.contactId);
    const closed = {
      ...server.services,
      vault: {
        ...server.services.vault,
        open: async () =>
          err({ code: 'unknown_key', sentence: 'The key is missing.', whatToDo: 'Put it back.' }),
      },
    } as typeof server.services;
    await deliverDue(closed, post, never);
    expect(calls).toEqual([]);
    const answer = 'Not made: The key is missing. Put it back.';
    expect(await stored(id)).toMatchObject({ state: 'pending', attempts: 1, answer });
    await server.services.db.write((tx) =>
      tx
        .update(schema.webhookDelivery)
        .set({ attempts: 6, nextAt: 0 })
        .where(eq(schema.webhookDelivery.id, id)),
    );
    await deliverDue(closed, post, never);
    expect(await stored(id)).toMatchObject({ state: 'failed', attempts: 7, answer });
    expect(await homeTitles(world.manager)).toContainEqual(expect.stringMatching(/webhook calls? failed$/));
  });

  test('that was given up stands on Home until a manager tries it again or leaves it', async () => {
    const [kept, left] = [await queue(world.ids.contactId), await queue(world.ids.contactId)];
    const fail = { state: 'failed', answer: '503', attempts: 7, finishedAt: 1 } as const;
    await server.services.db.write((tx) => tx.update(schema.webhookDelivery).set(fail));
    const failed = async (as = world.manager) =>
      call(server, webhookRoutes.failed, { cookie: as }, { query: { limit: '50' } });
    const idsOf = async () =>
      webhookRoutes.failed.response.parse((await failed()).body).items.map(({ id }) => id);
    expect(await idsOf()).toEqual(expect.arrayContaining([kept, left]));
    expect((await failed(world.rep)).status).toBe(403);
    expect(await homeTitles(world.manager)).toContainEqual(expect.stringMatching(/webhook calls failed$/));
    expect(await homeTitles(world.rep)).not.toContainEqual(expect.stringMatching(/webhook/));
    const decide = (action: 'retry' | 'leave', ids: string[] | undefined, as = world.manager) =>
      call(server, webhookRoutes.decide, { cookie: as }, { body: { action, ids } });
    expect((await decide('leave', [left], world.stranger)).body).toEqual({ decided: 0 });
    expect((await decide('leave', [left])).body).toEqual({ decided: 1 });
    expect((await decide('retry', [left, kept])).body).toEqual({ decided: 1 });
    await deliverDue(server.services, post, never);
    expect(calls.map(([, , headers]) => headers['rapport-request-id'])).toEqual([kept]);
    expect(await stored(kept)).toMatchObject({ state: 'delivered', attempts: 1 });
    expect(await stored(left)).toMatchObject({ state: 'left' });
    expect(await logOf()).toContainEqual({
      result: 'success',
      sentence: 'Webhook called. The receiving system answered 204.',
    });
    await decide('leave', undefined);
    expect(await idsOf()).toEqual([]);
  });

  test('whose answer comes after another process made it stays made', async () => {
    const id = await queue(world.ids.contactId);
    const slow: Post = async () => {
      const { services } = server;
      const real = services.clocks.lease.now() + DAY;
      await deliverDue(
        { ...services, clocks: { ...services.clocks, lease: { now: () => real } } },
        post,
        never,
      );
      return { ok: false, answer: 'timeout' };
    };
    await deliverDue(server.services, slow, never);
    expect(await stored(id)).toMatchObject({ state: 'delivered', answer: '204', attempts: 2 });
  });

  test('waits while everything is stopped, or its automation is paused', async () => {
    const { automationId } = world.ids;
    const change = (work: (unit: Unit) => Promise<unknown>) => unitOfWork(engineOf(server.services), work);
    const id = await queue(world.ids.contactId);
    await change((unit) => stopEverything(unit, world.workspaceId, 'owner'));
    await deliverDue(server.services, post, never);
    await change((unit) => pauseAutomation(unit, automationId, 'owner'));
    await change((unit) => resumeEverything(unit, world.workspaceId, 'owner'));
    await deliverDue(server.services, post, never);
    expect(await stored(id)).toMatchObject({ state: 'pending', attempts: 0 });
    await change((unit) => resumeAutomation(unit, automationId, 'owner'));
    await deliverDue(server.services, post, never);
    expect(await stored(id)).toMatchObject({ state: 'delivered' });
  });

  test('that waited when the server was restored is not repeated, and says so', async () => {
    const id = await queue(world.ids.contactId);
    await unitOfWork(engineOf(server.services), holdRestored);
    expect(await stored(id)).toMatchObject({ state: 'failed' });
    expect(await logOf()).toContainEqual({
      result: 'error',
      sentence: expect.stringContaining('Not repeated: the server was restored'),
    });
    const { workspaceId } = world;
    const key = { workspaceId, scope: 'workspace', scopeId: workspaceId } as const;
    await unitOfWork(engineOf(server.services), (unit) =>
      liftHold(unit, { ...key, reason: 'restored_from_backup' }, 'owner'),
    );
  });

  test('says nothing of a contact who was removed', async () => {
    const id = await queue('nobody');
    await deliverDue(server.services, post, never);
    expect(calls).toEqual([]);
    // Nobody has to decide about it.
    expect(await stored(id)).toMatchObject({ state: 'left' });
  });
});

describe('an address that only this computer can reach', () => {
  test.each([
    ['127.0.0.1', false],
    ['10.1.2.3', false],
    ['169.254.169.254', false],
    ['192.168.1.1', false],
    ['::1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['::ffff:127.0.0.1', false],
    ['2002:7f00:1::', false],
    ['93.184.215.14', true],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
  ])('%s is public: %s', (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });

  test.each([
    'http://example.com/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://u:p@example.com/',
    'https://2130706433/',
  ])('nothing goes to %s', async (url) => {
    expect(await postWebhook(url, '{}', {}, never)).toMatchObject({ ok: false });
  });

  test('nor to a name that leads there', async () => {
    const error = await new Promise((resolve) =>
      lookupWithin('public')('localhost', { all: true }, (problem) => resolve(problem)),
    );
    expect(String(error)).toContain('localhost is at');
  });
});
