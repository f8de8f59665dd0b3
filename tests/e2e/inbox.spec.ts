import { expect, test } from '@playwright/test';
import { eq } from 'drizzle-orm';
import { contactRoutes, importRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { schema } from '../../companion-server/db/index.ts';
import { recordInboundEmail } from '../../companion-server/engine/index.ts';
import { unitOf } from '../../companion-server/services/engineOf.ts';
import { csv } from '../conformance/fixture.ts';
import { call, ORIGIN, setUp } from '../conformance/support.ts';
import { everyLook, violations } from '../support/accessibility.ts';
import { type ServedDashboard, serveDashboard } from '../support/servedDashboard.ts';

/** What contacts wrote is read, decided and answered in the inbox; what a program guessed, a person says. */

test.describe.configure({ mode: 'serial' });

/** The Message-ID of an email that a person wrote to Boris. */
const OURS = '<ours@team.test>';

let served: ServedDashboard;

test.beforeAll(async () => {
  served = await serveDashboard();
  const { server } = served;
  const { cookie } = await setUp(server);
  await served.signIn(cookie);
  const as = async (route: Parameters<typeof call>[1], input = {}) =>
    (await call(server, route, { cookie }, input)).body as { id: string; items: { id: string }[] };
  const { id: senderId } = await as(senderRoutes.create, {
    body: { name: 'Anna Berg', zone: 'Europe/Berlin' },
  });
  const content = csv(
    'Email,First name,Last name,Company\nboris@people.test,Boris,Clay,People Ltd\neva@people.test,Eva,Stone,Stone Inc\n',
  );
  const { id: importId } = await as(importRoutes.upload, {
    body: { fileName: 'a.csv', contentBase64: content },
  });
  const mapping = ['email', 'firstName', 'lastName', 'company'];
  await as(importRoutes.run, {
    params: { importId },
    body: { mapping, listName: 'L', legalBasis: 'consent' },
  });
  await as(contactRoutes.list);
  const { services } = server;
  await services.db.write(async (tx) => {
    const rows = await tx.select().from(schema.channel).where(eq(schema.channel.senderId, senderId));
    const channelId = rows.find(({ kind }) => kind === 'email')?.id ?? '';
    await tx
      .update(schema.channel)
      .set({ address: 'anna@team.test', smtpStatus: 'active', imapStatus: 'active' })
      .where(eq(schema.channel.id, channelId));
    const unit = unitOf(services, tx);
    const mail = (
      name: string,
      address: string,
      text: string,
      html: string | null,
      evidence: Record<string, string>,
    ) => ({
      ...{
        messageId: `<${name}@people.test>`,
        references: [],
        fromName: name,
        fromAddress: address,
        html,
        evidence,
      },
      whole: `${text}\n\n> Hello ${name}, how do you plan your week?`,
      attachments: html ? [{ name: 'plan.pdf', type: 'application/pdf', size: 20_480 }] : [],
    });
    const base = {
      ownMessageId: null,
      receivedAt: unit.now - 3_600_000,
      subject: 'Re: A question about your team',
    };
    const [boris, eva] = ['boris@people.test', 'eva@people.test'];
    const [person] = await tx.select().from(schema.contact).where(eq(schema.contact.email, boris));
    await tx.insert(schema.handMessage).values({
      id: services.newId(),
      workspaceId: person?.workspaceId ?? '',
      channelId,
      contactId: person?.id ?? '',
      messageId: OURS,
      references: [],
      to: boris,
      subject: 'A question about your team',
      text: 'How do you plan your week?',
      state: 'sent',
      createdAt: base.receivedAt - 60_000,
      at: base.receivedAt - 60_000,
    });
    await recordInboundEmail(unit, channelId, [
      {
        ...base,
        dedupeKey: 'm1',
        contactAddress: boris,
        text: 'Tuesday works. What does it cost?',
        kind: { kind: 'reply' },
        mail: mail(
          'Boris Clay',
          boris,
          'Tuesday works. What does it cost?',
          '<p>Tuesday <b>works</b>. What does it cost?</p>',
          {},
        ),
      },
      {
        ...base,
        dedupeKey: 'm2',
        contactAddress: eva,
        text: 'Please remove me from your list.',
        kind: { kind: 'reply', suggests: 'unsubscribe' },
        mail: mail('Eva Stone', eva, 'Please remove me from your list.', null, {}),
      },
      {
        ...base,
        dedupeKey: 'm3',
        // A report that names no email of ours is only believed when a person says so.
        ownMessageId: OURS,
        receivedAt: base.receivedAt + 60_000,
        contactAddress: boris,
        text: 'The message could not be delivered.',
        kind: {
          kind: 'bounce',
          severity: 'policy',
          status: '5.7.1',
          diagnostic: '550 5.7.1 Message refused',
        },
        mail: mail('Mail Delivery System', 'mailer-daemon@mx.test', 'Refused.', null, {
          severity: 'policy',
          status: '5.7.1',
          diagnostic: '550 5.7.1 Message refused',
        }),
      },
    ]);
  });
});

test.afterAll(() => served?.close());

test('a conversation is opened, read, labelled and answered by keyboard', async () => {
  const { page } = served;
  await page.goto(`${ORIGIN}/inbox`);
  const list = page.getByRole('list', { name: 'Conversations' });
  await expect(list.getByRole('listitem')).toHaveCount(2);
  await list.getByRole('link', { name: /Boris Clay/ }).focus();
  await page.keyboard.press('Enter');
  const messages = page.getByRole('list', { name: 'Messages' });
  await expect(messages.getByText('What does it cost?').first()).toBeVisible();
  await expect(messages.getByText('plan.pdf', { exact: false })).toBeVisible();
  await messages.getByRole('button', { name: 'Show the whole message' }).first().click();
  await expect(page.frameLocator('iframe[title="The whole message"]').getByText('works')).toBeVisible();
  await page.getByLabel('Label', { exact: true }).last().selectOption('interested');
  await expect(list.getByText('Interested')).toBeVisible();
  const boris = list.getByRole('listitem').filter({ hasText: 'Boris Clay' });
  await page.getByRole('button', { name: 'Mark as unread' }).click();
  await expect(boris.getByText('Unread')).toBeVisible();
  await page.goto(`${ORIGIN}/inbox`);
  await expect(boris.getByText('Unread')).toBeVisible();
  await boris.getByRole('link').click();
  await page.getByLabel(/^Answer as/).fill('About 12 a month.');
  await page.keyboard.press('Control+Enter');
  await expect(messages.getByText('Goes out in a moment')).toBeVisible();
  await expect(page.getByLabel(/^Answer as/)).toHaveValue('');
});

test('what was suggested is confirmed by a person, and nobody can write any more', async () => {
  const { page } = served;
  await page.getByRole('link', { name: /Eva Stone/ }).click();
  await page.getByRole('button', { name: 'Unsubscribe them' }).click();
  await expect(page.getByText('opted out: nothing is sent to them', { exact: false })).toBeVisible();
});

test('a mailbox that others refuse is named on Home', async () => {
  const { page } = served;
  await page.goto(`${ORIGIN}/`);
  await expect(page.getByText('Mail of Anna Berg is refused')).toBeVisible();
});

test('the inbox, the contact’s messages and what came back are readable for everybody', async () => {
  const { page } = served;
  for (const path of ['/inbox', '/stoplist', '/contacts']) {
    await page.goto(`${ORIGIN}${path}`);
    if (path === '/inbox') await page.getByRole('link', { name: /Boris Clay/ }).click();
    if (path === '/contacts')
      await page
        .getByRole('link', { name: /Boris Clay|Clay/ })
        .first()
        .click();
    const what =
      path === '/stoplist'
        ? page.getByText('Refused because of the sender', { exact: false })
        : page.getByText('What does it cost?').first();
    await expect(what).toBeVisible();
    const folder = process.env.RAPPORT_SHOTS;
    if (folder) {
      for (const width of [360, 1440]) {
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: `${folder}${path}-${width}.png`, fullPage: true });
      }
      await page.setViewportSize({ width: 1440, height: 900 });
    }
    expect(await violations(page, path === '/inbox' ? everyLook : everyLook.slice(0, 1))).toEqual([]);
  }
});
