import type { lookup } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { mailboxDraft, mailboxSettings, mailboxSettingsView } from '#shared/contract/mailbox.ts';
import { mailboxPresets, presetFor } from '#shared/contract/mailboxPresets.ts';
import type { MailboxAccess, ServerAccess } from '../../companion-server/email/access.ts';
import { testConnection } from '../../companion-server/email/testConnection.ts';
import { AddressRefused, lookupWithin } from '../../companion-server/network/lookup.ts';
import { PASSWORD, sandboxForFile, settingsFor, signal } from './support.ts';

const sandbox = sandboxForFile();
const settings = () => settingsFor(sandbox());

describe('testConnection', () => {
  it('passes on both sides', async () => {
    const test = await testConnection(settings(), signal);
    expect(test.smtp).toMatchObject({ ok: true, response: expect.stringMatching(/^235 /) });
    expect(test.imap).toMatchObject({ ok: true });
  });

  it('names the password field and the server’s own answer', async () => {
    const wrong = settings();
    wrong.smtp.password = 'nope';
    wrong.imap.password = 'nope';
    const test = await testConnection(wrong, signal);
    expect(test.smtp).toMatchObject({
      ok: false,
      problem: 'authentication_failed',
      field: 'smtp.password',
      code: '535 5.7.8',
      response: '535 5.7.8 Error: authentication failed',
    });
    expect(test.imap).toMatchObject({
      ok: false,
      problem: 'authentication_failed',
      field: 'imap.password',
      code: 'AUTHENTICATIONFAILED',
      response: expect.stringContaining('Authentication failed'),
    });
  });

  it('checks each side for itself', async () => {
    const wrong = settings();
    wrong.imap.password = 'nope';
    const test = await testConnection(wrong, signal);
    expect([test.smtp.ok, test.imap.ok]).toEqual([true, false]);
  });

  it('names the port where nothing listens, and the name that does not exist', async () => {
    const wrong = settings();
    wrong.smtp.port = 1;
    wrong.imap.host = 'no-such-host.invalid';
    wrong.imap.security = 'tls';
    const test = await testConnection(wrong, signal);
    expect(test.smtp).toMatchObject({
      problem: 'connection_refused',
      field: 'smtp.port',
      code: 'ECONNREFUSED',
    });
    expect(test.imap).toMatchObject({ problem: 'host_not_found', field: 'imap.host' });
  });

  it('names the encryption where the server speaks another', async () => {
    const wrong = settings();
    wrong.smtp.security = 'tls';
    wrong.imap.security = 'tls';
    const test = await testConnection(wrong, signal);
    expect(test.smtp).toMatchObject({ problem: 'tls_failed', field: 'smtp.security' });
    expect(test.imap).toMatchObject({ problem: 'tls_failed', field: 'imap.security' });
  });

  it('never falls back to an unencrypted session when STARTTLS is missing', async () => {
    const wrong = settings();
    wrong.imap.security = 'starttls';
    const test = await testConnection(wrong, signal);
    expect(test.imap).toMatchObject({ problem: 'tls_failed', field: 'imap.security' });
  });

  it('stops when asked to', async () => {
    const test = await testConnection(settings(), AbortSignal.abort());
    expect(test).toMatchObject({ smtp: { problem: 'canceled' }, imap: { problem: 'canceled' } });
  });
});

describe('what this server connects to', () => {
  const strict = (change: Partial<ServerAccess>): MailboxAccess => {
    const server = { ...settings().smtp, ...change, allowPrivate: false };
    return {
      ...settings(),
      smtp: { ...server, port: change.port ?? 587 },
      imap: { ...server, port: change.port ?? 993 },
    };
  };

  it.each([
    '127.0.0.1',
    'localhost',
    '[::1]',
    '::ffff:127.0.0.1',
    '10.1.2.3',
    '192.168.0.1',
    '169.254.169.254',
    'fe80::1',
    'fd00::1',
    '0.0.0.0',
  ])('is never %s, unless the operator allows it', async (host) => {
    const test = await testConnection(strict({ host, security: 'tls' }), signal);
    expect(test.smtp).toMatchObject({ problem: 'address_not_allowed', field: 'smtp.host' });
    expect(test.imap).toMatchObject({ problem: 'address_not_allowed', field: 'imap.host' });
    expect(test.smtp).toMatchObject({ whatToDo: expect.stringContaining('MAIL_PRIVATE_NETWORK') });
  });

  it('is only a port that mail is submitted to or read from', async () => {
    const test = await testConnection(
      strict({ host: 'mail.example.com', security: 'tls', port: 22 }),
      signal,
    );
    expect(test.smtp).toMatchObject({ problem: 'port_not_allowed', field: 'smtp.port' });
    expect(test.imap).toMatchObject({ problem: 'port_not_allowed', field: 'imap.port' });
  });

  it('is never spoken to unencrypted, and with the permission only inside the private network', async () => {
    const test = await testConnection(strict({ host: 'mail.example.com', security: 'none' }), signal);
    expect(test.smtp).toMatchObject({ problem: 'encryption_required', field: 'smtp.security' });
    expect(test.imap).toMatchObject({ problem: 'encryption_required', field: 'imap.security' });
    const allowed = settings();
    allowed.smtp.host = '8.8.8.8';
    allowed.imap.host = '8.8.8.8';
    expect(await testConnection(allowed, signal)).toMatchObject({
      smtp: { problem: 'address_not_allowed' },
      imap: { problem: 'address_not_allowed' },
    });
  });

  it('is the very address that was checked, whatever the name answers the next time', async () => {
    const answers = ['93.184.216.34', '127.0.0.1'];
    const ask = ((_host: string, _options: object, done: (error: null, found: object[]) => void) =>
      done(null, [{ address: answers.shift(), family: 4 }])) as unknown as typeof lookup;
    const once = () =>
      new Promise((resolve) => {
        lookupWithin('public', ask)('rebinding.example', { all: true }, (error, found) =>
          resolve(error ?? found),
        );
      });
    expect(await once()).toEqual([{ address: '93.184.216.34', family: 4 }]);
    expect(await once()).toBeInstanceOf(AddressRefused);
  });

  it('upgrades by STARTTLS before the password goes out', async () => {
    const upgraded = settings();
    upgraded.smtp.security = 'starttls';
    const test = await testConnection(upgraded, signal);
    expect(test.smtp).toMatchObject({ ok: true, response: expect.stringMatching(/^235 /) });
  });
});

describe('mailboxSettings', () => {
  it('lets the form leave passwords empty, and checks the rest all the same', () => {
    const local = settings();
    const draft = { ...local, smtp: { ...local.smtp, password: '' }, imap: { ...local.imap, password: '' } };
    expect(mailboxDraft.safeParse(draft).success).toBe(true);
    expect(mailboxSettings.safeParse(draft).success).toBe(false);
    expect(mailboxSettingsView.safeParse(draft).success).toBe(true);
    expect(mailboxSettingsView.safeParse(local).success).toBe(false);
    const spaced = { ...draft, imap: { ...draft.imap, host: 'imap example.com' } };
    expect(mailboxDraft.safeParse(spaced).success).toBe(false);
  });

  it('accepts every preset', () => {
    for (const preset of mailboxPresets) {
      const login = { user: 'a@b.example', password: PASSWORD };
      const full = {
        smtp: { ...preset.smtp, ...login },
        imap: { ...preset.imap, ...login },
        fromName: 'Anna',
        fromAddress: 'a@b.example',
      };
      expect(mailboxSettings.safeParse(full).success, preset.id).toBe(true);
    }
    expect(presetFor('Someone@GMail.com')?.id).toBe('gmail');
    expect(presetFor('someone@own.example')).toBeNull();
  });
});
