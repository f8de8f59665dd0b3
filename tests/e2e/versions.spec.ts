import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import { type Graph, graph } from '#shared/automation/graph.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { everyLook, openScreen, violations } from '../support/accessibility.ts';
import { importCast } from '../support/campaign.ts';
import { cast, mailboxUser, owner } from '../support/cast.ts';
import { chromiumArgs } from '../support/chromiumArgs.ts';
import * as dashboard from '../support/dashboardDriver.ts';
import { freePort } from '../support/freePort.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { chromiumPath } from '../support/require.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

/** A running automation is edited, reviewed, published and undone, with contacts under way. */

test.describe.configure({ mode: 'serial' });

const dataDir = mkdtempSync(join(tmpdir(), 'rapport-versions-'));
let server: ServerProcess;
let mail: MailSandbox;
let browser: Browser;
let page: Page;
let api: OwnerApi;
let params: { automationId: string };

test.beforeAll(async () => {
  mail = await startMailSandbox({ users: [mailboxUser] });
  const port = await freePort();
  server = await startServer({ dataDir, port, publicUrl: `http://127.0.0.1:${port}` });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  api = await setUpOwner(server);
  params = { automationId: await startWaiting() };
});

test.afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await mail?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Two waits before the first email: everybody stands on the first of them. */
async function startWaiting(): Promise<string> {
  const { id: senderId } = await api.call(senderRoutes.create, { body: { name: 'Anna', zone: 'UTC' } });
  const login = {
    host: '127.0.0.1',
    security: 'none',
    user: mailboxUser.address,
    password: mailboxUser.password,
  } as const;
  await api.call(mailboxRoutes.save, {
    params: { senderId },
    body: {
      smtp: { ...login, port: mail.ports.smtp },
      imap: { ...login, port: mail.ports.imap },
      fromName: owner.name,
      fromAddress: mailboxUser.address,
    },
  });
  const listId = await importCast(api, cast);
  const { id: automationId } = await api.call(automationRoutes.create, { body: { name: 'Autumn' } });
  const input = { params: { automationId } };
  await api.call(automationRoutes.saveDraft, {
    ...input,
    body: { name: 'Autumn', graph: waitThenMail(listId, senderId) },
  });
  await api.call(automationRoutes.start, input);
  await expect
    .poll(async () => (await api.call(automationRoutes.get, input)).nodeCounts)
    .toContainEqual(expect.objectContaining({ nodeId: 'first', standing: cast.length }));
  return automationId;
}

function waitThenMail(listId: string, senderId: string): Graph {
  const steps = [
    { id: 'seg', type: 'segment', config: { listIds: [listId] } },
    { id: 'who', type: 'sender_profile', config: { senders: [{ senderId }] } },
    { id: 'first', type: 'delay', label: 'First wait', config: { durationMs: 2 * DAY } },
    { id: 'again', type: 'delay', label: 'Second wait', config: { durationMs: DAY } },
    { id: 'mail', type: 'send_email', config: { subject: 'Hi', text: 'Hello', thread: 'new' } },
    { id: 'over', type: 'end', config: { outcome: 'neutral' } },
  ];
  return graph.parse({
    nodes: steps.map((step, index) => ({ ...step, position: { x: 0, y: 140 * index } })),
    edges: steps.slice(1).map(({ id }, index) => ({
      id: `e${index}`,
      source: steps[index]?.id,
      exit: 'next',
      target: id,
    })),
  });
}

/** Takes the first wait out of the draft and leads to the second. */
async function removeFirstWait(): Promise<void> {
  await page.getByRole('button', { name: /^(Edit steps|Continue editing)$/ }).click();
  await dashboard.openStep(page, /^Settings of First wait/);
  await dashboard.leaveDrawer(page, 'Remove step');
  await dashboard.openStep(page, /^Settings of Sender Profile/);
  const drawer = page.getByRole('dialog');
  const next = drawer.getByRole('combobox', { name: /Next/ });
  await next.click();
  await page.getByRole('option', { name: /Second wait/ }).click();
  await next.blur();
  await dashboard.leaveDrawer(page, 'Done');
}

test('the review names who stands on a removed step and asks where they go', async () => {
  await dashboard.signIn(page, server.origin);
  await openScreen(page, `${server.origin}/automations/${params.automationId}`);
  await removeFirstWait();
  await page.getByRole('button', { name: 'Review changes' }).click();
  const review = page.getByRole('dialog', { name: 'Review changes' });
  const removed = review.getByRole('region', { name: /^Removed: .*First wait/ });
  await expect(removed).toContainText(`${cast.length} contacts stand here.`);
  await expect(removed.getByRole('combobox', { name: 'Move them to' })).toHaveValue(/Second wait/);
  expect(await violations(page, everyLook)).toEqual([]);
});

test('published, everybody stands where they were sent; the versions say so', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('button', { name: 'Publish version 2' }).click();
  await expect(page.getByText('Version 2 is running.')).toBeVisible();
  await expect
    .poll(async () => (await api.call(automationRoutes.get, { params })).nodeCounts)
    .toContainEqual(expect.objectContaining({ nodeId: 'again', standing: cast.length }));
  expect(await violations(page, everyLook)).toEqual([]);
  await page.getByRole('tab', { name: 'Versions' }).click();
  await expect(page.getByRole('row', { name: /^2 Running/ })).toContainText(String(cast.length));
  expect(await violations(page, everyLook)).toEqual([]);
  await page.getByRole('button', { name: 'View version 1' }).click();
  await expect(page.getByRole('dialog', { name: 'Version 1' })).toContainText('First wait');
  await page.keyboard.press('Escape');
});

test('undone, everybody stands where they stood, and the draft keeps the edit', async () => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('tab', { name: 'Steps' }).click();
  await page.getByRole('button', { name: 'Undo publishing' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Undo publishing' }).click();
  await expect(page.getByText('Version 3 is running.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Continue editing' })).toBeVisible();
  await expect
    .poll(async () => (await api.call(automationRoutes.get, { params })).nodeCounts)
    .toContainEqual(expect.objectContaining({ nodeId: 'first', standing: cast.length }));
});
