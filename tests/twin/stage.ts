import { connect, createServer, type Server } from 'node:net';
import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type LedgerEntry, startTwin, type Twin, type TwinMember, trustArg } from '../linkedin-twin/index.ts';
import { chromiumArgs } from '../support/chromiumArgs.ts';
import { people, petra, robin } from './people.ts';

export const HOUR = 3_600_000;
export const SITE = 'https://www.linkedin.com';

/** The current test's twin and browser; set by `start`. */
export let twin: Twin;
export let context: BrowserContext;
export let page: Page;
let browser: Browser;

/** A fresh twin and a fresh browser profile behind it: no test sees another one's world. */
export async function start(
  member: TwinMember | null,
  members: TwinMember[] = [robin, petra],
): Promise<void> {
  twin = await startTwin({
    people: Object.values(people),
    members,
    now: () => 1_790_000_000_000,
  });
  current = twin.port;
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  if (member) await signIn(member, member.password);
}

// One browser for all tests of a file: it talks to a fixed local port that leads to the current twin.
let current = 0;
let relay: Server;

/** Call once in a test file: its browser, and a clean end of every test. */
export function setUpStage(): void {
  beforeAll(openBrowser, 60_000);
  afterEach(async () => {
    await context?.close();
    await twin?.stop();
  });
  afterAll(async () => {
    await browser?.close();
    relay?.close();
  });
}

async function openBrowser(): Promise<void> {
  relay = createServer((socket) => {
    const upstream = connect(current, '127.0.0.1');
    socket.pipe(upstream).pipe(socket);
    for (const end of [socket, upstream]) {
      end.on('error', () => {
        socket.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const address = relay.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [`--host-resolver-rules=MAP www.linkedin.com 127.0.0.1:${port}`, trustArg(), ...chromiumArgs],
  });
}

export async function signIn(member: TwinMember, password: string): Promise<void> {
  await page.goto(`${SITE}/login`);
  await page.locator('#username').pressSequentially(member.email);
  await page.locator('#password').pressSequentially(password);
  await page.locator('[data-litms-control-urn=login-submit]').click();
  await page.waitForLoadState();
}

export const topcard = () => page.locator('section[componentkey$=Topcard]');
export const shadow = () => page.locator('#interop-outlet');
export const dialog = () => shadow().getByRole('dialog');

export async function openProfile(person: { slug: string }): Promise<void> {
  await page.goto(`${SITE}/in/${person.slug}/`);
  await page.waitForFunction(() => Reflect.get(window, '__unhydrated') === false);
}

export function effects(): LedgerEntry[] {
  return twin.ledger().filter((e) => !['page_load', 'login'].includes(e.kind));
}

/** A request from inside the page, as a content script makes it. */
export function api(
  path: string,
  csrf = true,
): Promise<{ status: number; body: string; redirected: boolean }> {
  return page.evaluate(
    async ({ path, csrf }) => {
      const token = /JSESSIONID="?([^";]+)/.exec(document.cookie)?.[1] ?? '';
      const response = await fetch(path, {
        headers: { ...(csrf ? { 'csrf-token': token } : {}), 'x-restli-protocol-version': '2.0.0' },
      });
      return { status: response.status, body: await response.text(), redirected: response.redirected };
    },
    { path, csrf },
  );
}

/** The relation as the API tells it, as text. */
export async function relationOf(person: { profileId: string }): Promise<string> {
  const urn = encodeURIComponent(`urn:li:fsd_memberRelationship:${person.profileId}`);
  return (await api(`/voyager/api/voyagerRelationshipsDashMemberRelationships/${urn}`)).body;
}
