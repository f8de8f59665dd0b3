import { describe, expect, it } from 'vitest';
import { mailboxDraft, mailboxSettings, mailboxSettingsView } from '#shared/contract/mailbox.ts';
import { mailboxPresets, presetFor } from '#shared/contract/mailboxPresets.ts';
import { testConnection } from '../../companion-server/email/testConnection.ts';
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

describe('mailboxSettings', () => {
  it('allows no unencrypted connection but to this computer', () => {
    const local = settings();
    expect(mailboxSettings.safeParse(local).success).toBe(true);
    const remote = { ...local, smtp: { ...local.smtp, host: 'smtp.example.com' } };
    const parsed = mailboxSettings.safeParse(remote);
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['smtp.security']);
    expect(
      mailboxSettings.safeParse({ ...local, smtp: { ...local.smtp, host: '127.0.0.1.example.com' } }).success,
    ).toBe(false);
  });

  it('lets the form leave passwords empty, and checks the rest all the same', () => {
    const local = settings();
    const draft = { ...local, smtp: { ...local.smtp, password: '' }, imap: { ...local.imap, password: '' } };
    expect(mailboxDraft.safeParse(draft).success).toBe(true);
    expect(mailboxSettings.safeParse(draft).success).toBe(false);
    expect(mailboxSettingsView.safeParse(draft).success).toBe(true);
    expect(mailboxSettingsView.safeParse(local).success).toBe(false);
    const remote = { ...draft, imap: { ...draft.imap, host: 'imap.example.com' } };
    expect(mailboxDraft.safeParse(remote).success).toBe(false);
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
