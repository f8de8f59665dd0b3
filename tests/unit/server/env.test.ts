import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadKeys } from '../../../companion-server/auth/keys.ts';
import { demandHold } from '../../../companion-server/db/mark.ts';
import { readEnv } from '../../../companion-server/env.ts';

test('an empty environment gives the defaults', () => {
  const env = readEnv({});
  expect(env).toMatchObject({
    ok: true,
    value: { host: '127.0.0.1', port: 4400, publicUrl: null, logLevel: 'info', scheduleControl: false },
  });
  if (env.ok) expect(env.value.databaseUrl).toBe(`file://${path.resolve('data')}/rapport.db`);
});

test('all problems are named at once', () => {
  const env = readEnv({ PORT: 'many', PUBLIC_URL: 'rapport', LOG_LEVEL: 'loud', DATABASE_URL: 'mysql://x' });
  expect(env.ok).toBe(false);
  if (env.ok) return;
  expect(env.error.map((line) => line.split('=')[0]).sort()).toEqual([
    'DATABASE_URL',
    'LOG_LEVEL',
    'PORT',
    'PUBLIC_URL',
  ]);
});

test('a refused secret is named, never printed', () => {
  const env = readEnv({ METRICS_TOKEN: 'hunter2', SYSTEM_SMTP_URL: 'ftp://u:hunter2@mail.test' });
  expect(env.ok).toBe(false);
  if (env.ok) return;
  expect(env.error.join('\n')).toMatch(/METRICS_TOKEN.*\n?/);
  expect(env.error.join('\n')).not.toContain('hunter2');
});

test('a mark beside the database that is cut off counts as a restore, and stops no start', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mark-'));
  const file = path.join(folder, 'mark.json');
  for (const damaged of ['', '{"lineage":']) {
    await writeFile(file, damaged);
    demandHold(file);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ restored: true });
  }
  await rm(folder, { recursive: true });
});

test('the account for mail to members is a server and a sender, or nothing', () => {
  const both = { SYSTEM_SMTP_URL: 'smtps://u:p@mail.test', SYSTEM_MAIL_FROM: 'Rapport <r@mail.test>' };
  const env = readEnv(both);
  expect(env).toMatchObject({ ok: true, value: { systemMail: { url: both.SYSTEM_SMTP_URL } } });
  expect(readEnv({ ...both, SYSTEM_MAIL_FROM: '' }).ok).toBe(false);
  expect(readEnv({ ...both, SYSTEM_MAIL_FROM: 'nobody' }).ok).toBe(false);
  expect(readEnv({ ...both, SYSTEM_SMTP_URL: 'https://mail.test' }).ok).toBe(false);
  expect(readEnv({})).toMatchObject({ ok: true, value: { systemMail: null } });
});

test('proxies are addresses and ranges, and nobody is trusted unless named', () => {
  expect(readEnv({})).toMatchObject({ ok: true, value: { trustedProxies: null } });
  const env = readEnv({ TRUSTED_PROXIES: '127.0.0.1, fd00::/8' });
  expect(env.ok && env.value.trustedProxies?.check('fd00::5', 'ipv6')).toBe(true);
  const wrong = readEnv({ TRUSTED_PROXIES: 'proxy.test' });
  expect(wrong).toMatchObject({ ok: false, error: [expect.stringContaining('TRUSTED_PROXIES')] });
});

test('a moved clock needs the control of tests', () => {
  expect(readEnv({ RAPPORT_SCHEDULE_OFFSET_MS: '5' }).ok).toBe(false);
  expect(readEnv({ RAPPORT_SCHEDULE_OFFSET_MS: '5', RAPPORT_SCHEDULE_CONTROL: 'ipc' }).ok).toBe(true);
});

test('keys are made once, for this user alone, and a damaged file stops the start', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'rapport-keys-'));
  try {
    const first = await loadKeys(dir);
    expect((await stat(path.join(dir, 'keys.json'))).mode & 0o777).toBe(0o600);
    expect(await loadKeys(dir)).toEqual(first);
    expect(await readFile(path.join(dir, 'keys.json'), 'utf8')).toContain(first.authSecret);
    await writeFile(path.join(dir, 'keys.json'), '{"vault":[]}');
    await expect(loadKeys(dir)).rejects.toThrow('is damaged');
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test('a data folder that cannot be used, and damaged keys, are told in a sentence', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'rapport-keys-'));
  await writeFile(path.join(dir, 'file'), '');
  await expect(loadKeys(path.join(dir, 'file'))).rejects.toThrow(/^The data folder .* RAPPORT_DATA_DIR/);
  await writeFile(path.join(dir, 'keys.json'), '{');
  await expect(loadKeys(dir)).rejects.toThrow(/keys\.json is damaged .* backup\.$/);
  await rm(dir, { recursive: true });
});
