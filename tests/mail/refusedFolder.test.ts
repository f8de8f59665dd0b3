import { createServer, type Server } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { syncMail } from '../../companion-server/email/inbound/sync.ts';
import type { InboundBatch, MailCursor } from '../../companion-server/email/inbound/types.ts';
import { ANNA, signal } from './support.ts';

/** A mailbox with a folder that others share, which nobody may open: no server of the sandbox has such rights. */
function mailboxRefusing(folder: string): Promise<{ server: Server; port: number }> {
  const answers: Record<string, string> = {
    CAPABILITY: '* CAPABILITY IMAP4rev1 NAMESPACE\r\n',
    NAMESPACE: '* NAMESPACE (("" "/")) NIL NIL\r\n',
    LIST: '* LIST () "/" INBOX\r\n* LIST () "/" "Shared/Info"\r\n* LIST () "/" Zoo\r\n',
    STATUS: '* STATUS INBOX (UIDNEXT 5 UIDVALIDITY 1)\r\n',
    EXAMINE: '* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* OK [UIDNEXT 5] x\r\n',
  };
  const server = createServer((socket) => {
    let unread = '';
    socket.on('error', () => undefined).write('* OK hi\r\n');
    socket.on('data', (data) => {
      const lines = `${unread}${data}`.split('\r\n');
      unread = lines.pop() ?? '';
      for (const line of lines) {
        const [tag = '', command = ''] = line.split(' ');
        const isRefused = /^(EXAMINE|STATUS)$/.test(command) && line.includes(folder);
        if (!isRefused) socket.write(answers[command] ?? '');
        socket.write(isRefused ? `${tag} NO [NOPERM] Permission denied\r\n` : `${tag} OK done\r\n`);
        if (command === 'LOGOUT') socket.end();
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      resolve({ server, port: typeof at === 'object' && at ? at.port : 0 });
    });
  });
}

let open: Server | null = null;
afterEach(() => open?.close());

async function syncRefused(folder: string) {
  const { server, port } = await mailboxRefusing(folder);
  open = server;
  const reached = { host: '127.0.0.1', port, security: 'none', user: ANNA, password: 'x' } as const;
  const access = { ...reached, allowPrivate: true };
  const settings = { smtp: access, imap: access, fromName: 'Anna', fromAddress: ANNA };
  const cursor: MailCursor = { folders: {}, readAt: Date.now() };
  const ports = {
    ownMessageIds: async () => new Set<string>(),
    contactAddresses: async () => new Set<string>(),
  };
  const places: InboundBatch['places'] = {};
  const store = async (batch: InboundBatch) => void Object.assign(places, batch.places);
  return { result: await syncMail(settings, cursor, ports, store, signal), places };
}

it('reads the others when the server refuses one folder, and says which', async () => {
  const { result, places } = await syncRefused('Shared/Info');
  expect(result).toMatchObject({
    ok: true,
    value: { refused: [{ path: 'Shared/Info', response: expect.stringContaining('Permission denied') }] },
  });
  expect(Object.keys(places).sort()).toEqual(['INBOX', 'Zoo']);
});

it('fails when it is the inbox that the server refuses', async () => {
  const { result } = await syncRefused('INBOX');
  expect(result).toMatchObject({
    ok: false,
    error: { response: expect.stringContaining('Permission denied') },
  });
});
