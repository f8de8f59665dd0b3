import { eq } from 'drizzle-orm';
import { z } from 'zod';
import {
  type DeliverabilityView,
  type DomainFinding,
  domainFinding,
  type TestMail,
  testMail,
} from '#shared/contract/deliverability.ts';
import { domainOfAddress } from '#shared/contract/mailboxPresets.ts';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { type Queryable, schema } from '../../db/index.ts';
import { findArrival } from '../../email/domain/arrival.ts';
import { checkDomain } from '../../email/domain/checkDomain.ts';
import { audit, type MemberCall, type Services } from '../context.ts';
import { openSettings } from '../mail/settings.ts';
import { failureWords } from '../mail/sync.ts';
import { Refusal } from '../refusal.ts';
import { type ChannelRow, channelsOf, senderToManage } from '../scope.ts';
import { deliverTestMail } from './testMail.ts';

const { deliverability, mailbox } = schema;

/** A test mail that is not there by then does not come. */
const ARRIVES_WITHIN_MS = 3 * MINUTE;
const LOOK_EVERY_MS = 5 * SECOND;

const storedSmtp = z.object({ smtp: z.object({ host: z.string() }) });

interface Standing {
  channel: ChannelRow;
  domain: string;
  smtpHost: string;
}

async function standingOf(call: MemberCall, senderId: string): Promise<Standing | null> {
  await senderToManage(call.db.reader, call, senderId);
  const { email: channel } = await channelsOf(call.db.reader, call, senderId);
  const [row] = await call.db.reader.select().from(mailbox).where(eq(mailbox.channelId, channel.id));
  const settings = storedSmtp.safeParse(row?.settings);
  if (!channel.address || !settings.success) return null;
  return { channel, domain: domainOfAddress(channel.address), smtpHost: settings.data.smtp.host };
}

async function connectedOf(call: MemberCall, senderId: string): Promise<Standing> {
  const standing = await standingOf(call, senderId);
  if (standing) return standing;
  throw new Refusal(
    409,
    'mailbox_not_set_up',
    'No mailbox is connected to this profile.',
    'Connect one first.',
  );
}

interface Stored {
  findings: DomainFinding[];
  checkedAt: number | null;
  testMail: TestMail | null;
}

const nothing: Stored = { findings: [], checkedAt: null, testMail: null };

/** What is known of this domain; of another one nothing counts any more. */
async function storedOf(db: Queryable, channelId: string, domain: string): Promise<Stored> {
  const [row] = await db.select().from(deliverability).where(eq(deliverability.channelId, channelId));
  if (!row || row.domain !== domain) return nothing;
  const findings = z.array(domainFinding).safeParse(row.findings);
  const mail = testMail.safeParse(row.testMail);
  return {
    findings: findings.success ? findings.data : [],
    checkedAt: row.checkedAt,
    testMail: mail.success ? mail.data : null,
  };
}

/** The latest findings; a test mail whose time is over is missing, also when the server was stopped meanwhile. */
export async function getDeliverability(call: MemberCall, senderId: string): Promise<DeliverabilityView> {
  const standing = await standingOf(call, senderId);
  if (!standing) return { domain: null, ...nothing };
  const stored = await storedOf(call.db.reader, standing.channel.id, standing.domain);
  return { domain: standing.domain, ...stored, testMail: overdue(call, stored.testMail) };
}

function overdue(services: Services, mail: TestMail | null): TestMail | null {
  const isOver =
    mail?.state === 'waiting' && services.clocks.lease.now() > mail.sentAt + ARRIVES_WITHIN_MS + MINUTE;
  return mail && isOver ? { ...mail, state: 'missing' } : mail;
}

/** `by`: a person asked for it, which is audited in the same transaction. */
async function store(
  services: Services,
  { channel, domain }: Standing,
  change: Partial<Stored>,
  by: { call: MemberCall; senderId: string; action: string } | null = null,
): Promise<void> {
  const { id: channelId, workspaceId } = channel;
  await services.db.write(async (tx) => {
    if (by) await audit(tx, by.call, { action: by.action, entity: 'sender', entityId: by.senderId });
    const before = await storedOf(tx, channelId, domain);
    const row = { domain, ...before, ...change };
    await tx
      .insert(deliverability)
      .values({ channelId, workspaceId, ...row })
      .onConflictDoUpdate({ target: deliverability.channelId, set: row });
    await tx
      .insert(schema.outbox)
      .values({ workspaceId, topic: 'sender', entityId: channel.senderId, at: services.clocks.lease.now() });
  });
}

async function ask(
  services: Services,
  standing: Standing,
  mail: TestMail | null,
  by: Parameters<typeof store>[3] = null,
): Promise<void> {
  const { domain, smtpHost } = standing;
  const findings = await checkDomain({ domain, smtpHost, testMail: mail }, services.dns);
  await store(services, standing, { findings, checkedAt: services.clocks.lease.now() }, by);
}

/** Asks the name system now. */
export async function checkDeliverability(call: MemberCall, senderId: string): Promise<DeliverabilityView> {
  const standing = await connectedOf(call, senderId);
  const known = await storedOf(call.db.reader, standing.channel.id, standing.domain);
  await ask(call, standing, known.testMail, { call, senderId, action: 'mailbox.domain_checked' });
  return getDeliverability(call, senderId);
}

/** Sends a mail to the mailbox itself and looks for it in the background; what it tells is checked when it came. */
export async function sendDeliverabilityTest(
  call: MemberCall,
  senderId: string,
): Promise<DeliverabilityView> {
  const standing = await connectedOf(call, senderId);
  const { messageId, response } = await deliverTestMail(call, standing.channel.id);
  const mail: TestMail = {
    messageId,
    response,
    sentAt: call.clocks.lease.now(),
    state: 'waiting',
    folder: null,
    isJunk: false,
    signatures: [],
    verdicts: null,
  };
  await store(call, standing, { testMail: mail }, { call, senderId, action: 'mailbox.test_sent' });
  void awaitArrival(call, standing, mail).catch((error: unknown) => {
    if (!call.shutdown.aborted) call.log.error({ err: error }, 'looking for a test mail failed');
  });
  return getDeliverability(call, senderId);
}

/** Looks until it is there or its time is over; a newer test mail takes its place. */
export async function awaitArrival(services: Services, standing: Standing, mail: TestMail): Promise<void> {
  const { clocks, timers, shutdown, db } = services;
  const { channel, domain } = standing;
  const isLatest = async () =>
    (await storedOf(db.reader, channel.id, domain)).testMail?.messageId === mail.messageId;
  let unread: string | null = null;
  while (!shutdown.aborted && clocks.lease.now() < mail.sentAt + ARRIVES_WITHIN_MS) {
    const settings = await openSettings(services, channel.id);
    const found = settings ? await findArrival(settings, mail.messageId, shutdown) : null;
    if (!(await isLatest())) return;
    unread = found && !found.ok ? failureWords(found.error) : null;
    if (found?.ok && found.value) {
      const arrived: TestMail = { ...mail, state: 'arrived', ...found.value };
      await store(services, standing, { testMail: arrived });
      await ask(services, standing, arrived);
      return;
    }
    await timers.sleep(LOOK_EVERY_MS, shutdown);
  }
  if (!shutdown.aborted && (await isLatest())) {
    // Where the mailbox could not be read, its server's words say more than those of the sending one.
    const response = unread ?? mail.response;
    await store(services, standing, { testMail: { ...mail, state: 'missing', response } });
  }
}
