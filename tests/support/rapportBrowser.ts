import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { senderRoutes } from '#shared/contract/sender.ts';
import { must } from '#shared/kernel/assert.ts';
import { rep } from './cast.ts';
import { type ExtensionContext, launchWithExtension } from './extensionContext.ts';
import type { OwnerApi } from './ownerApi.ts';
import type { World } from './world.ts';

/** The rep's browser: Chromium with the built extension, LinkedIn leading to the simulated one. */
export interface RapportBrowser extends ExtensionContext {
  /** The side panel's page, opened as a tab (the panel itself needs a person's gesture). */
  panel: Page;
  /** Shows the code in the side panel, approves it over the API, agrees to the consent. */
  pair(api: OwnerApi, senderId: string): Promise<void>;
  /** Asks for a code in the side panel and reads it. */
  requestCode(serverUrl: string): Promise<string>;
  agreeToConsent(): Promise<void>;
  /** Logs in on LinkedIn's own page, as the rep would; the tab stays open. */
  signInToLinkedin(member?: { email: string; password: string }): Promise<void>;
  /** Opens and closes the popup, as a glance of the rep does: whatever the worker had to do goes on. */
  glance(): Promise<void>;
  /** The side panel's page in a tab of its own, following the given tab of the rep. */
  panelBeside(tab: Page): Promise<Page>;
  /** Dies at once, as with the power: no page and no worker gets another turn. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export const extensionPath = fileURLToPath(new URL('../../.output/chrome-mv3', import.meta.url));

export interface BrowserOptions {
  /** A window on the screen; without a display: headless. */
  visible?: boolean;
  /** The same profile again is the same browser after a restart; the caller removes it. */
  profile?: string;
}

export async function openRapportBrowser(
  world: World,
  options: BrowserOptions = {},
): Promise<RapportBrowser> {
  const userDataDir = options.profile ?? mkdtempSync(join(tmpdir(), 'rapport-profile-'));
  const extension = await launchWithExtension({
    userDataDir,
    extensionPath,
    args: world.twin.chromiumArgs,
    visible: options.visible,
  });
  const { context } = extension;
  const panel = must(context.pages()[0], 'first tab');
  await panel.goto(extension.url('sidepanel.html'));

  async function requestCode(serverUrl: string): Promise<string> {
    await panel.getByLabel('Server address').fill(serverUrl);
    await panel.getByRole('button', { name: 'Get pairing code' }).click();
    return must(await panel.getByLabel('Pairing code').textContent(), 'pairing code').trim();
  }

  async function agreeToConsent(): Promise<void> {
    await panel.getByLabel('I have read this and decide it for my own account').check();
    await panel.getByRole('button', { name: 'Agree and start' }).click();
    await panel.getByRole('button', { name: 'Stop everything' }).waitFor();
  }

  return {
    ...extension,
    panel,
    requestCode,
    agreeToConsent,
    async pair(api, senderId) {
      const userCode = await requestCode(world.server().origin);
      await api.call(senderRoutes.approveDevice, { params: { senderId }, body: { userCode } });
      await agreeToConsent();
    },
    signInToLinkedin: async (member = rep) =>
      signInToLinkedin(await context.newPage(), world.twin.origin, member),
    async glance() {
      const popup = await context.newPage();
      await popup.goto(extension.url('popup.html'));
      await popup.getByRole('heading', { name: 'Rapport' }).waitFor();
      await popup.close();
    },
    async panelBeside(tab) {
      const worker = await extension.serviceWorker();
      const query = JSON.stringify({ url: tab.url() });
      const tabId = await worker.evaluate<number>(`chrome.tabs.query(${query}).then(([tab]) => tab.id)`);
      const beside = await context.newPage();
      await beside.goto(extension.url(`sidepanel.html?tab=${tabId}`));
      return beside;
    },
    async crash() {
      const gone = context.waitForEvent('close');
      const session = await context.newCDPSession(panel);
      session.send('Browser.crash').catch(() => undefined);
      await gone;
    },
    async close() {
      await context.close();
      if (!options.profile) rmSync(userDataDir, { recursive: true, force: true });
    },
  };
}

/** Logs in on LinkedIn's own page, as somebody at the keyboard would. */
export async function signInToLinkedin(page: Page, origin: string, member: Login = rep): Promise<void> {
  await page.goto(`${origin}/login`);
  await page.locator('input[name=session_key]').fill(member.email);
  await page.locator('input[name=session_password]').fill(member.password);
  await page.locator('form[action*=login-submit] button[type=submit]').click();
  await page.waitForURL('**/feed/**', { timeout: SIGN_IN_MS }).catch(async (error) => {
    const shown = await page.locator('body').innerText();
    throw new Error(`Signing in ended at ${page.url()}, which says: ${shown.slice(0, 200)}`, {
      cause: error,
    });
  });
}

const SIGN_IN_MS = 60_000;

interface Login {
  email: string;
  password: string;
}
