import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { trustArg } from '../../linkedin-twin/index.ts';
import { chromiumArgs } from '../../support/chromiumArgs.ts';

const folder = join(import.meta.dirname, '../../fixtures/linkedin');

/** Chromium as the tests use it; one per test file. */
export function launch(args: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [...chromiumArgs, trustArg(), ...args],
  });
}

const contexts = new WeakMap<Browser, Promise<BrowserContext>>();

/** One context for all fixtures of a browser: they share nothing that a fixture looks at, and a new one is dear. */
function contextOf(browser: Browser): Promise<BrowserContext> {
  const known = contexts.get(browser) ?? browser.newContext({ bypassCSP: true });
  contexts.set(browser, known);
  return known;
}

/** A page that answers every address of the origin with one fixture, and the given ones with JSON. */
export async function openFixture(
  browser: Browser,
  fixture: string,
  path = '/in/lena-voss/',
  answers: Record<string, unknown> = {},
): Promise<Page> {
  const context = await contextOf(browser);
  await context.clearCookies();
  const page = await context.newPage();
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
