import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

const folder = join(import.meta.dirname, '../../fixtures/linkedin');

/** Chromium as the tests use it; one per test file. */
export function launch(args: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-quic',
      '--no-first-run',
      '--disable-component-update',
      '--disable-sync',
      ...args,
    ],
  });
}

/** A page that answers every address of the origin with one fixture, and the given ones with JSON. */
export async function openFixture(
  browser: Browser,
  fixture: string,
  path = '/in/lena-voss/',
  answers: Record<string, unknown> = {},
): Promise<Page> {
  const page = await browser.newPage({ bypassCSP: true });
  const html = readFileSync(join(folder, `${fixture}.html`), 'utf8');
  await page.route('https://www.linkedin.com/**', (route) => {
    const { pathname } = new URL(route.request().url());
    const known = Object.entries(answers).find(([start]) => pathname.startsWith(start));
    if (known) return route.fulfill({ json: known[1] });
    if (pathname.startsWith('/voyager/')) return route.fulfill({ status: 404, json: {} });
    return route.fulfill({ contentType: 'text/html; charset=utf-8', body: html });
  });
  await page.goto(`https://www.linkedin.com${path}`);
  return page;
}
