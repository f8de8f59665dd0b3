import { mkdtempSync } from 'node:fs';
import { chromium } from '@playwright/test';

const ext = '/work/main/.output/chrome-mv3';
const dir = mkdtempSync('/tmp/exttry/p-');
const c = await chromium.launchPersistentContext(dir, {
  executablePath: process.argv[2],
  headless: false,
  ignoreDefaultArgs: ['--disable-extensions'],
  args: [
    '--headless=new',
    '--no-sandbox',
    '--enable-unsafe-extension-debugging',
    ...(process.argv[3] === 'load' ? [`--disable-extensions-except=${ext}`, `--load-extension=${ext}`] : []),
  ],
  logger: { isEnabled: () => false, log() {} },
});
console.log('browser', !!c.browser(), c.browser()?.version());
const p = await c.newPage();
await p.goto('chrome://version');
console.log((await p.locator('#command_line').innerText()).slice(0, 3000));
await p.goto('chrome://extensions-internals');
console.log((await p.locator('body').innerText()).match(/"name": ".*"/g));
try {
  const s = await c.browser()!.newBrowserCDPSession();
  console.log(await s.send('Extensions.loadUnpacked' as never, { path: ext } as never));
  await new Promise((r) => setTimeout(r, 2000));
  console.log(c.serviceWorkers().map((s) => s.url()));
} catch (e) {
  console.log(String(e));
}
await c.close();
