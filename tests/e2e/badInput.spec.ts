import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { type Browser, chromium, expect, type Locator, type Page, test } from '@playwright/test';
import { z } from 'zod';
import { linkedinThenEmail } from '#shared/automation/starters.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { contactRoutes, stoplistRoutes } from '#shared/contract/contact.ts';
import type { MailboxSettings } from '#shared/contract/mailbox.ts';
import { problem, type Route } from '#shared/contract/route.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { must } from '#shared/kernel/assert.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { importCast } from '../support/campaign.ts';
import { cast, castCsv, mailboxUser, owner } from '../support/cast.ts';
import { chromiumArgs } from '../support/chromiumArgs.ts';
import * as dashboard from '../support/dashboardDriver.ts';
import { freePort } from '../support/freePort.ts';
import { type OwnerApi, setUpOwner, signedInApi } from '../support/ownerApi.ts';
import { chromiumPath } from '../support/require.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';
import { storedState } from '../support/storedState.ts';

/** Everything wrong that a user can give: refused in words, at its place, and nothing half written. */

test.describe.configure({ mode: 'serial' });

let dataDir: string;
let server: ServerProcess;
let mail: MailSandbox;
let browser: Browser;
let page: Page;
let api: OwnerApi;
let senderId: string;

test.beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'rapport-bad-input-'));
  mail = await startMailSandbox({ users: [mailboxUser] });
  const port = await freePort();
  server = await startServer({ dataDir, port, publicUrl: `http://127.0.0.1:${port}` });
  browser = await chromium.launch({
    executablePath: chromiumPath(),
    args: chromiumArgs,
  });
  page = await browser.newPage();
});

test.afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await mail?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function leavesAllAsItWas(work: () => Promise<void>): Promise<void> {
  const before = await storedState(api);
  await work();
  expect(await storedState(api)).toEqual(before);
}

const alertOf = (where: Page | Locator) => where.getByRole('alert');

test.describe('signing in', () => {
  test('a set-up link with a wrong token makes no workspace and says which link to open', async () => {
    await page.goto(`${server.origin}/setup?token=not-the-token`);
    await page.getByLabel('Workspace name').fill(owner.workspaceName);
    await page.getByLabel('Your name').fill(owner.name);
    await page.getByLabel('Email').fill(owner.email);
    await page.getByRole('textbox', { name: 'Password' }).fill(owner.password);
    await page.getByRole('button', { name: 'Create workspace' }).click();
    await expect(alertOf(page)).toContainText('This set-up link is not valid.');
    await expect(alertOf(page)).toContainText('Open the link that the server printed when it last started');
    await expect(alertOf(page)).not.toContainText('token:');
    await page.goto(server.origin);
    await expect(page.getByText('This server is not set up yet')).toBeVisible();

    await dashboard.setUp(page, must(server.setupUrl, 'set-up link'));
    api = await signedInApi(server.origin);
    senderId = (await api.call(senderRoutes.create, { body: { name: owner.name, zone: 'UTC' } })).id;
  });

  test('a wrong password is refused without saying which part is wrong', async () => {
    const stranger = await browser.newPage();
    await stranger.goto(`${server.origin}/login`);
    await stranger.getByLabel('Email').fill(owner.email);
    await stranger.getByRole('textbox', { name: 'Password' }).fill('not-the-password');
    await stranger.getByRole('button', { name: 'Sign in' }).click();
    await expect(alertOf(stranger)).toContainText('Email address or password is not correct.');
    await expect(stranger).toHaveURL(/\/login/);
    await stranger.close();
  });
});

test.describe('CSV files that cannot be read', () => {
  const header = 'First Name,Last Name,Email\n';
  const refused: { what: string; content: string | Buffer; says: string; todo: string }[] = [
    { what: 'empty', content: '', says: 'The file is empty.', todo: 'Choose a file with contacts.' },
    {
      what: 'without contacts',
      content: header,
      says: 'The file has column names but no contacts.',
      todo: 'Choose a file with contacts.',
    },
    {
      what: 'without column names',
      content: 'Anna,anna.berg@fjord.example\nBo,bo.lind@fjord.example\n',
      says: 'No row with the names of the columns was found.',
      todo: 'Add a first row with names such as "First name"',
    },
    {
      what: 'an Excel workbook',
      content: Buffer.from([0x50, 0x4b, 0x03, 0x04, 0, 1, 2, 3]),
      says: 'This file is an Excel workbook or ZIP archive, not a text file.',
      todo: 'save it as CSV (UTF-8)',
    },
    {
      what: 'a picture',
      content: Buffer.from([
        0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 1, 2, 0, 3,
      ]),
      says: 'not a text file.',
      todo: 'Export the data as CSV.',
    },
    {
      what: 'text with control characters',
      content: `${header}Anna\u0001,Berg,anna.berg@fjord.example\n`,
      says: 'The encoding of this file is not known',
      todo: 'Save it as CSV in UTF-8',
    },
    {
      what: 'with a cell of 20 MB',
      content: `${header}${'x'.repeat(20 * 1024 * 1024)},Berg,anna.berg@fjord.example\n`,
      says: 'Row 2, column "First Name": the cell has 20971520 characters',
      todo: 'Shorten this cell.',
    },
  ];
  for (const { what, content, says, todo } of refused) {
    test(`${what}: refused with what to do`, async () => {
      await leavesAllAsItWas(async () => {
        await dashboard.readCsv(page, { name: 'contacts.csv', content });
        await expect(alertOf(page)).toContainText(says);
        await expect(alertOf(page)).toContainText(todo);
        await expect(alertOf(page)).not.toContainText('contentBase64');
        await expect(page.getByRole('heading', { name: '2. Map the columns' })).toBeHidden();
      });
    });
  }

  test('26 MB: refused at the field before anything is sent', async () => {
    await leavesAllAsItWas(async () => {
      await dashboard.openMenu(page, 'Contacts');
      await page
        .getByRole('link', { name: /Import/ })
        .first()
        .click();
      await page.locator('input[type=file]').setInputFiles({
        name: 'large.csv',
        mimeType: 'text/csv',
        buffer: Buffer.alloc(26 * 1024 * 1024, 'x'),
      });
      await expect(page.getByText('The file is larger than 25 MB. Split it.')).toBeVisible();
      await expect(page.getByRole('button', { name: 'Read file' })).toBeDisabled();
    });
  });

  test('without a usable column: the mapping says which one is needed', async () => {
    await leavesAllAsItWas(async () => {
      await dashboard.readCsv(page, { name: 'colours.csv', content: 'Colour;Size\nred;1\ngreen;2\n' });
      await page.getByLabel('List name').fill('Colours');
      await page.getByRole('combobox', { name: 'Legal basis' }).click();
      await page.getByRole('option', { name: 'Legitimate interest' }).click();
      await page.getByRole('button', { name: 'Import contacts' }).click();
      await expect(alertOf(page)).toContainText('Map one column to Email or to LinkedIn profile');
      for (const column of ['Colour', 'Size']) {
        await page.getByRole('combobox', { name: `Field for column ${column}` }).click();
        await page.getByRole('option', { name: 'Email', exact: true }).click();
      }
      await page.getByRole('button', { name: 'Import contacts' }).click();
      await expect(alertOf(page)).toContainText('Two columns are mapped to Email. Leave one of them out.');
    });
  });
});

test.describe('CSV files that are read', () => {
  const people = 'First Name;Last Name;Email\nJürgen;Müßig;juergen@groesse.example\n';
  const utf16 = (text: string) => Buffer.from(text, 'utf16le');
  const encodings: { name: string; content: Buffer; read: string }[] = [
    { name: 'UTF-16LE with mark', content: utf16(`\ufeff${people}`), read: 'UTF-16LE' },
    { name: 'UTF-16LE without mark', content: utf16(people), read: 'UTF-16LE' },
    { name: 'UTF-16BE with mark', content: utf16(`\ufeff${people}`).swap16(), read: 'UTF-16BE' },
    { name: 'windows-1252', content: Buffer.from(people, 'latin1'), read: 'windows-1252' },
  ];
  for (const { name, content, read } of encodings) {
    test(`${name}: umlauts arrive`, async () => {
      await dashboard.readCsv(page, { name: 'umlauts.csv', content });
      await expect(page.getByText(`read as ${read} with semicolons`)).toBeVisible();
      await expect(page.getByRole('table', { name: 'Columns of the file' })).toContainText('Jürgen');
      await expect(page.getByRole('table', { name: 'Columns of the file' })).toContainText('Müßig');
    });
  }

  test('rows: each rejected one has its field and reason; stoplisted ones are told', async () => {
    await api.call(stoplistRoutes.add, { body: { value: 'never.example', reason: 'Asked by phone' } });
    const content = [
      'First Name,Last Name,Email,LinkedIn URL',
      'Jürgen,Müßig,juergen@groesse.example,https://www.linkedin.com/in/juergen-muessig/',
      'Bad,Mail,not-an-address,',
      'Bad,Link,,https://www.linkedin.com/company/fjord/',
      'Neither,Nor,,',
      'Stop,Listed,stop@never.example,',
      'Again,Same,JUERGEN@groesse.example,',
    ].join('\n');
    await dashboard.readCsv(page, { name: 'mixed.csv', content: Buffer.from(content, 'latin1') });
    await dashboard.runImport(page, 'Mixed');
    for (const count of ['Added 2', 'Duplicates 1', 'Rejected 3']) {
      await expect(page.getByRole('button', { name: count })).toBeVisible();
    }
    const rows = page.getByRole('table', { name: 'Rows of the file' });
    await expect(
      rows.getByRole('row').filter({ hasText: '"not-an-address" is no email address' }),
    ).toContainText(/^3.*Email/);
    await expect(
      rows
        .getByRole('row')
        .filter({ hasText: '"https://www.linkedin.com/company/fjord/" is no LinkedIn profile' }),
    ).toContainText(/^4.*LinkedIn profile/);
    await expect(
      rows.getByRole('row').filter({ hasText: 'has neither an email address nor a LinkedIn profile' }),
    ).toContainText(/^5/);
    await page.getByRole('button', { name: 'Added 2' }).click();
    await expect(rows.getByRole('row').filter({ hasText: 'on the stoplist' })).toContainText(/^6/);
    await page.getByRole('button', { name: 'Duplicates 1' }).click();
    await expect(rows.getByRole('row').filter({ hasText: 'same person as row 2' })).toContainText(/^7/);
    const found = await api.call(contactRoutes.list, { query: { limit: 10, search: 'Müßig' } });
    expect(found.items).toMatchObject([{ firstName: 'Jürgen', lastName: 'Müßig' }]);
  });

  test('the same file twice: everybody is a duplicate, nobody is added', async () => {
    await importCast(api, cast);
    const before = (await storedState(api)).contacts;
    await dashboard.readCsv(page, { name: 'contacts.csv', content: castCsv() });
    await dashboard.runImport(page, 'Autumn outreach');
    await expect(page.getByRole('button', { name: 'Added 0' })).toBeVisible();
    await expect(page.getByRole('button', { name: `Duplicates ${cast.length}` })).toBeVisible();
    expect((await storedState(api)).contacts).toBe(before);
  });
});

test.describe('sender profiles', () => {
  function settings(): MailboxSettings {
    const login = { host: '127.0.0.1', security: 'none' as const, user: mailboxUser.address };
    return {
      fromName: owner.name,
      fromAddress: mailboxUser.address,
      smtp: { ...login, port: mail.ports.smtp, password: 'not-the-password' },
      imap: { ...login, port: mail.ports.imap, password: mailboxUser.password },
    };
  }

  test("a wrong SMTP password is told at its field with the server's own answer, and nothing is saved", async () => {
    await leavesAllAsItWas(async () => {
      await page.goto(`${server.origin}/senders/${senderId}?tab=email`);
      await dashboard.fillMailbox(page, settings());
      await page.getByRole('button', { name: 'Save mailbox' }).click();
      const password = page.getByRole('textbox', { name: 'SMTP password' });
      await expect(password).toHaveAccessibleDescription(/535/);
      await expect(password).toHaveAttribute('aria-invalid', 'true');
      await expect(page.getByRole('textbox', { name: 'IMAP password' })).not.toHaveAttribute(
        'aria-invalid',
        'true',
      );
    });
  });

  test('an unknown, an expired and a malformed pairing code are told at the field', async () => {
    const response = await fetch(`${server.origin}/api/auth/device/code`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'rapport-extension' }),
    });
    const { user_code } = z.object({ user_code: z.string() }).parse(await response.json());
    const database = createClient({ url: pathToFileURL(join(dataDir, 'rapport.db')).href });
    await database.execute({
      sql: 'UPDATE device_code SET expires_at = ? WHERE user_code = ?',
      args: [Date.now() - 1000, user_code.replace('-', '')],
    });
    database.close();
    await leavesAllAsItWas(async () => {
      await page.goto(`${server.origin}/senders/${senderId}`);
      const field = page.getByLabel('Code from the side panel');
      for (const code of ['ZZZZ-ZZZZ', user_code]) {
        await field.fill(code);
        await page.getByRole('button', { name: 'Pair browser' }).click();
        await expect(field).toHaveAccessibleDescription(/not known, was used, or has expired/);
      }
      await field.fill('A');
      await page.getByRole('button', { name: 'Pair browser' }).click();
      await expect(field).toHaveAccessibleDescription('Enter the code from the side panel.');
    });
  });
});

test.describe('automations that cannot start', () => {
  test('every problem names its step, leads to its field, and the start is refused', async () => {
    await dashboard.openMenu(page, 'Automations');
    await page
      .getByRole('button', { name: /automation$/ })
      .first()
      .click();
    await page.getByRole('dialog').getByLabel('Name').fill('Unfinished');
    await page.getByRole('button', { name: 'Create automation' }).click();
    await page.getByRole('button', { name: 'Use starter: LinkedIn + email', exact: true }).click();
    const drawer = page.getByRole('dialog');
    const problems = page.getByRole('region', { name: /^To fix before it can start/ });

    await problems.getByRole('button', { name: '1. Segment: Choose at least one list or tag.' }).click();
    await expect(drawer.getByRole('combobox', { name: 'Lists' })).toHaveAccessibleDescription(
      /Choose at least one list/,
    );
    await dashboard.leaveDrawer(page, 'Done');
    await problems
      .getByRole('button', { name: '2. Sender Profile: Add at least one sender profile.' })
      .click();
    await expect(drawer.getByRole('combobox', { name: 'Add sender profile' })).toHaveAccessibleDescription(
      /Add at least one sender profile/,
    );
    await dashboard.leaveDrawer(page, 'Done');
    await problems.getByRole('button', { name: /^4. Connect: Say what happens/ }).click();
    await expect(drawer.getByText('Say what happens when LinkedIn allows no note')).toBeVisible();
    await dashboard.leaveDrawer(page, 'Done');

    await page
      .getByRole('button', { name: /^Settings of Message/ })
      .first()
      .press('Enter');
    await drawer.getByRole('textbox', { name: 'Message text' }).fill('Hi {{ firstName');
    await dashboard.leaveDrawer(page, 'Done');
    await expect(problems.getByRole('button', { name: /^6. Message: / }).first()).toBeVisible();
    await dashboard.openStep(page, /^Settings of Condition/);
    await dashboard.leaveDrawer(page, 'Remove step');
    await problems.getByRole('button', { name: '5. Wait until: Connect the exit "timeout".' }).click();
    await expect(drawer.getByRole('combobox', { name: 'Next step on timeout' })).toHaveAccessibleDescription(
      /Connect the exit "timeout"/,
    );
    await dashboard.leaveDrawer(page, 'Done');

    await page.getByRole('button', { name: 'Check and start' }).click();
    const dialog = page.getByRole('dialog', { name: /^Start/ });
    await expect(dialog.getByText(/^It cannot start yet: \d+ things to fix/)).toBeVisible();
    for (const step of ['1. Segment', '2. Sender Profile', '4. Connect', '5. Wait until', '6. Message']) {
      await expect(dialog.getByText(`Must be fixed: ${step}`).first()).toBeVisible();
    }
    await expect(dialog.getByRole('button', { name: 'Start automation' })).toBeDisabled();
    await dialog.getByRole('button', { name: 'Back to the draft' }).click();

    const { items } = await api.call(automationRoutes.list);
    const draft = must(
      items.find(({ name }) => name === 'Unfinished'),
      'draft',
    );
    await leavesAllAsItWas(async () => {
      const refused = await answer(
        api,
        automationRoutes.start,
        `/api/v1/automations/${draft.id}/start`,
        '{}',
      );
      expect(refused.status).toBe(422);
      expect(refused.action).not.toBeNull();
    });
    expect(draft.status).toBe('draft');
  });

  test('without PUBLIC_URL or postal address no automation with email starts, and the check says what to do', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rapport-no-url-'));
    const bare = await startServer({
      dataDir: folder,
      port: await freePort(),
      publicUrl: '',
      production: true,
    });
    const ownPage = await browser.newPage();
    try {
      const bareApi = await setUpOwner(bare);
      await bareApi.call(workspaceRoutes.update, { body: { postalAddress: '' } });
      const profile = await bareApi.call(senderRoutes.create, { body: { name: owner.name, zone: 'UTC' } });
      const listId = await importCast(bareApi, cast);
      const draft = await bareApi.call(automationRoutes.create, { body: { name: 'With email' } });
      const graph = linkedinThenEmail({ listIds: [listId], senderIds: [profile.id] });
      const params = { automationId: draft.id };
      await bareApi.call(automationRoutes.saveDraft, { params, body: { name: draft.name, graph } });

      await dashboard.signIn(ownPage, bare.origin);
      await ownPage.goto(`${bare.origin}/automations/${draft.id}`);
      await ownPage.getByRole('button', { name: 'Check and start' }).click();
      const dialog = ownPage.getByRole('dialog', { name: /^Start/ });
      await expect(dialog).toContainText('It cannot start yet: 2 things to fix.');
      await expect(dialog).toContainText('Every email must carry your postal address: enter it in Settings.');
      await expect(dialog).toContainText('Unsubscribe links would not work.');
      await expect(dialog).toContainText('PUBLIC_URL');
      await expect(dialog).toContainText('1 contact has no email address');
      await expect(dialog.getByRole('button', { name: 'Start automation' })).toBeDisabled();
      const path = `/api/v1/automations/${draft.id}/start`;
      expect((await answer(bareApi, automationRoutes.start, path, '{}')).status).toBe(422);
      const after = await bareApi.call(automationRoutes.get, { params });
      expect([after.status, after.counts]).toEqual(['draft', {}]);
    } finally {
      await ownPage.close();
      await bare.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** Sends a raw body and reads the problem that comes back. */
async function answer(from: OwnerApi, { method }: Route, path: string, body: string) {
  const response = await from.client.fetch(from.client.baseUrl + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return problem.parse(await response.json());
}

test.describe('raw requests', () => {
  const path = '/api/v1/workspace';

  test('a body that is too large is refused with 413 and its limit', async () => {
    await leavesAllAsItWas(async () => {
      const body = JSON.stringify({ name: 'x'.repeat(2 * 1024 * 1024) });
      const refused = await answer(api, workspaceRoutes.update, path, body);
      expect(refused).toMatchObject({ status: 413, code: 'body_too_large' });
      expect(refused.detail).toContain('1 MiB');
    });
  });

  test('malformed JSON and a wrong field are problem details with a code, an action and the field', async () => {
    await leavesAllAsItWas(async () => {
      const malformed = await answer(api, workspaceRoutes.update, path, '{"name": ');
      expect(malformed.status).toBe(400);
      expect(malformed.code).toBe('invalid_json');
      expect(malformed.requestId).not.toBe('');
      const wrong = await answer(api, workspaceRoutes.update, path, '{"name": 7}');
      expect(wrong).toMatchObject({ status: 422, code: 'invalid_input' });
      expect(wrong.fields.map(({ field }) => field)).toEqual(['name']);
    });
  });
});
