import { setTimeout as pause } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { afterEach, describe, expect, it } from 'vitest';
import { HOUR, MINUTE, monotonicClock, systemTimers } from '#shared/kernel/clock.ts';
import { stopwatch } from '#shared/kernel/stopwatch.ts';
import { type Database, schema } from '../../companion-server/db/index.ts';
import { mailServers } from '../../companion-server/email/mailServers.ts';
import { createSmtpPool } from '../../companion-server/email/smtpPool.ts';
import {
  claimEmail,
  type EngineContext,
  nextAnswer,
  noteMailbox,
  recordInboundEmail,
  tick,
  unitOfWork,
} from '../../companion-server/engine/index.ts';
import { createChanges } from '../../companion-server/services/changes.ts';
import type { Services } from '../../companion-server/services/context.ts';
import { sendAnswer } from '../../companion-server/services/mail/answers.ts';
import { createFacts } from '../../companion-server/services/mail/facts.ts';
import { sendJob } from '../../companion-server/services/mail/sendJob.ts';
import { settleBySentFolder } from '../../companion-server/services/mail/unknowns.ts';
import type { Fault } from '../mail-sandbox/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../simulation/setup.ts';
import { PASSWORD, sandboxForFile, signal } from './support.ts';

const SENDER = 's1@team.test';
const sandbox = sandboxForFile([SENDER]);
let stage: Stage | null = null;
afterEach(async () => {
  await stage?.close();
  stage = null;
});

/**
 * One life of the server's process. What is written before its end is in the database, what would come after never
 * happens: nothing it awaits comes back, as after SIGKILL.
 */
class Life {
  writes = 0;
  isOver = false;
  /** Ends before (even) or after (odd) its n-th half of a write; null: lives on. */
  constructor(readonly endsAt: number | null) {}

  end = () => {
    this.isOver = true;
  };

  /** A moment between two steps at which the process may die. */
  private async point(): Promise<void> {
    if (this.writes === this.endsAt) this.end();
    this.writes += 1;
    if (this.isOver) await new Promise(() => undefined);
  }

  database(db: Database): Database {
    return {
      ...db,
      write: async (work) => {
        await this.point();
        const result = await db.write(work);
        await this.point();
        return result;
      },
    };
  }
}

async function openWorld(contact: number): Promise<{ channelId: string; to: string }> {
  const opened = await openStage(contact);
  stage = opened;
  // Message-IDs of different worlds meet in one Sent folder.
  const { newId } = opened.ctx;
  opened.ctx.newId = () => `w${contact}-${newId()}`;
  const { email } = await addSender(opened, 's1', { devices: [] });
  const person = await addContact(opened, contact);
  const { smtp, imap } = sandbox().ports;
  const server = { host: '127.0.0.1', security: 'none', user: SENDER, password: '' };
  const settings = {
    smtp: { ...server, port: smtp },
    imap: { ...server, port: imap },
    fromName: 'Rep',
    fromAddress: SENDER,
  };
  await opened.db.write((tx) =>
    tx
      .insert(schema.mailbox)
      .values({ channelId: email, workspaceId: WORKSPACE, settings, sealed: 'x', updatedAt: 0 }),
  );
  await addAutomation(opened, 'a1', outreachGraph(['s1'], { linkedin: false }));
  for (let i = 0; i < 20; i++) if (!(await tick(opened.ctx)).busy) break;
  return { channelId: email, to: person.email ?? '' };
}

const theStage = () => {
  if (!stage) throw new Error('no stage');
  return stage;
};

function servicesOf(db: Database): Services {
  const { ctx } = theStage();
  const parts = {
    db,
    vault: { open: async () => ({ ok: true, value: JSON.stringify({ smtp: PASSWORD, imap: PASSWORD }) }) },
    clocks: ctx.clocks,
    changes: createChanges(systemTimers),
    mailServers,
    mailPrivateNetwork: true,
    publicUrl: 'https://rapport.test',
    unsubscribeKey: new Uint8Array(32),
    keyedHash: ctx.keyedHash,
    log: ctx.log,
  };
  return parts as unknown as Services;
}

/** Sends what is due, as the worker does, until nothing is left or the life is over. */
async function live(life: Life): Promise<void> {
  const { ctx: base, db } = theStage();
  const ctx: EngineContext = { ...base, db: life.database(db) };
  const services = servicesOf(ctx.db);
  const pool = createSmtpPool(systemTimers);
  const options = { services, ctx, pool, facts: createFacts(services), keepCopies: true };
  const working = (async () => {
    for (let round = 0; round < 20; round++) {
      await tick(ctx);
      const work = await claimEmail(ctx, `mailer-${life.endsAt}`);
      if (!work) return;
      if (work.type === 'sync') await unitOfWork(ctx, (unit) => recordInboundEmail(unit, work.channelId, []));
      else await sendJob(options, `mailer-${life.endsAt}`, work, signal);
    }
  })();
  const over = (async () => {
    while (!life.isOver) await pause(5);
  })();
  await Promise.race([working, over]);
  pool.close();
}

async function taskStates(): Promise<string[]> {
  const rows = await theStage().db.reader.select({ state: schema.task.state }).from(schema.task);
  return rows.map(({ state }) => state);
}

const receivedBy = (to: string) =>
  sandbox()
    .receivedByPeople()
    .filter((mail) => mail.to.includes(to));

/** The leases of the dead process run out, and the next one takes over, long enough for every retry. */
async function nextLife(channelId: string): Promise<void> {
  const { time, ctx } = theStage();
  time.real += 6 * MINUTE;
  for (let i = 0; i < 4; i++) {
    await live(new Life(null));
    await settleBySentFolder(servicesOf(theStage().db), ctx, channelId, new Map(), signal);
    // Shorter than until the follow-up is due.
    time.offset += HOUR - 6 * MINUTE;
  }
}

/** The judgement: no mail twice, none lost, each settled or waiting for a person. */
async function judge(to: string): Promise<'sent' | 'unknown'> {
  const mails = receivedBy(to);
  const [state, ...others] = await taskStates();
  expect(others.filter((each) => each !== 'scheduled' && each !== 'ready')).toEqual([]);
  expect(mails.length).toBeLessThanOrEqual(1);
  expect(['done', 'unknown']).toContain(state);
  if (state === 'done') expect(mails).toHaveLength(1);
  return state === 'done' ? 'sent' : 'unknown';
}

/** As a provider does that keeps what it sent by itself. */
async function keepInSent(raw: string): Promise<void> {
  const client = new ImapFlow({
    host: '127.0.0.1',
    port: sandbox().ports.imap,
    secure: false,
    auth: { user: SENDER, pass: PASSWORD },
    logger: false,
  });
  await client.connect();
  const sent = (await client.list()).find(({ specialUse }) => specialUse === '\\Sent');
  await client.append(sent?.path ?? 'Sent', raw, ['\\Seen']);
  await client.logout();
}

describe('the server killed between two steps', () => {
  let contact = 100;

  it('knows every step there is', async () => {
    const { to } = await openWorld(contact++);
    const life = new Life(null);
    await live(life);
    expect(await judge(to)).toBe('sent');
    // Both halves of: tick (several), claim, commit, outcome, and a last look for work.
    expect(life.writes).toBeGreaterThanOrEqual(8);
    expect(life.writes).toBeLessThan(60);
  });

  it('sends once and loses nothing, whichever step was the last', { timeout: 120_000 }, async () => {
    const results: string[] = [];
    for (let endsAt = 0; ; endsAt++) {
      const { channelId, to } = await openWorld(contact++);
      const life = new Life(endsAt);
      await live(life);
      const died = life.isOver;
      await nextLife(channelId);
      const result = await judge(to);
      results.push(result);
      await stage?.close();
      stage = null;
      if (!died) break;
    }
    expect(results.filter((each) => each === 'unknown').length).toBeGreaterThanOrEqual(1);
    expect(results.filter((each) => each === 'unknown').length).toBeLessThanOrEqual(3);
    expect(results.at(-1)).toBe('sent');
  });
});

describe('the server killed while the mail server', () => {
  let contact = 300;

  it.each<[Fault['effect'], number]>([
    ['drop_at_connect', 0],
    ['drop_before_data', 0],
    ['drop_during_data', 0],
    ['drop_before_taking', 0],
    ['drop_after_data', 1],
  ])('%s: unknown, and stays so without evidence', async (effect, taken) => {
    const { channelId, to } = await openWorld(contact++);
    const life = new Life(null);
    sandbox().fault({ on: 'smtp', effect, times: 1, onDrop: life.end });
    await live(life);
    expect(life.isOver).toBe(true);
    await nextLife(channelId);
    expect(await judge(to)).toBe('unknown');
    expect(receivedBy(to)).toHaveLength(taken);
  });

  it('took it and keeps it in Sent: settled as sent', async () => {
    const { channelId, to } = await openWorld(contact++);
    const life = new Life(null);
    sandbox().fault({ on: 'smtp', effect: 'drop_after_data', times: 1, onDrop: life.end });
    await live(life);
    await keepInSent(receivedBy(to)[0]?.raw ?? '');
    await nextLife(channelId);
    expect(await judge(to)).toBe('sent');
  });
});

describe('the server that lives on while the mail server', () => {
  let contact = 400;

  it.each<[Fault['effect'], 'sent' | 'unknown']>([
    ['drop_at_connect', 'sent'],
    ['too_many_connections', 'sent'],
    ['auth_fail', 'sent'],
    ['drop_before_data', 'sent'],
    ['4xx_recipient', 'sent'],
    ['4xx', 'sent'],
    ['slow', 'sent'],
    ['drop_before_taking', 'unknown'],
    ['drop_after_data', 'unknown'],
  ])('%s: %s', async (effect, wanted) => {
    const { channelId, to } = await openWorld(contact++);
    sandbox().fault({ on: 'smtp', effect, times: 1 });
    await live(new Life(null));
    // What the worker's next test of the connection finds.
    await unitOfWork(theStage().ctx, async (unit) => {
      await unit.tx.update(schema.channel).set({ smtpStatus: 'active' });
      await noteMailbox(unit, channelId);
    });
    await nextLife(channelId);
    expect(await judge(to)).toBe(wanted);
  });
});

describe('the server killed between two steps of an answer that a person wrote', () => {
  let contact = 500;

  async function queued(): Promise<{ channelId: string; to: string; id: string }> {
    const world = await openWorld(contact++);
    const { db, ctx } = theStage();
    const [person] = await db.reader.select().from(schema.contact);
    const id = ctx.newId();
    await db.write((tx) =>
      tx.insert(schema.handMessage).values({
        ...{ id, workspaceId: WORKSPACE, channelId: world.channelId, contactId: person?.id ?? '' },
        ...{ messageId: `<${id}.answer@team.test>`, references: [], to: world.to, subject: 'Re: Hello' },
        ...{ text: 'Tuesday suits me.', state: 'queued', createdAt: ctx.clocks.lease.now(), at: 0 },
      }),
    );
    return { ...world, id };
  }

  /** What the worker does with answers. */
  async function answering(life: Life): Promise<void> {
    const { ctx: base, db } = theStage();
    const ctx: EngineContext = { ...base, db: life.database(db) };
    const services = servicesOf(ctx.db);
    const pool = createSmtpPool(systemTimers);
    const working = (async () => {
      for (;;) {
        const since = stopwatch({ clock: services.clocks.lease, mono: monotonicClock });
        const message = await unitOfWork(ctx, (unit) => nextAnswer(unit, () => false));
        if (!message) return;
        await sendAnswer({ services, ctx, pool, facts: createFacts(services) }, { message, since }, signal);
      }
    })();
    const over = (async () => {
      while (!life.isOver) await pause(5);
    })();
    await Promise.race([working, over]);
    pool.close();
  }

  /** Long enough for what was on its way to be given up. */
  async function nextAnswers(channelId: string): Promise<void> {
    theStage().time.real += 11 * MINUTE;
    await answering(new Life(null));
    await settleBySentFolder(servicesOf(theStage().db), theStage().ctx, channelId, new Map(), signal);
  }

  async function judged(id: string, to: string): Promise<string> {
    const rows = await theStage().db.reader.select().from(schema.handMessage);
    const state = rows.find((row) => row.id === id)?.state ?? '';
    expect(receivedBy(to).length).toBeLessThanOrEqual(1);
    expect(['sent', 'unknown']).toContain(state);
    if (state === 'sent') expect(receivedBy(to)).toHaveLength(1);
    return state;
  }

  it('sends it once and loses nothing, whichever step was the last', { timeout: 120_000 }, async () => {
    const results: string[] = [];
    for (let endsAt = 0; ; endsAt++) {
      const { channelId, to, id } = await queued();
      const life = new Life(endsAt);
      await answering(life);
      const died = life.isOver;
      await nextAnswers(channelId);
      results.push(await judged(id, to));
      await stage?.close();
      stage = null;
      if (!died) break;
    }
    // Begun and never sent, and sent with its outcome lost.
    expect(results.filter((each) => each === 'unknown').length).toBeGreaterThanOrEqual(1);
    expect(results.length).toBeGreaterThanOrEqual(5);
    expect(results.at(-1)).toBe('sent');
  });

  it.each<[Fault['effect'], 'sent' | 'unknown']>([
    ['drop_before_data', 'sent'],
    ['drop_before_taking', 'unknown'],
    ['drop_after_data', 'unknown'],
  ])('lives on while the mail server does %s: %s', async (effect, wanted) => {
    const { channelId, to, id } = await queued();
    sandbox().fault({ on: 'smtp', effect, times: 1 });
    await answering(new Life(null));
    await nextAnswers(channelId);
    const state = (await theStage().db.reader.select().from(schema.handMessage)).find((row) => row.id === id);
    // Refused before the final dot: not sent, with the words, and the rep writes it again.
    if (wanted === 'sent') expect(['sent', 'failed']).toContain(state?.state);
    else expect(await judged(id, to)).toBe('unknown');
    expect(receivedBy(to).length).toBeLessThanOrEqual(1);
  });
});
