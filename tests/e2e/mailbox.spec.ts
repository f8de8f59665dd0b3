import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import { senderRoutes } from '#shared/contract/sender.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { everyLook, openScreen, violations } from '../support/accessibility.ts';
import { chromiumArgs } from '../support/chromiumArgs.ts';
import { signIn } from '../support/dashboardDriver.ts';
import { freePort } from '../support/freePort.ts';
import { setUpOwner } from '../support/ownerApi.ts';
import { chromiumPath } from '../support/require.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

const ANNA = { address: 'anna@team.test', password: 'correct-horse' };
let dataDir: string;
let sandbox: MailSandbox;
let server: ServerProcess;
let browser: Browser;
let page: Page;
let senderId: string;

/** A mailbox from an empty form to a checked domain, and a colleague from an invitation to the team. */

test.describe.configure({ mode: 'serial' });

test.beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'rapport-mailbox-'));
  sandbox = await startMailSandbox({ users: [ANNA] });
  const port = await freePort();
  server = await startServer({
    dataDir,
    port,
    env: {
      SYSTEM_SMTP_URL: `smtp://${encodeURIComponent(ANNA.address)}:${ANNA.password}@127.0.0.1:${sandbox.ports.smtp}`,
      SYSTEM_MAIL_FROM: `Rapport <${ANNA.address}>`,
    },
  });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const api = await setUpOwner(server);
  senderId = (await api.call(senderRoutes.create, { body: { name: 'Anna', zone: 'UTC' } })).id;
  await signIn(page, server.origin);
});

test.afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await sandbox?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const tab = (name: string) => openScreen(page, `${server.origin}/senders/${senderId}?tab=${name}`);

test('the form fills itself in from the address, says where from, and is tested with the server’s own words', async () => {
  await tab('email');
  await page.getByLabel('From name').fill('Anna Berg');
  await page.getByLabel('From address').fill('anna@gmx.net');
  await page.getByLabel('From address').blur();
  await expect(page.getByText('The servers are those of GMX.')).toBeVisible();
  await expect(page.getByLabel('IMAP server')).toHaveValue('imap.gmx.net');
  await expect(page.getByText('First allow POP3/IMAP in GMX')).toBeVisible();

  await page.getByLabel('From address').fill(ANNA.address);
  await page.getByLabel('From address').blur();
  // The machine's own name servers are asked, which may be silent.
  await expect(page.getByText('Nobody names the mail servers of this domain.')).toBeVisible({
    timeout: 60_000,
  });
  await expect(page.getByLabel('IMAP server')).toHaveValue('');
  for (const [side, port] of [
    ['SMTP', sandbox.ports.smtp],
    ['IMAP', sandbox.ports.imap],
  ] as const) {
    await page.getByLabel(`${side} server`).fill('127.0.0.1');
    await page.getByLabel(`${side} port`).fill(String(port));
    await page.getByLabel(`${side} user name`).fill(ANNA.address);
    await page.getByRole('textbox', { name: `${side} password` }).fill('wrong');
    await page.getByRole('combobox', { name: `${side} security` }).click();
    await page.getByRole('option', { name: /^None/ }).click();
  }
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('SMTP does not work')).toBeVisible();
  await expect(page.getByText(/535 5\.7\.8/).first()).toBeVisible();
  expect(await violations(page, everyLook)).toEqual([]);

  for (const side of ['SMTP', 'IMAP']) {
    await page.getByRole('textbox', { name: `${side} password` }).fill(ANNA.password);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Save mailbox' }).click();
  await expect(page.getByText('The mailbox works and is saved.')).toBeVisible();
});

test('the deliverability tab sends a mail to oneself and says what the domain lacks', async () => {
  await tab('deliverability');
  await page.getByRole('button', { name: 'Send a test email' }).click();
  await expect(page.getByText('Found in INBOX.')).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText('It carries no DKIM signature.')).toBeVisible();
  await expect(page.getByRole('heading', { name: /^SPF/ })).toBeVisible({ timeout: 30_000 });
  expect(await violations(page, everyLook)).toEqual([]);
});

test('an invited person gets a mail, makes an account with its link and is in the team', async () => {
  await openScreen(page, `${server.origin}/settings`);
  await page.getByLabel('Email to invite').fill('rita@acme.test');
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await expect(page.getByRole('cell', { name: 'rita@acme.test' })).toBeVisible();
  expect(await violations(page, everyLook)).toEqual([]);
  const mail = () => sandbox.sent().find(({ to }) => to.includes('rita@acme.test'));
  await expect.poll(mail, { timeout: 40_000 }).toBeTruthy();
  const text = (mail()?.raw ?? '').replace(/=\r\n/g, '').replaceAll('=3D', '=');
  const link = /http:\/\/[\d.:]+\/join\?[^\s"<]+/.exec(text)?.[0] ?? '';

  const guest = await (await browser.newContext()).newPage();
  await openScreen(guest, link.replaceAll('&amp;', '&'));
  expect(await violations(guest, everyLook)).toEqual([]);
  await guest.getByLabel('Your name').fill('Rita');
  await guest.getByRole('textbox', { name: 'Password' }).fill('correct horse 3');
  await guest.getByRole('button', { name: 'Create account and join' }).click();
  await expect(guest.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  await guest.close();
});
