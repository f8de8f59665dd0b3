import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SECOND, systemTimers } from '#shared/kernel/clock.ts';
import { type Database, schema } from '../../../companion-server/db/index.ts';
import { mailServers } from '../../../companion-server/email/mailServers.ts';
import { createSmtpPool } from '../../../companion-server/email/smtpPool.ts';
import { createChanges } from '../../../companion-server/services/changes.ts';
import type { Services } from '../../../companion-server/services/context.ts';
import { createFacts } from '../../../companion-server/services/mail/facts.ts';
import { sendJob } from '../../../companion-server/services/mail/sendJob.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { nextEmail, taskRow } from '../engine/support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.close());

const nowhere = { host: '127.0.0.1', port: 9, security: 'none', user: 'u', password: '' };

/** What sending reads of the services: a mailbox on a port where nobody listens. */
function servicesOf(db: Database): Services {
  const parts = {
    db,
    vault: { open: async () => ({ ok: true, value: JSON.stringify({ smtp: 'p', imap: 'p' }) }) },
    clocks: stage.ctx.clocks,
    changes: createChanges(systemTimers),
    mailServers,
    publicUrl: 'https://rapport.test',
    unsubscribeKey: new Uint8Array(32),
    keyedHash: stage.ctx.keyedHash,
    log: stage.ctx.log,
  };
  return parts as unknown as Services;
}

async function claimed() {
  const { email } = await addSender(stage, 's1');
  await addContact(stage, 1, { bound: true });
  await stage.db.write(async (tx) => {
    const settings = { smtp: nowhere, imap: nowhere, fromName: 'Rep', fromAddress: 's1@team.test' };
    await tx
      .insert(schema.mailbox)
      .values({ channelId: email, workspaceId: WORKSPACE, settings, sealed: 'x', updatedAt: 0 });
  });
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { linkedin: false }));
  const job = await nextEmail(stage);
  if (job?.type !== 'task') throw new Error('no email to send');
  return { job, email };
}

/** Every commit takes so long by the clock that leases are measured with. */
const slowBy = (ms: number): Database => ({
  ...stage.db,
  write: async (work) => {
    const result = await stage.db.write(work);
    stage.time.real += ms;
    return result;
  },
});

it.each([
  { ms: 85 * SECOND, what: 'is not handed over when its lease is nearly over', smtpStatus: 'active' },
  { ms: 5 * SECOND, what: 'is handed over in time', smtpStatus: 'inactive' },
])('an allowed email $what', async ({ ms, smtpStatus }) => {
  const { job, email } = await claimed();
  const ctx = { ...stage.ctx, db: slowBy(ms) };
  const pool = createSmtpPool(systemTimers);
  const services = servicesOf(stage.db);
  const facts = createFacts(services);
  const options = { services, ctx, pool, facts, keepCopies: true };
  await sendJob(options, 'mailer', job, new AbortController().signal);
  const row = await taskRow(stage, job.taskId);
  expect(row.state).not.toBe('committing');
  expect(row.committedAt).toBeNull();
  // Only a try to connect finds out that nobody listens there.
  const [channel] = await stage.db.reader.select().from(schema.channel).where(eq(schema.channel.id, email));
  expect(channel?.smtpStatus).toBe(smtpStatus);
});

it('an allowed email goes nowhere without a postal address, and its mailbox says so', async () => {
  const { job, email } = await claimed();
  await stage.db.write((tx) => tx.update(schema.workspace).set({ postalAddress: ' ' }));
  const services = servicesOf(stage.db);
  const options = {
    services,
    ctx: stage.ctx,
    pool: createSmtpPool(systemTimers),
    facts: createFacts(services),
  };
  await sendJob({ ...options, keepCopies: true }, 'mailer', job, new AbortController().signal);
  expect(await taskRow(stage, job.taskId)).toMatchObject({ committedAt: null, state: 'ready' });
  expect(await stage.db.reader.select().from(schema.hold)).toMatchObject([
    { scopeId: email, reason: 'mail_refused', detail: expect.stringContaining('postal address') },
  ]);
  expect(await nextEmail(stage)).toBeNull();
});
