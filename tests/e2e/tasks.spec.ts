import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, expect, type Page, test } from '@playwright/test';
import { type Graph, graph } from '#shared/automation/graph.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { taskRoutes } from '#shared/contract/task.ts';
import { must } from '#shared/kernel/assert.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import { type MailSandbox, startMailSandbox } from '../mail-sandbox/index.ts';
import { everyLook, openScreen, violations } from '../support/accessibility.ts';
import { importCast } from '../support/campaign.ts';
import { type CastMember, cast, mailboxUser, owner } from '../support/cast.ts';
import { chromiumArgs } from '../support/chromiumArgs.ts';
import * as dashboard from '../support/dashboardDriver.ts';
import { freePort } from '../support/freePort.ts';
import { type OwnerApi, setUpOwner } from '../support/ownerApi.ts';
import { chromiumPath } from '../support/require.ts';
import { type ServerProcess, startServer } from '../support/serverProcess.ts';

/** What waits for people is decided in the dashboard, and exactly that is what happens. */

test.describe.configure({ mode: 'serial' });

const dataDir = mkdtempSync(join(tmpdir(), 'rapport-tasks-'));
/** The emails of a day are spread over it: this much later the next may go. */
const NEXT_SLOT_MS = 6 * HOUR;
const withEmail = cast.filter(({ email }) => email !== null);
const [anna, ben, cara] = withEmail;
let server: ServerProcess;
let mail: MailSandbox;
let browser: Browser;
let page: Page;
let api: OwnerApi;

test.beforeAll(async () => {
  mail = await startMailSandbox({ users: [mailboxUser] });
  const port = await freePort();
  server = await startServer({ dataDir, port, publicUrl: `http://127.0.0.1:${port}` });
  browser = await chromium.launch({ executablePath: chromiumPath(), args: chromiumArgs });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  api = await setUpOwner(server);
  const senderId = await addSender();
  await start(
    'Autumn',
    senderId,
    [anna, ben],
    [
      step('send_email', 'write', {
        subject: 'Hello',
        text: 'Hi {{ firstName }}, shall we talk?',
        thread: 'new',
      }),
      step('manual_task', 'call', { kind: 'call', instruction: 'Call {{ firstName }}', dueInMs: HOUR }),
    ],
  );
  await start(
    'Winter',
    senderId,
    [cara],
    [step('send_email', 'write', { subject: 'Hello', text: 'Hi {{ nickname }}', thread: 'new' })],
  );
});

test.afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await mail?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A sender profile with a mailbox that works at any hour and shows every text first. */
async function addSender(): Promise<string> {
  const { id: senderId } = await api.call(senderRoutes.create, { body: { name: 'Mia', zone: 'UTC' } });
  const settings = senderSettings.parse({
    window: { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' },
    gaps: { email: { minMs: 5_000, maxMs: 5_000 } },
    approveEach: true,
  });
  await api.call(senderRoutes.update, { params: { senderId }, body: { settings } });
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
  return senderId;
}

const step = (type: string, id: string, config: object) => ({ id, type, config });

/** Starts an automation whose steps all begin at once, side by side. */
async function start(
  name: string,
  senderId: string,
  people: readonly (CastMember | undefined)[],
  steps: ReturnType<typeof step>[],
): Promise<void> {
  const listId = await importCast(
    api,
    people.map((one) => must(one, 'contact with an address')),
    name,
  );
  const { id: automationId } = await api.call(automationRoutes.create, { body: { name } });
  const params = { automationId };
  const body = { name, graph: sideBySide(listId, senderId, steps) };
  await api.call(automationRoutes.saveDraft, { params, body });
  await api.call(automationRoutes.start, { params });
}

function sideBySide(listId: string, senderId: string, steps: ReturnType<typeof step>[]): Graph {
  const nodes = [
    step('segment', 'seg', { listIds: [listId] }),
    step('sender_profile', 'who', { senders: [{ senderId }] }),
    ...steps,
    step('end', 'over', { outcome: 'neutral' }),
  ];
  const edges = steps.flatMap(({ id }) => [
    ['who', id],
    [id, 'over'],
  ]);
  return graph.parse({
    nodes: nodes.map((node, index) => ({ ...node, position: { x: 0, y: 140 * index } })),
    edges: [['seg', 'who'], ...edges].map(([source, target], index) => ({
      id: `e${index}`,
      source,
      exit: 'next',
      target,
    })),
  });
}

const counts = () => api.call(taskRoutes.counts);
const nameOf = (one: CastMember | undefined) => `${one?.person.firstName} ${one?.person.lastName}`;
const received = (one: CastMember | undefined) =>
  mail.receivedByPeople().filter(({ to }) => to.some((address) => address === one?.email));
const rowOf = (one: CastMember | undefined) => page.getByRole('listitem').filter({ hasText: nameOf(one) });

async function openGroup(name: string): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.getByRole('tab', { name: new RegExp(`^${name}`) }).click();
}

test('missing data is filled in on the spot; the text then asks for its approval', async () => {
  await expect.poll(async () => await counts()).toMatchObject({ approval: 2, manual: 2, missing_data: 1 });
  await dashboard.signIn(page, server.origin);
  await openScreen(page, `${server.origin}/tasks`);
  await openGroup('Missing data');
  expect(await violations(page, everyLook)).toEqual([]);
  await openGroup('Missing data');
  await rowOf(cara).getByRole('button').click();
  const detail = page.getByRole('dialog');
  await detail.getByLabel('nickname').fill('Caro');
  await detail.getByRole('button', { name: 'Fill in and go on' }).click();
  await openGroup('Approvals');
  await expect(rowOf(cara)).toContainText('Hi Caro');
  expect(await counts()).toMatchObject({ approval: 3, missing_data: 0 });
});

test('by keyboard a text is opened, changed and approved: exactly that goes out', async () => {
  await openGroup('Approvals');
  expect(await violations(page, everyLook)).toEqual([]);
  await openGroup('Approvals');
  await rowOf(anna).getByRole('button').focus();
  await page.keyboard.press('j');
  await expect(rowOf(ben).getByRole('button')).toBeFocused();
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  const detail = page.getByRole('dialog');
  await expect(detail.getByRole('textbox', { name: 'Text' })).toHaveValue(/shall we talk\?$/);
  expect(await violations(page, everyLook)).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await detail.getByRole('textbox', { name: 'Text' }).fill('Hi {{ firstName }}');
  await detail.getByRole('button', { name: 'Approve edited text' }).click();
  await expect(detail).toContainText('It has a variable that nobody fills in any more.');
  expect(received(anna)).toEqual([]);
  await detail.getByRole('textbox', { name: 'Text' }).fill('Written by hand, word for word.');
  await detail.getByRole('button', { name: 'Approve edited text' }).click();
  await expect(rowOf(anna)).toHaveCount(0);
  await expect.poll(() => received(anna).length).toBe(1);
  const raw = received(anna)[0]?.raw ?? '';
  expect(raw).toContain('Written by hand, word for word.');
  expect(raw).not.toContain('shall we talk');
  expect(received(ben)).toEqual([]);
});

test('a manual task is done with a note; to skip one cannot be undone, so that it asks', async () => {
  await openGroup('Manual tasks');
  expect(await violations(page, everyLook)).toEqual([]);
  await openGroup('Manual tasks');
  await rowOf(anna).getByRole('button').click();
  const detail = page.getByRole('dialog');
  await expect(detail).toContainText(`Call ${anna?.person.firstName}`);
  await detail.getByLabel(/How it went/).fill('Talked for ten minutes.');
  await detail.getByRole('button', { name: 'Done' }).click();
  await expect(rowOf(anna)).toHaveCount(0);
  expect(await counts()).toMatchObject({ manual: 1 });
  await rowOf(ben).getByRole('button').click();
  await detail.getByRole('button', { name: 'Skip this step' }).click();
  const question = page.getByRole('dialog', { name: `Skip this step of ${nameOf(ben)}?` });
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  expect(await counts()).toMatchObject({ manual: 1 });
  await detail.getByRole('button', { name: 'Skip this step' }).click();
  await question.getByRole('button', { name: 'Skip the step' }).click();
  await expect(rowOf(ben)).toHaveCount(0);
  expect(await counts()).toMatchObject({ manual: 0 });
});

test('chosen texts are approved together; one whose answer was lost is settled by a person', async () => {
  await openGroup('Approvals');
  mail.fault({ on: 'smtp', effect: 'hang_after_data', times: 1 });
  await rowOf(ben).getByRole('checkbox').check();
  await page.getByRole('button', { name: 'Approve 1 chosen' }).click();
  await expect(page.getByText(/^1 approved/)).toBeVisible();
  await server.setScheduleOffset(NEXT_SLOT_MS);
  await expect.poll(() => received(ben).length).toBe(1);
  const { port, origin } = server;
  await server.kill();
  server = await startServer({ dataDir, port, publicUrl: origin, scheduleOffsetMs: NEXT_SLOT_MS });
  await expect.poll(async () => await counts()).toMatchObject({ unknown: 1 });
  await openScreen(page, `${origin}/tasks?group=unknown`);
  expect(await violations(page, everyLook)).toEqual([]);
  await page.setViewportSize({ width: 1440, height: 900 });
  await rowOf(ben).getByRole('button').click();
  const detail = page.getByRole('dialog');
  await expect(detail).toContainText('shall we talk?');
  await detail.getByRole('button', { name: 'It happened', exact: true }).click();
  await expect(page.getByText('Nothing to settle')).toBeVisible();
  expect(received(ben)).toHaveLength(1);
});
