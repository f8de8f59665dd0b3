import type { Page } from '@playwright/test';
import type { MailboxSettings } from '#shared/contract/mailbox.ts';
import { owner } from './cast.ts';

/** The dashboard as a manager uses it: only what is on the screen, by the names on the screen. */

export async function setUp(page: Page, setupUrl: string): Promise<void> {
  await page.goto(setupUrl);
  await page.getByLabel('Workspace name').fill(owner.workspaceName);
  await page.getByLabel('Postal address').fill(owner.postalAddress);
  await page.getByLabel('Your name').fill(owner.name);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(owner.password);
  await page.getByRole('button', { name: 'Create workspace' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
}

export async function signIn(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/login`);
  await page.getByLabel('Email').fill(owner.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(owner.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor();
}

/** Opens a page of the menu. */
export async function openMenu(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name, exact: false }).first().click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

export async function createSenderProfile(page: Page, name: string): Promise<void> {
  await openMenu(page, 'Sender profiles');
  await page
    .getByRole('button', { name: /sender profile/i })
    .first()
    .click();
  await page.getByRole('dialog').getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Create sender profile' }).click();
  await page.getByRole('heading', { name, level: 1 }).waitFor();
}

/** Fills the form of the Email tab; the caller presses a button. */
export async function fillMailbox(page: Page, settings: MailboxSettings): Promise<void> {
  await page.getByRole('tab', { name: /^Email/ }).click();
  await page.getByLabel('From name').fill(settings.fromName);
  await page.getByLabel('From address').fill(settings.fromAddress);
  await page.getByLabel('From address').blur();
  for (const side of ['smtp', 'imap'] as const) {
    const name = side.toUpperCase();
    const server = settings[side];
    await page.getByLabel(`${name} server`).fill(server.host);
    await page.getByLabel(`${name} port`).fill(String(server.port));
    await page.getByLabel(`${name} user name`).fill(server.user);
    await page.getByRole('textbox', { name: `${name} password` }).fill(server.password);
    await page.getByRole('combobox', { name: `${name} security` }).click();
    await page.getByRole('option', { name: /None/ }).click();
  }
}

export async function approveCode(page: Page, code: string): Promise<void> {
  await page.getByRole('tab', { name: /^LinkedIn/ }).click();
  await page.getByLabel('Code from the side panel').fill(code);
  await page.getByRole('button', { name: 'Pair browser' }).click();
}

export interface CsvFile {
  name: string;
  content: string | Buffer;
}

/** Chooses a file and has it read; the mapping, or the refusal, is then on the screen. */
export async function readCsv(page: Page, file: CsvFile): Promise<void> {
  await openMenu(page, 'Contacts');
  await page
    .getByRole('link', { name: /Import/ })
    .first()
    .click();
  await page.locator('input[type=file]').setInputFiles({
    name: file.name,
    mimeType: 'text/csv',
    buffer: Buffer.from(file.content),
  });
  await page.getByRole('button', { name: 'Read file' }).click();
}

export async function runImport(page: Page, listName: string): Promise<void> {
  await page.getByLabel('List name').fill(listName);
  await page.getByRole('combobox', { name: 'Legal basis' }).click();
  await page.getByRole('option', { name: 'Legitimate interest' }).click();
  await page.getByRole('button', { name: 'Import contacts' }).click();
  await page.getByRole('heading', { name: 'Import result' }).waitFor();
}

/** Makes an automation from the starter with this list and sender profile, and leaves its draft open. */
export async function buildFromStarter(
  page: Page,
  choices: { name: string; list: string; sender: string },
): Promise<void> {
  await openMenu(page, 'Automations');
  await page
    .getByRole('button', { name: /automation$/ })
    .first()
    .click();
  await page.getByRole('dialog').getByLabel('Name').fill(choices.name);
  await page.getByRole('button', { name: 'Create automation' }).click();
  await page.getByRole('button', { name: 'Use starter: LinkedIn + email', exact: true }).click();

  const drawer = page.getByRole('dialog');
  await openStep(page, /^Settings of Segment/);
  await drawer.getByRole('combobox', { name: 'Lists' }).click();
  await page.getByRole('option', { name: new RegExp(`^${choices.list} `) }).click();
  await leaveDrawer(page, 'Done');
  await openStep(page, /^Settings of Sender Profile/);
  await drawer.getByRole('combobox', { name: 'Add sender profile' }).click();
  await page.getByRole('option', { name: choices.sender }).click();
  await leaveDrawer(page, 'Done');
  await openStep(page, /^Settings of Connect/);
  await drawer.getByRole('radio', { name: 'Send without a note' }).check();
  await leaveDrawer(page, 'Done');
}

/**
 * Opens a step's settings by keyboard. Where a step is partly outside the canvas, or covered for a moment, Playwright
 * scrolls inside the canvas to click; React Flow scrolls back at the mouse's press, and its release misses the step.
 */
export async function openStep(page: Page, name: RegExp): Promise<void> {
  await page.getByRole('button', { name }).press('Enter');
  await page.getByRole('dialog').waitFor();
}

/** Leaves an open drawer by one of its buttons, and waits until it is gone. */
export async function leaveDrawer(page: Page, button: string): Promise<void> {
  const drawer = page.getByRole('dialog');
  await drawer.getByRole('button', { name: button }).click();
  await drawer.waitFor({ state: 'hidden' });
}

/** Saves, runs the check against the real contacts, and starts. */
export async function checkAndStart(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Check and start' }).click();
  const dialog = page.getByRole('dialog', { name: /^Start/ });
  await dialog.getByText(/^Ready to start/).waitFor();
  await dialog.getByRole('button', { name: 'Start automation' }).click();
  await dialog.waitFor({ state: 'hidden' });
}
