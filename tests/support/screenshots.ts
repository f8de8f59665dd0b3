import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Page } from '@playwright/test';
import { signIn } from './dashboardDriver.ts';
import { onInterrupt } from './exitCleanly.ts';
import { ensureInstalled } from './require.ts';
import { openShowcase, type Showcase } from './showcase.ts';

/**
 * `npm run screenshots`: the pictures of the README, in light and dark, of the demo's campaign in its middle.
 * `-- --all <folder>`: every screen, at the width of a phone too, to be looked at.
 */
const { values: options } = parseArgs({ options: { all: { type: 'string' } } });
const images = fileURLToPath(new URL('../../docs/images', import.meta.url));
const MOST_BYTES = 2 * 1024 * 1024;

interface Shot {
  name: string;
  url: string;
  width: number;
  height: number;
  fullPage?: boolean;
}

const desktop = { width: 1440, height: 900 };
const panel = { width: 400, height: 820 };

function pictures({ world, browser, senderId, automationId, contactId }: Showcase): Shot[] {
  const { origin } = world.server();
  return [
    { name: 'home', url: `${origin}/`, ...desktop },
    { name: 'automation', url: `${origin}/automations/${automationId}`, ...desktop, height: 1340 },
    { name: 'contact', url: `${origin}/contacts/${contactId}`, ...desktop },
    { name: 'sender', url: `${origin}/senders/${senderId}`, ...desktop },
    { name: 'popup', url: browser.url('popup.html'), width: 360, height: 600, fullPage: true },
    { name: 'sidepanel', url: browser.url('sidepanel.html'), ...panel, fullPage: true },
  ];
}

/** Every screen, whole, as on a desk and as on a phone. */
function allScreens(showcase: Showcase): Shot[] {
  const { world, browser, senderId, automationId } = showcase;
  const { origin } = world.server();
  const screens: [string, string][] = [
    ['home', '/'],
    ['automations', '/automations'],
    ['automation', `/automations/${automationId}`],
    ['automation-contacts', `/automations/${automationId}?tab=contacts`],
    ['automation-figures', `/automations/${automationId}?tab=figures`],
    ['automation-versions', `/automations/${automationId}?tab=versions`],
    ['contacts', '/contacts'],
    ['contact', `/contacts/${showcase.contactId}`],
    ['import', '/contacts/import'],
    ['bin', '/contacts/bin'],
    ['lists', '/contacts/lists'],
    ['inbox', '/inbox'],
    ['tasks', '/tasks'],
    ['senders', '/senders'],
    ['sender', `/senders/${senderId}`],
    ['sender-email', `/senders/${senderId}?tab=email`],
    ['sender-deliverability', `/senders/${senderId}?tab=deliverability`],
    ['sender-pace', `/senders/${senderId}?tab=pace`],
    ['device', '/device'],
    ['templates', '/templates'],
    ['stoplist', '/stoplist'],
    ['statuses', '/statuses'],
    ['webhooks', '/webhooks'],
    ['settings', '/settings'],
  ];
  return [
    ...screens.flatMap(([name, path]) =>
      [360, 1440].map((width) => ({
        name: `${name}-${width}`,
        url: origin + path,
        width,
        height: 900,
        fullPage: true,
      })),
    ),
    { name: 'popup', url: browser.url('popup.html'), width: 360, height: 600, fullPage: true },
    { name: 'sidepanel', url: browser.url('sidepanel.html'), ...panel, fullPage: true },
    { name: 'options', url: browser.url('options.html'), width: 800, height: 800, fullPage: true },
  ];
}

async function take(page: Page, shot: Shot, folder: string): Promise<void> {
  await page.setViewportSize({ width: shot.width, height: shot.height });
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.goto(shot.url);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.waitForFunction(() => !document.querySelector('.mantine-Skeleton-root'));
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({
      path: join(folder, `${shot.name}-${colorScheme}.png`),
      fullPage: shot.fullPage ?? false,
      style: '::-webkit-scrollbar { display: none }',
      animations: 'disabled',
    });
  }
}

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

ensureInstalled();
const showcase = await openShowcase();
onInterrupt(showcase.stop);
try {
  const folder = options.all ?? images;
  mkdirSync(folder, { recursive: true });
  const page = await showcase.browser.context.newPage();
  await signIn(page, showcase.world.server().origin);
  for (const shot of options.all ? allScreens(showcase) : pictures(showcase)) await take(page, shot, folder);
  const bytes = bytesIn(folder);
  console.log(`${readdirSync(folder).length} pictures in ${folder}, ${Math.round(bytes / 1024)} KB`);
  if (!options.all && bytes > MOST_BYTES)
    throw new Error(`The pictures have ${bytes} bytes, at most ${MOST_BYTES}.`);
} finally {
  await showcase.stop();
}
process.exit(0);
