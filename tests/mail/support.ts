import { afterAll, beforeAll } from 'vitest';
import type { MailboxAccess } from '../../companion-server/email/access.ts';
import { type BuiltMessage, buildMessage, type MessageInput } from '../../companion-server/email/build.ts';
import { messageIdFor } from '../../companion-server/email/messageId.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';

export const ANNA = 'anna@team.test';
export const PASSWORD = 'correct-horse';

/** Never aborts; every function under test has its own deadline besides. */
export const signal = new AbortController().signal;

/** One sandbox for a test file. */
export function sandboxForFile(addresses: string[] = [ANNA]): () => MailSandbox {
  let sandbox: MailSandbox | null = null;
  beforeAll(async () => {
    sandbox = await startMailSandbox({
      users: addresses.map((address) => ({ address, password: PASSWORD })),
    });
  }, 30_000);
  afterAll(() => sandbox?.stop(), 30_000);
  return () => {
    if (!sandbox) throw new Error('The sandbox is not running.');
    return sandbox;
  };
}

export function settingsFor(sandbox: MailSandbox, address = ANNA): MailboxAccess {
  const server = {
    host: '127.0.0.1',
    security: 'none',
    user: address,
    password: PASSWORD,
    allowPrivate: true,
  } as const;
  return {
    smtp: { ...server, port: sandbox.ports.smtp },
    imap: { ...server, port: sandbox.ports.imap },
    fromName: 'Anna Berg',
    fromAddress: address,
  };
}

let taskNumber = 0;

export function input(over: Partial<MessageInput> = {}): MessageInput {
  taskNumber += 1;
  return {
    from: { name: 'Anna Berg', address: ANNA },
    to: { name: 'Boris Clay', address: 'boris@people.test' },
    subject: 'A question about your team',
    text: 'Hello Boris,\n\nhow do you plan your week?',
    messageId: messageIdFor(`task-${taskNumber}`, 1, 'team.test'),
    unsubscribeUrl: 'https://rapport.test/u/token',
    postalAddress: 'Team Ltd, Main Street 1, 12345 Town',
    date: Date.UTC(2026, 2, 2, 9, 30),
    ...over,
  };
}

export function build(over: Partial<MessageInput> = {}): BuiltMessage {
  return buildMessage(input(over));
}
