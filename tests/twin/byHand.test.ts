import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';
import { robin } from './people.ts';
import { page, SITE, setUpStage, start, twin } from './stage.ts';

/** The simulated LinkedIn as a person plays with it: `npm run twin`, and its page of levers. */

setUpStage();

it('the page of levers leads to the site, changes the world and shows what happened', async () => {
  await start(robin);
  const done = () => page.getByText('done', { exact: true }).waitFor();
  await page.goto(`${SITE}/__twin`);
  const member = page.getByLabel('Member').locator('option').first();
  await member.waitFor({ state: 'attached' });
  await page.getByLabel('Challenge').selectOption('captcha');
  await page.getByRole('button', { name: 'Set challenge' }).click();
  await done();
  expect(await member.textContent()).toContain('captcha');
  await page.getByLabel('Challenge').selectOption('');
  await page.getByRole('button', { name: 'Set challenge' }).click();
  await done();
  await page.getByLabel('Fault on').selectOption('page');
  await page.getByLabel('What happens').selectOption('429');
  await page.getByRole('button', { name: 'Arm fault once' }).click();
  await done();
  const profile = await page.getByRole('link', { name: 'open their profile' }).getAttribute('href');
  expect(profile).toMatch(/^\/in\//);
  // Every link of the page leads somewhere that the site has.
  const links = await page.getByRole('navigation').getByRole('link').all();
  const hrefs = await Promise.all(links.map((link) => link.getAttribute('href')));
  expect(hrefs.length).toBeGreaterThan(6);
  expect((await page.goto(`${SITE}/feed/`))?.status()).toBe(429);
  for (const href of hrefs) {
    await page.goto(`${SITE}${href}`);
    expect(new URL(page.url()).pathname).not.toContain('404');
  }
  await page.goto(`${SITE}/__twin`);
  await expect.poll(() => page.locator('#ledger tr').count()).toBeGreaterThan(hrefs.length);
  expect(twin.ledger().some(({ kind }) => kind === 'stray')).toBe(false);
});

it('npm run twin says how to sign in, serves, and leaves nothing behind', async () => {
  const { DISPLAY, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/linkedin-twin/main.ts'], { env });
  try {
    const [greeting = '', command = ''] = await firstLines(child, 2);
    expect(greeting).toContain('Sign in as robin@example.com with the password rapport');
    const port = /MAP www\.linkedin\.com 127\.0\.0\.1:(\d+)/u.exec(command)?.[1];
    const profile = /--user-data-dir=([^']+)/u.exec(command)?.[1] ?? '';
    expect(existsSync(profile)).toBe(true);
    const state = JSON.parse(await get(Number(port), '/__twin/state'));
    expect(state.people.length).toBeGreaterThan(40);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(existsSync(profile)).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
});

async function firstLines(child: ChildProcess, count: number): Promise<string[]> {
  if (!child.stdout) throw new Error('no output');
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (lines.length === count) break;
  }
  return lines;
}

function get(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, rejectUnauthorized: false }, (answer) => {
      let body = '';
      answer.on('data', (part) => {
        body += part;
      });
      answer.on('end', () => resolve(body));
    });
    asked.on('error', reject).end();
  });
}
