import { asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { endListed } from '../../../companion-server/engine/contacts/stoplistEnding.ts';
import {
  addStoplistEntry,
  commitTask,
  type EngineContext,
  explainEnrollment,
  explainTask,
  findDrifts,
  holdRestored,
  isIdle,
  replayStops,
  tick,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { commit, enrollmentOf, inUnit, nextEmail, nextOfKind, pass, settle } from './support.ts';

const { enrollment, event, suppression } = schema;
const DOMAIN = 'big.test';
/** Whom a round ends here, and some more than two rounds end. */
const A_ROUND = 3;
const MANY = 2 * A_ROUND + 2;
/** For each who ends. */
const MOST_STATEMENTS = 60;

let stage: Stage;
let statements: string[];
beforeEach(async () => {
  statements = [];
  stage = await openStage(1, (text) => statements.push(text));
  await addSender(stage, 's1');
});
afterEach(() => stage.close());

interface Group {
  first?: number;
  domain?: string;
  companyId?: string;
  email?: boolean;
}

async function people(count: number, { first = 1, ...options }: Group): Promise<void> {
  for (let n = first; n < first + count; n++) await addContact(stage, n, { bound: true, ...options });
}

async function start(): Promise<void> {
  await addAutomation(stage, 'a1', outreachGraph(['s1']));
  await settle(stage);
}

type Entry = Parameters<typeof addStoplistEntry>[1];

function put(kind: Entry['kind'], value: string, id = 'entry'): Promise<void> {
  const at = stage.ctx.clocks.schedule.now();
  const row = {
    id,
    workspaceId: WORKSPACE,
    kind,
    value,
    reason: 'asked',
    via: null,
    inboundId: null,
    by: 'u',
  };
  return inUnit(stage, (unit) => addStoplistEntry(unit, { ...row, at }));
}

const takeOff = (id = 'entry') =>
  stage.db.write((tx) => tx.delete(suppression).where(eq(suppression.id, id)));
const rows = () => stage.db.reader.select().from(enrollment).orderBy(asc(enrollment.contactId));
const underWay = async () => (await rows()).filter(({ endedAt }) => endedAt === null).length;
const place = async () => (await stage.db.reader.select().from(suppression))[0]?.endingAfter;
/** What the integrity check finds; the stage does not count the members of its list. */
async function drifts(): Promise<string[]> {
  const found = await findDrifts(stage.db.reader, stage.ctx.clocks.schedule.now(), async () => undefined);
  return found.map(({ counter }) => counter).filter((counter) => counter !== 'list.member_count');
}
async function listedEvents(): Promise<string[]> {
  const found = await stage.db.reader.select().from(event).where(eq(event.type, 'stoplisted'));
  return found.map(({ contactId }) => contactId ?? '').toSorted();
}

/** Everybody that is meant ended once, as one who is put on the stoplist alone does; nobody else did. */
async function expectEnded(meant: (contactId: string) => boolean): Promise<void> {
  const all = await rows();
  const ended = all.filter(({ endedAt }) => endedAt !== null);
  expect(ended.map(({ contactId }) => contactId)).toEqual(
    all.map(({ contactId }) => contactId).filter(meant),
  );
  for (const row of ended) expect(row).toMatchObject({ status: 'canceled', reason: 'stoplisted', live: 0 });
  expect(await listedEvents()).toEqual(ended.map(({ contactId }) => contactId));
  expect(await place()).toBeNull();
  expect(await drifts()).toEqual([]);
}

async function counted(work: () => Promise<unknown>): Promise<number> {
  statements = [];
  await work();
  return statements.length;
}

/** The server dies before its next write but `after`. */
function dying(after: number): EngineContext {
  let left = after;
  const write: typeof stage.db.write = (work) => {
    if (left-- === 0) throw new Error('the server died');
    return stage.db.write(work);
  };
  return { ...stage.ctx, db: { ...stage.db, write } };
}

describe('an entry that names many', () => {
  it('is written without looking at whom it names', async () => {
    await people(MANY, { domain: DOMAIN });
    await start();
    const forNobody = await counted(() => put('domain', 'nobody.test', 'other'));
    expect(await counted(() => put('domain', DOMAIN))).toBe(forNobody);
    expect(forNobody).toBeLessThan(8);
    expect(await underWay()).toBe(MANY);
    expect(await isIdle(stage.ctx)).toMatchObject({ idle: false });
  });

  it('ends so many a round, with statements that do not grow with how many there are', async () => {
    await people(MANY, { domain: DOMAIN });
    await people(3, { first: MANY + 1 });
    await start();
    await put('domain', DOMAIN);
    const costs: number[] = [];
    const left: number[] = [];
    while ((await place()) !== null) {
      costs.push(await counted(() => endListed(stage.ctx, A_ROUND)));
      left.push(await underWay());
    }
    expect(left).toEqual([MANY, MANY - A_ROUND, 3]);
    expect(await endListed(stage.ctx, A_ROUND)).toBe(false);
    expect(Math.max(...costs)).toBeLessThan(MOST_STATEMENTS * A_ROUND);
    await expectEnded((id) => id <= `c00${MANY}`);
  });

  it('means those below the domain as well, at any depth, and nobody beside it', async () => {
    const domains = [
      'big.test',
      'a.big.test',
      'a.b.c.d.e.f.g.big.test',
      'big.test.org',
      'xbig.test',
      'bi.test',
    ];
    for (const [n, domain] of domains.entries()) await people(1, { first: n + 1, domain });
    await start();
    await put('domain', DOMAIN);
    await settle(stage);
    await expectEnded((id) => id <= 'c003');
  });

  it('of a domain deeper than the order of addresses goes ends nobody of its neighbours', async () => {
    await people(1, { domain: 'x.a.b.c.d.e.f.g.big.test' });
    await people(1, { first: 2, domain: 'x.q.b.c.d.e.f.g.big.test' });
    await start();
    await put('domain', 'a.b.c.d.e.f.g.big.test');
    await settle(stage);
    await expectEnded((id) => id === 'c001');
  });

  it('is a company, by its name or by the company they belong to', async () => {
    await people(MANY, { companyId: 'acme' });
    await people(2, { first: MANY + 1, companyId: 'other' });
    await stage.db.write(async (tx) => {
      await tx
        .insert(schema.company)
        .values({ id: 'acme', workspaceId: WORKSPACE, name: 'Acme', key: 'acme' });
      // Every other one is known by the company alone.
      for (let n = 1; n <= MANY; n += 2) {
        const id = `c${String(n).padStart(3, '0')}`;
        await tx
          .update(schema.contact)
          .set({ companyKey: null, companyName: null })
          .where(eq(schema.contact.id, id));
      }
    });
    await start();
    await put('company', 'acme');
    await settle(stage);
    await expectEnded((id) => id <= `c00${MANY}`);
  });

  it('passes over those who are under way nowhere ten times as fast', async () => {
    await people(3, { domain: DOMAIN });
    await start();
    await people(5 * A_ROUND, { first: 10, domain: DOMAIN });
    await put('domain', DOMAIN);
    await endListed(stage.ctx, A_ROUND);
    await expectEnded(() => true);
  });
});

describe('a server that dies in the middle', () => {
  it.each([0, 1, 2, 5])('before its write %i loses nobody and does nothing twice', async (after) => {
    await people(MANY, { domain: DOMAIN });
    await start();
    await put('domain', DOMAIN);
    const ctx = dying(after);
    const run = async () => {
      while (await endListed(ctx, A_ROUND));
    };
    await expect(run()).rejects.toThrow('the server died');
    await settle(stage);
    await expectEnded(() => true);
  });
});

describe('taken off the stoplist meanwhile', () => {
  it('those who have not ended go on', async () => {
    await people(MANY, { domain: DOMAIN });
    await start();
    await put('domain', DOMAIN);
    await endListed(stage.ctx, A_ROUND);
    await takeOff();
    await settle(stage);
    expect(await underWay()).toBe(MANY - A_ROUND);
    expect(await listedEvents()).toHaveLength(A_ROUND);
    await put('domain', DOMAIN, 'again');
    await settle(stage);
    expect(await underWay()).toBe(0);
  });

  it('between the look and the end nobody ends, but whom another entry names', async () => {
    await people(3, { domain: DOMAIN });
    await start();
    await put('domain', DOMAIN);
    const other = { id: 'x', workspaceId: WORKSPACE, kind: 'email', value: `p2@${DOMAIN}` } as const;
    let isFirst = true;
    const write: typeof stage.db.write = async (work) => {
      if (isFirst) {
        isFirst = false;
        await takeOff();
        await stage.db.write((tx) =>
          tx.insert(suppression).values({ ...other, reason: 'x', by: 'u', at: 1 }),
        );
      }
      return await stage.db.write(work);
    };
    await endListed({ ...stage.ctx, db: { ...stage.db, write } }, A_ROUND);
    expect((await rows()).map(({ status }) => status)).toEqual(['in_progress', 'canceled', 'in_progress']);
  });
});

describe('until it is their turn', () => {
  it('nothing goes out to them: neither what was claimed nor what was allowed', async () => {
    await people(2, { domain: DOMAIN });
    await start();
    const claimed = await nextOfKind(stage, 'connect');
    const email = await nextEmail(stage);
    await put('domain', DOMAIN);
    expect(await commit(stage, claimed)).toMatchObject({ ok: false, code: 'stoplisted' });
    const mail = {
      taskId: email?.taskId ?? '',
      fence: email?.fence ?? 0,
      lastInboundAt: null,
      profile: null,
    };
    // Let go of by the first of them.
    expect(await commitTask(stage.ctx, 'mailer', mail)).toMatchObject({ ok: false, code: 'lease_lost' });
    pass(stage, MINUTE);
    await settle(stage);
    // The gate was quicker with one of them: the log says the same of both.
    await expectEnded(() => true);
  });

  it('a yes that is asked for again is taken back', async () => {
    await people(1, { domain: DOMAIN });
    await start();
    const step = await nextOfKind(stage, 'connect');
    expect(await commit(stage, step)).toMatchObject({ ok: true });
    await put('domain', DOMAIN);
    expect(await commit(stage, step)).toMatchObject({ ok: false, code: 'stoplisted' });
  });

  it('each says that the stoplist holds it', async () => {
    await people(1, { domain: DOMAIN });
    await start();
    await put('domain', DOMAIN);
    const why = async () =>
      explainEnrollment(stage.db.reader, await enrollmentOf(stage, 'c001'), stage.ctx.clocks.schedule.now());
    expect(await why()).toMatchObject({ limit: 'stoplisted', whoMustAct: 'nobody' });
    expect((await why()).sentence).toContain('on the stoplist');
    for (const row of await stage.db.reader.select().from(schema.task)) {
      expect(await explainTask(stage.db.reader, row, stage.ctx.clocks.schedule.now())).toEqual(await why());
    }
    await settle(stage);
    expect((await why()).sentence).toMatch(/^Canceled\./);
  });
});

it('an entry that names one person ends what runs for them in its own transaction', async () => {
  await people(2, { domain: DOMAIN });
  await start();
  await put('email', `p1@${DOMAIN}`);
  await expectEnded((id) => id === 'c001');
});

it('after a restore those of a domain end in rounds, and whoever opted out at once', async () => {
  await people(MANY, { domain: DOMAIN });
  await start();
  const line = (text: string, optOut: boolean) => ({
    ...{ workspaceId: WORKSPACE, hash: stage.ctx.keyedHash(text), on: true, optOut, at: 1 },
  });
  await inUnit(stage, async (unit) => {
    await holdRestored(unit);
    await replayStops(unit, [line(`domain:${DOMAIN}`, false), line(`email:p1@${DOMAIN}`, true)]);
  });
  expect(await underWay()).toBe(MANY - 1);
  expect(await stage.db.reader.select().from(schema.rememberedStop)).toEqual([]);
  while ((await tick(stage.ctx)).busy);
  const statuses = (await rows()).map(({ status }) => status);
  expect(statuses).toEqual(['unsubscribed', ...Array.from({ length: MANY - 1 }, () => 'canceled')]);
  expect(await drifts()).toEqual([]);
});
