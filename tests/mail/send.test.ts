import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { systemTimers } from '#shared/kernel/clock.ts';
import { sendMessage } from '../../companion-server/email/send.ts';
import { createSmtpPool } from '../../companion-server/email/smtpPool.ts';
import { build, sandboxForFile, settingsFor, signal } from './support.ts';

const sandbox = sandboxForFile();
const settings = () => settingsFor(sandbox());

describe('sendMessage', () => {
  it('sends, and says what the server answered', async () => {
    const built = build();
    expect(await sendMessage(settings(), built, signal)).toEqual({
      outcome: 'sent',
      response: expect.stringMatching(/^250 /),
    });
    const [mail] = sandbox()
      .receivedByPeople()
      .filter((entry) => entry.messageId === built.messageId);
    expect(mail).toMatchObject({ from: 'anna@team.test', to: ['boris@people.test'] });
    expect(mail?.raw).toBe(built.raw.toString('utf8'));
  });

  it('sends over STARTTLS', async () => {
    const secure = settings();
    secure.smtp.security = 'starttls';
    expect(await sendMessage(secure, build(), signal)).toMatchObject({ outcome: 'sent' });
  });

  it('sends nothing where the encrypted session cannot be made, and tries again after it', async () => {
    const secure = settings();
    secure.smtp.security = 'starttls';
    sandbox().fault({ on: 'smtp', effect: 'tls_fail', times: 1 });
    const built = build();
    const result = await sendMessage(secure, built, signal);
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'connect', verdict: null });
    expect(await sendMessage(secure, built, signal)).toMatchObject({ outcome: 'sent' });
    const taken = sandbox()
      .receivedByPeople()
      .filter(({ messageId }) => messageId === built.messageId);
    expect(taken).toHaveLength(1);
  });

  it('knows that a 4xx answer means not sent, and may be tried again', async () => {
    sandbox().fault({ on: 'smtp', effect: '4xx', times: 1 });
    const built = build();
    expect(await sendMessage(settings(), built, signal)).toEqual({
      outcome: 'not_sent',
      stage: 'message',
      code: '451',
      response: '451 4.7.1 Try again later',
      verdict: 'slow_mailbox',
    });
    expect(await sendMessage(settings(), built, signal)).toMatchObject({ outcome: 'sent' });
  });

  it.each([
    ['5xx', 'message', '554', 'hold_mailbox'],
    ['5xx_recipient', 'envelope', '550', 'bounced'],
  ] as const)('knows what %s means', async (effect, stage, code, verdict) => {
    sandbox().fault({ on: 'smtp', effect, times: 1 });
    const result = await sendMessage(settings(), build(), signal);
    expect(result).toMatchObject({ outcome: 'not_sent', stage, code, verdict });
  });

  it('blames the mailbox, not the message, for a refused login', async () => {
    sandbox().fault({ on: 'smtp', effect: 'auth_fail', times: 1 });
    const result = await sendMessage(settings(), build(), signal);
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'auth', code: '535', verdict: null });
  });

  it('calls a connection lost after the final dot unknown, also when the server took the message', async () => {
    sandbox().fault({ on: 'smtp', effect: 'drop_after_data', times: 1 });
    const built = build();
    expect(await sendMessage(settings(), built, signal)).toMatchObject({ outcome: 'unknown' });
    expect(sandbox().sent().at(-1)?.messageId).toBe(built.messageId);
  });

  it('calls a connection lost before DATA not sent', async () => {
    sandbox().fault({ on: 'smtp', effect: 'drop_before_data', times: 1 });
    const result = await sendMessage(settings(), build(), signal);
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'envelope', verdict: null });
  });

  it('calls a connection lost in the middle of the body not sent', async () => {
    sandbox().fault({ on: 'smtp', effect: 'drop_during_data', times: 1 });
    const built = build({ text: 'A line that fills the message.\n'.repeat(700_000) });
    const before = sandbox().sent().length;
    const result = await sendMessage(settings(), built, signal);
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'message', verdict: null });
    expect(sandbox().sent()).toHaveLength(before);
  });

  it('calls a small body unknown when the dot may have left with it', async () => {
    sandbox().fault({ on: 'smtp', effect: 'drop_during_data', times: 1 });
    expect(await sendMessage(settings(), build(), signal)).toMatchObject({ outcome: 'unknown' });
  });

  it('calls a port nobody listens on not sent', async () => {
    const wrong = settings();
    wrong.smtp.port = 1;
    const result = await sendMessage(wrong, build(), signal);
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'connect', code: 'ECONNREFUSED' });
  });

  it('sends nothing once the signal is aborted', async () => {
    const before = sandbox().sent().length;
    const result = await sendMessage(settings(), build(), AbortSignal.abort());
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'connect' });
    expect(sandbox().sent()).toHaveLength(before);
  });
});

/** A server that plays one line after the other: for what a well-behaved one never does. */
describe('sendMessage against a rude server', () => {
  let server: Server | null = null;
  afterEach(() => server?.close());

  async function rude(answers: Record<string, string>, onDot: () => void): Promise<number> {
    server = createServer((socket) => {
      let body = false;
      socket.on('error', () => undefined);
      socket.write('220 rude\r\n');
      socket.on('data', (chunk) => {
        for (const line of chunk.toString('latin1').split('\r\n').slice(0, -1)) {
          if (body && line !== '.') continue;
          const command = body ? '.' : (line.split(' ')[0] ?? '').toUpperCase();
          const answer = answers[command] ?? '250 OK\r\n';
          body = command === 'DATA' && answer.startsWith('354');
          if (answer.endsWith('\r\n')) socket.write(answer);
          else socket.end(answer);
          if (command === '.') onDot();
        }
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    return typeof address === 'object' && address ? address.port : 0;
  }

  async function sendTo(answers: Record<string, string>, abort?: AbortSignal, onDot = () => {}) {
    const base = { EHLO: '250-rude\r\n250 AUTH PLAIN\r\n', AUTH: '235 OK\r\n', DATA: '354 go\r\n' };
    const port = await rude({ ...base, ...answers }, onDot);
    const own = settings();
    own.smtp.port = port;
    return sendMessage(own, build(), abort ?? signal);
  }

  it('takes a 421 in answer to the message as not sent', async () => {
    expect(await sendTo({ '.': '421 4.3.2 closing\r\n' })).toMatchObject({
      outcome: 'not_sent',
      stage: 'message',
      code: '421',
      verdict: 'slow_mailbox',
    });
  });

  it('believes no half answer', async () => {
    expect(await sendTo({ '.': '55' })).toMatchObject({ outcome: 'unknown' });
    expect(await sendTo({ '.': '250 O' })).toMatchObject({ outcome: 'unknown' });
    expect(await sendTo({ '.': '550 refused' })).toMatchObject({ outcome: 'unknown' });
  });

  it('believes no nonsense after the dot', async () => {
    expect(await sendTo({ '.': '354 what\r\n' })).toMatchObject({ outcome: 'unknown' });
  });

  it('knows that a refused DATA command means not sent', async () => {
    const result = await sendTo({ DATA: '554 no\r\n' });
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'envelope', code: '554', verdict: 'fail' });
  });

  it('calls an abort after the dot unknown', async () => {
    const controller = new AbortController();
    const sending = sendTo({ '.': '250-still\r\n' }, controller.signal, () => controller.abort());
    expect(await sending).toMatchObject({ outcome: 'unknown' });
    expect(controller.signal.aborted).toBe(true);
  });
});

describe('a pool of sessions', () => {
  const pool = createSmtpPool(systemTimers);
  const send = (over = settings()) => sendMessage(over, build(), signal, pool);
  afterAll(() => pool.close());

  it('sends over the session it has: a server that takes no more is not asked for another', async () => {
    expect(await send()).toMatchObject({ outcome: 'sent' });
    sandbox().fault({ on: 'smtp', effect: 'too_many_connections', times: 1 });
    for (let n = 0; n < 3; n++) expect(await send()).toMatchObject({ outcome: 'sent' });
    // Without the pool the fault is met.
    const result = await sendMessage(settings(), build(), signal);
    expect(result).toMatchObject({ outcome: 'not_sent', stage: 'connect', code: '421' });
  });

  it('opens another for other settings, and keeps none whose message was refused', async () => {
    expect(await send({ ...settings(), smtp: { ...settings().smtp, password: 'wrong' } })).toMatchObject({
      stage: 'auth',
    });
    sandbox().fault({ on: 'smtp', effect: '5xx', times: 1 });
    expect(await send()).toMatchObject({ outcome: 'not_sent', code: '554' });
    expect(pool.take(settings().smtp)).toBeNull();
  });

  it('carries a message once over a new session where the idle one has ended', async () => {
    expect(await send()).toMatchObject({ outcome: 'sent' });
    const before = sandbox().receivedByPeople().length;
    sandbox().fault({ on: 'smtp', effect: 'drop_before_data', times: 1 });
    expect(await send()).toMatchObject({ outcome: 'sent' });
    expect(sandbox().receivedByPeople()).toHaveLength(before + 1);
  });

  it('keeps nothing after it was closed', async () => {
    const closed = createSmtpPool(systemTimers);
    closed.close();
    expect(await sendMessage(settings(), build(), signal, closed)).toMatchObject({ outcome: 'sent' });
    expect(closed.take(settings().smtp)).toBeNull();
  });
});
