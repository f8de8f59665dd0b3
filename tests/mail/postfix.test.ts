import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { syncMail } from '../../companion-server/email/inbound/sync.ts';
import type { InboundMessage, MailCursor } from '../../companion-server/email/inbound/types.ts';
import { type Postfix, startPostfix, whyNoPostfix } from '../mail-sandbox/postfix.ts';
import { ANNA, build, sandboxForFile, settingsFor, signal } from './support.ts';

/** Bounces as Debian's Postfix writes them, read from Dovecot by the real sync. */
const sandbox = sandboxForFile();
const missing = whyNoPostfix();
let postfix: Postfix;
let remote: SMTPServer;
let cursor: MailCursor | null = null;
const ownIds = new Set<string>();

const answers: Record<string, [number, string]> = {
  unknown: [550, '5.1.1 User unknown in virtual mailbox table'],
  full: [552, '5.2.2 Mailbox is over its quota'],
  refused: [550, '5.7.1 Message refused: team.test has a poor reputation'],
  later: [451, '4.7.1 Greylisted, try again later'],
};

beforeAll(async () => {
  if (missing) return;
  remote = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address }, _session, done) {
      const answer = answers[address.split('@')[0] ?? ''];
      done(answer ? Object.assign(new Error(answer[1]), { responseCode: answer[0] }) : undefined);
    },
  });
  remote.on('error', () => undefined);
  await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
  const address = remote.server.address();
  const remotePort = typeof address === 'object' && address ? address.port : 0;
  postfix = await startPostfix({ lmtpPort: sandbox().ports.lmtp, remotePort });
  await sync();
}, 60_000);

afterAll(async () => {
  await postfix?.stop();
  if (remote) await new Promise<void>((resolve) => remote.close(() => resolve()));
}, 30_000);

async function sync(): Promise<InboundMessage[]> {
  const messages: InboundMessage[] = [];
  const places = { ...cursor?.folders };
  const ports = {
    ownMessageIds: async (ids: string[]) => new Set(ids.filter((id) => ownIds.has(id))),
    contactAddresses: async () => new Set<string>(),
  };
  const result = await syncMail(
    settingsFor(sandbox()),
    cursor,
    ports,
    async (batch) => {
      messages.push(...batch.messages);
      Object.assign(places, batch.places);
    },
    signal,
  );
  if (!result.ok) throw new Error(result.error.sentence);
  cursor = { folders: places, readAt: Date.now() };
  return messages;
}

/** Hands one of our emails to Postfix; resolves with what came back about it. */
async function bounced(to: string): Promise<InboundMessage> {
  const built = build({ to: { name: '', address: to } });
  ownIds.add(built.messageId);
  await submit(to, built.raw);
  let found: InboundMessage | undefined;
  await expect
    .poll(
      async () => {
        found = (await sync()).find(({ match }) => match.ownMessageId === built.messageId);
        return found !== undefined;
      },
      { timeout: 40_000, interval: 300 },
    )
    .toBe(true);
  if (!found) throw new Error('Nothing came back.');
  return found;
}

async function submit(to: string, raw: Buffer): Promise<void> {
  const connection = new SMTPConnection({ host: '127.0.0.1', port: postfix.smtpPort, ignoreTLS: true });
  try {
    await new Promise<void>((resolve, reject) => {
      connection.once('error', reject);
      connection.connect((failure) => {
        if (failure) return reject(failure);
        connection.send({ from: ANNA, to }, raw, (error) => (error ? reject(error) : resolve()));
      });
    });
  } finally {
    connection.close();
  }
}

// Without root there is no Postfix: whyNoPostfix names the reason.
describe.skipIf(missing)(`Postfix${missing ? ` (${missing})` : ''}`, () => {
  it.each([
    ['unknown@people.test', 'hard', /^5\.1\.1$/],
    ['full@people.test', 'soft', /^5\.2\.2$/],
    ['refused@people.test', 'policy', /^5\.7\.1$/],
    ['later@people.test', 'soft', /^4\./],
    ['anybody@nowhere.test', 'soft', /^4\.4\./],
  ])('gives back the mail to %s: %s', async (to, severity, status) => {
    const found = await bounced(to);
    expect(found).toMatchObject({
      direction: 'in',
      class: {
        kind: 'bounce',
        severity,
        unsure: false,
        status: expect.stringMatching(status),
        recipient: to,
        diagnostic: expect.any(String),
      },
      match: { by: 'message_id' },
    });
  });
});
