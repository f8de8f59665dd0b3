import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { problem } from '#shared/contract/route.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { MINUTE, systemClock } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import { addMember, ORIGIN, setUp, startTestServer, type TestServer } from './support.ts';

let server: TestServer;
let workspaceId: string;
let ahead = 0;
const opened: ReadableStreamDefaultReader[] = [];
beforeAll(async () => {
  server = await startTestServer({ lease: { now: () => systemClock.now() + ahead } });
  ({ workspaceId } = await setUp(server));
});
afterEach(async () => {
  for (const reader of opened.splice(0)) await reader.cancel();
});
afterAll(() => server.close());

async function openStream(cookie: string) {
  const response = await server.app.request(`${ORIGIN}${workspaceRoutes.stream.path}`, {
    headers: { cookie },
  });
  const reader = response.status === 200 ? response.body?.getReader() : undefined;
  if (reader) opened.push(reader);
  return { response, reader };
}

/** Everything it says until it ends. */
async function untilEnd({ reader }: Awaited<ReturnType<typeof openStream>>): Promise<string> {
  let text = '';
  for (;;) {
    const chunk = await reader?.read();
    if (!chunk || chunk.done) return text;
    text += new TextDecoder().decode(chunk.value);
  }
}

test.each([
  ['its member signs out', (cookie: string) => signOut(cookie)],
  ['its session is ended elsewhere', (_: string, userId: string) => endSessions(userId)],
])('an open stream ends when %s', async (_, end) => {
  const email = `${server.services.newId()}@acme.test`;
  const { cookie, userId } = await addMember(server, { id: workspaceId }, 'rep', email);
  const stream = await openStream(cookie);
  await end(cookie, userId);
  ahead += MINUTE;
  server.services.changes.notify();
  expect(await untilEnd(stream)).toContain(': open');
  expect((await openStream(cookie)).response.status).toBe(401);
});

async function signOut(cookie: string) {
  const headers = { 'content-type': 'application/json', origin: ORIGIN, cookie };
  await server.app.request(`${ORIGIN}/api/auth/sign-out`, { method: 'POST', headers, body: '{}' });
}

async function endSessions(userId: string) {
  const { session } = schema;
  await server.services.db.write((tx) => tx.delete(session).where(eq(session.userId, userId)));
}

test('a member has so many streams at most, and a closed one makes room', async () => {
  const { cookie } = await addMember(server, { id: workspaceId }, 'rep', 'tabs@acme.test');
  const { cookie: colleague } = await addMember(server, { id: workspaceId }, 'rep', 'other@acme.test');
  const streams = await Promise.all(Array.from({ length: 20 }, () => openStream(cookie)));
  expect(streams.map(({ response }) => response.status)).toEqual(Array(20).fill(200));
  const { response } = await openStream(cookie);
  expect(response.status).toBe(429);
  expect(problem.parse(await response.json()).code).toBe('too_many_streams');
  expect((await openStream(colleague)).response.status).toBe(200);
  await streams[0]?.reader?.cancel();
  await vi.waitUntil(async () => (await openStream(cookie)).response.status === 200);
});
