import { mkdtempSync } from 'node:fs';
import { launchWithExtension } from './extensionContext.ts';

const dir = mkdtempSync('/tmp/exttry/p-');
const x = await launchWithExtension({
  userDataDir: dir,
  extensionPath: '/work/main/.output/chrome-mv3',
  viewport: { width: 360, height: 640 },
});
console.log(x.extensionId, await x.context.browser()?.version());
const p = await x.context.newPage();
p.on('console', (m) => console.log('console', m.text()));
p.on('pageerror', (m) => console.log('pageerror', m));
for (const n of ['popup', 'sidepanel', 'options']) {
  await p.goto(x.url(n + '.html'));
  await p.waitForSelector('h1');
  await p.screenshot({ path: `/tmp/exttry/${n}.png` });
}
await x.context.close();
