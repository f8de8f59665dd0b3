import { type BrowserContext, chromium, type Worker } from '@playwright/test';
import { must } from '#shared/kernel/assert.ts';
import { chromiumArgs } from './chromiumArgs.ts';
import { chromiumPath } from './require.ts';

/**
 * Chromium with the built extension. What loads it: the new headless mode (the old one has no extensions),
 * asked for as an argument while Playwright itself is told `headless: false`, and Playwright's own
 * `--disable-extensions` left out. Branded Chrome refuses `--load-extension`; Chromium takes it, but drops a
 * faulty extension without a word: only the developer tools' own loader says why.
 */

export interface ExtensionLaunch {
  /** The profile: the same folder again is the same browser after a restart. */
  userDataDir: string;
  /** .output/chrome-mv3 */
  extensionPath: string;
  /** More switches, e.g. `--host-resolver-rules=…` for the simulated LinkedIn. */
  args?: string[];
  colorScheme?: 'light' | 'dark';
  viewport?: { width: number; height: number };
  /** A window on the screen instead of headless; needs a display. */
  visible?: boolean;
}

export interface ExtensionContext {
  context: BrowserContext;
  extensionId: string;
  /** The service worker. After `killWorker` the same handle speaks to the next one, once that was woken. */
  serviceWorker(): Promise<Worker>;
  /** The address of one of the extension's pages, to be opened as a tab: "sidepanel.html", "popup.html". */
  url(page: string): string;
  /** Kills the service worker as the browser does; the next alarm, message or page wakes a new one. */
  killWorker(): Promise<void>;
}

const STOP_MS = 30_000;

export async function launchWithExtension(launch: ExtensionLaunch): Promise<ExtensionContext> {
  const context = await chromium.launchPersistentContext(launch.userDataDir, {
    executablePath: chromiumPath(),
    headless: false,
    ignoreDefaultArgs: ['--disable-extensions'],
    ignoreHTTPSErrors: true,
    colorScheme: launch.colorScheme ?? 'light',
    viewport: launch.viewport ?? { width: 1280, height: 800 },
    args: [
      ...(launch.visible ? [] : ['--headless=new']),
      ...chromiumArgs,
      '--enable-unsafe-extension-debugging',
      `--disable-extensions-except=${launch.extensionPath}`,
      `--load-extension=${launch.extensionPath}`,
      ...(launch.args ?? []),
    ],
  });
  const serviceWorker = async () =>
    context.serviceWorkers()[0] ?? context.waitForEvent('serviceworker', { timeout: 60_000 });
  const first = await serviceWorker().catch(async () => {
    throw new Error(`The extension did not start: ${await whyNot(context, launch.extensionPath)}`);
  });
  const extensionId = must(first.url().split('/')[2], 'extension id in the worker’s address');
  const url = (page: string) => `chrome-extension://${extensionId}/${page}`;
  return {
    context,
    extensionId,
    serviceWorker,
    url,
    async killWorker() {
      const page = await context.newPage();
      await page.goto(url('options.html'));
      const session = await context.newCDPSession(page);
      let seen = '';
      const stopped = new Promise<void>((resolve, reject) => {
        AbortSignal.timeout(STOP_MS).addEventListener('abort', () =>
          reject(new Error(`The worker did not stop: ${seen}`)),
        );
        session.on('ServiceWorker.workerVersionUpdated', ({ versions }) => {
          seen += versions.map((one) => ` ${one.runningStatus}`).join('');
          if (versions.some((one) => one.scriptURL.includes(extensionId) && one.runningStatus === 'stopped'))
            resolve();
        });
      });
      await session.send('ServiceWorker.enable');
      await session.send('ServiceWorker.stopAllWorkers');
      await stopped;
      await page.close();
    },
  };
}

async function whyNot(context: BrowserContext, path: string): Promise<string> {
  const browser = context.browser();
  if (!browser) return 'no browser';
  const session = await browser.newBrowserCDPSession();
  const load = session.send as (method: string, params: { path: string }) => Promise<unknown>;
  return load('Extensions.loadUnpacked', { path }).then(
    () => 'it loads by hand, but its worker did not start',
    (error: unknown) => String(error),
  );
}
