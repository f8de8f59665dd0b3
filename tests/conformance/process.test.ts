import { once } from 'node:events';
import { request } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, importRoutes } from '#shared/contract/contact.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { csv } from './fixture.ts';
import { type ServerProcess, startServerProcess } from './process.ts';

let server: ServerProcess | undefined;
let mail: MailSandbox | undefined;
afterEach(async () => {
  await server?.stop();
  await mail?.stop();
});

const olga = { address: 'olga@acme.test', password: 'secret' };

function emailGraph(listId: string, senderId: string) {
  const position = { x: 0, y: 0 };
  const email = {
    subject: 'Hello {{ firstName }}',
    text: 'Hi {{ firstName }},\nshall we talk?',
    thread: 'new' as const,
    attachments: [],
  };
  return {
    nodes: [
      { id: 's', type: 'segment' as const, position, config: { listIds: [listId] } },
      { id: 'p', type: 'sender_profile' as const, position, config: { senders: [{ senderId }] } },
      { id: 'm', type: 'send_email' as const, position, config: email },
      {
        id: 'w',
        type: 'wait_until' as const,
        position,
        config: { event: 'replied' as const, timeoutMs: 864e5 },
      },
      { id: 'e', type: 'end' as const, position, config: { outcome: 'positive' as const } },
      { id: 'n', type: 'end' as const, position, config: { outcome: 'negative' as const } },
    ],
    edges: [
      { id: '1', source: 's', exit: 'next' as const, target: 'p' },
      { id: '2', source: 'p', exit: 'next' as const, target: 'm' },
      { id: '3', source: 'm', exit: 'next' as const, target: 'w' },
      { id: '4', source: 'w', exit: 'happened' as const, target: 'e' },
      { id: '5', source: 'w', exit: 'timeout' as const, target: 'n' },
    ],
  };
}

test('an email goes out, its answer pauses the contact, and the server stops in order', async () => {
  mail = await startMailSandbox({ users: [olga] });
  server = await startServerProcess();
  const { call } = server;
  const { id: senderId } = await call(senderRoutes.create, { body: { name: 'Olga', zone: 'UTC' } });
  const params = { senderId };
  const allDay = { zone: 'UTC', days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' };
  await call(senderRoutes.update, { params, body: { settings: { window: allDay } } });
  const side = (port: number) => ({
    host: '127.0.0.1',
    port,
    security: 'none' as const,
    user: olga.address,
    password: olga.password,
  });
  const settings = {
    smtp: side(mail.ports.smtp),
    imap: side(mail.ports.imap),
    fromName: 'Olga Owner',
    fromAddress: olga.address,
  };
  await call(mailboxRoutes.save, { params, body: settings });
  const view = await call(senderRoutes.get, { params });
  expect(JSON.stringify(view)).not.toContain(olga.password);
  const again = {
    ...settings,
    smtp: { ...settings.smtp, password: '' },
    imap: { ...settings.imap, password: '' },
  };
  expect(await call(mailboxRoutes.test, { params, body: again })).toMatchObject({
    smtp: { ok: true },
    imap: { ok: true },
  });

  const contentBase64 = csv('First name,Email\nAnna,anna@corp.test\n');
  const { id: importId } = await call(importRoutes.upload, { body: { fileName: 'a.csv', contentBase64 } });
  const mapping = { mapping: ['firstName', 'email'], listName: 'Leads', legalBasis: 'consent' as const };
  await call(importRoutes.run, { params: { importId }, body: mapping });
  const listId = (await call(contactRoutes.lists)).items[0]?.id ?? '';
  mail.people.set('anna@corp.test', { replyAfterMs: 0, text: 'Yes, gladly!' });
  const { id: automationId } = await call(automationRoutes.create, { body: { name: 'Mail' } });
  const graph = emailGraph(listId, senderId);
  await call(automationRoutes.saveDraft, { params: { automationId }, body: { name: 'Mail', graph } });
  await call(automationRoutes.start, { params: { automationId } });

  let offset = 0;
  const statusAfter = async () => {
    const state = await server?.idle();
    const dues = [state?.nextWorkAt, state?.nextReadAt].filter((at) => typeof at === 'number');
    if (state?.idle && dues.length > 0) {
      offset += Math.max(0, Math.min(...dues) - state.now);
      await server?.setOffset(offset);
      await mail?.setClockOffset(offset);
    }
    const { items } = await call(automationRoutes.enrollments, { params: { automationId } });
    return items[0];
  };
  const last = await vi.waitFor(
    async () => {
      const found = await statusAfter();
      expect(found?.reason, server?.output()).toBe('replied');
      return found;
    },
    { timeout: 60_000, interval: 100 },
  );
  expect(last).toMatchObject({ status: 'paused', whoMustAct: 'rep' });
  const sent = mail.receivedByPeople();
  expect(sent).toHaveLength(1);
  expect(sent[0]?.subject).toBe('Hello Anna');
  expect(sent[0]?.raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
  expect(await server.stop()).toBe(0);
}, 120_000);

test('a request under way when the server is stopped gets its answer', async () => {
  server = await startServerProcess();
  const { child } = server;
  const body = JSON.stringify({ email: 'nobody@acme.test', password: 'not the password' });
  const sending = request(`${server.api.baseUrl}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: {
      origin: server.api.baseUrl,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    },
  });
  const answered = once(sending, 'response');
  sending.write(body.slice(0, 5));
  // Only when a later request is answered has the server surely seen the first half.
  await fetch(`${server.api.baseUrl}/ready`);
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await vi.waitFor(
    async () => await expect(fetch(`${server?.api.baseUrl}/ready`)).rejects.toThrow('fetch failed'),
    10_000,
  );
  sending.end(body.slice(5));
  const [response] = await answered;
  expect(response.statusCode).toBe(401);
  response.resume();
  expect(await exited).toEqual([0, null]);
});
