import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { count, eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { schema } from '../../../companion-server/db/index.ts';
import {
  archiveAutomation,
  contactsAddedToList,
  isIdle,
  publishVersion,
  stopEntering,
} from '../../../companion-server/engine/index.ts';
import { enterContacts } from '../../../companion-server/engine/wayIn/entering.ts';
import { enterAtOnce } from '../../../companion-server/engine/wayIn/feed.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { inUnit } from './support.ts';

const PEOPLE = 2_600;
const statements: string[] = [];
let folder: string;
let stage: Stage;

async function reopen(): Promise<void> {
  const opened = await openStage(1, (text) => statements.push(text), `file:${join(folder, 'engine.db')}`);
  let ids = 0;
  const born = crypto.randomUUID();
  stage = { ...opened, ctx: { ...opened.ctx, newId: () => `${born}-${String(++ids).padStart(8, '0')}` } };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rapport-entering-'));
  await reopen();
  await addSender(stage, 's1');
  await addContact(stage, 1);
  await stage.db.write(async (tx) => {
    const each = sql`FROM generate_series(2, ${PEOPLE})`;
    await tx.run(sql`INSERT INTO contact (id, workspace_id, source, legal_basis, created_at, updated_at)
      SELECT printf('p%06d', value), ${WORKSPACE}, 'csv', 'x', 1, 1 ${each}`);
    await tx.run(sql`INSERT INTO list_member (list_id, contact_id, workspace_id, added_at)
      SELECT 'l1', printf('p%06d', value), ${WORKSPACE}, 1 ${each}`);
  });
});
afterEach(async () => {
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = () => addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
const entered = async () => (await stage.db.reader.select({ n: count() }).from(schema.enrollment))[0]?.n ?? 0;
const mark = async () => (await stage.db.reader.select().from(schema.entering))[0];
const round = () => enterContacts(stage.ctx, enterAtOnce);
const finish = async () => {
  let rounds = 0;
  while (await round()) rounds += 1;
  return rounds;
};

it('lets a large list in by units of the same size, however many there are', async () => {
  statements.length = 0;
  await start();
  expect(await entered()).toBe(enterAtOnce);
  expect(await mark()).toMatchObject({ looked: enterAtOnce, total: PEOPLE });
  expect((await isIdle(stage.ctx)).idle).toBe(false);
  const costs: number[] = [];
  for (let n = 2; n <= 5; n++) {
    statements.length = 0;
    expect(await round()).toBe(true);
    expect(await entered()).toBe(n * enterAtOnce);
    costs.push(statements.length);
  }
  // The first reads some rows that stay for the next ones.
  expect(new Set(costs.slice(1)).size).toBe(1);
  expect(Math.max(...costs)).toBeLessThan(25);
  await finish();
  expect(await entered()).toBe(PEOPLE);
  expect(await mark()).toBeUndefined();
  const [ready] = await stage.db.reader
    .select()
    .from(schema.enrollmentCount)
    .where(eq(schema.enrollmentCount.status, 'ready'));
  expect(ready?.n).toBe(PEOPLE);
  const told = await stage.db.reader
    .select({ n: count() })
    .from(schema.event)
    .where(eq(schema.event.type, 'enrolled'));
  expect(told[0]?.n).toBe(PEOPLE);
});

it('loses nobody and lets nobody in twice when the server dies in between', async () => {
  await start();
  await round();
  await stage.db.write((tx) =>
    tx.run(sql`CREATE TRIGGER dies BEFORE UPDATE ON entering BEGIN SELECT RAISE(ABORT, 'died'); END`),
  );
  await expect(round()).rejects.toThrow();
  expect(await entered()).toBe(2 * enterAtOnce);
  await stage.db.write((tx) => tx.run(sql`DROP TRIGGER dies`));
  await stage.db.close();
  await reopen();
  await finish();
  expect(await entered()).toBe(PEOPLE);
});

it('leaves the others out when a person stops it, and lets them in with the next edit', async () => {
  await start();
  await inUnit(stage, (unit) => stopEntering(unit, 'a1'));
  expect(await finish()).toBe(0);
  expect(await entered()).toBe(enterAtOnce);
  const [row] = await stage.db.reader.select().from(schema.automation);
  if (!row?.versionId) throw new Error('it does not run');
  const running = { ...row, versionId: row.versionId };
  await inUnit(stage, (unit) =>
    publishVersion(unit, running, {
      graph: row.draft,
      plan: { targets: {}, segments: {} } as never,
      by: 'u',
    }),
  );
  await finish();
  expect(await entered()).toBe(PEOPLE);
  const versions = await stage.db.reader
    .selectDistinct({ id: schema.enrollment.versionId })
    .from(schema.enrollment);
  expect(versions).toHaveLength(2);
});

it('ends with the automation, and passes over who went into the bin meanwhile', async () => {
  await start();
  await stage.db.write((tx) =>
    tx.update(schema.contact).set({ deletedAt: 1 }).where(sql`id > 'p002000' AND id <= 'p002010'`),
  );
  await round();
  await inUnit(stage, (unit) => archiveAutomation(unit, 'a1'));
  await finish();
  expect(await entered()).toBe(2 * enterAtOnce);
  expect(await mark()).toBeUndefined();
});

const batches = async () => await stage.db.reader.select().from(schema.enteringBatch);
/** As many more come into the list of a running automation, as with a CSV file. */
async function importMore(): Promise<void> {
  const ids = Array.from({ length: 3 * enterAtOnce - 100 }, (_, n) => `q${String(n).padStart(6, '0')}`);
  await inUnit(stage, async (unit) => {
    await unit.tx.run(sql`INSERT INTO contact (id, workspace_id, source, legal_basis, created_at, updated_at)
      SELECT value, ${WORKSPACE}, 'csv', 'x', 1, 1 FROM json_each(${JSON.stringify(ids)})`);
    await contactsAddedToList(unit, 'l1', ids);
  });
}

it('lets a large import into a running automation by units, whole after a crash in between', async () => {
  await start();
  await finish();
  await importMore();
  expect(await entered()).toBe(PEOPLE + enterAtOnce);
  expect((await batches()).map(({ n, total }) => [n, total])).toEqual([
    [enterAtOnce, 3 * enterAtOnce - 100],
    [enterAtOnce - 100, 3 * enterAtOnce - 100],
  ]);
  expect((await isIdle(stage.ctx)).idle).toBe(false);
  await stage.db.write((tx) =>
    tx.run(sql`CREATE TRIGGER dies BEFORE INSERT ON enrollment BEGIN SELECT RAISE(ABORT, 'died'); END`),
  );
  await expect(round()).rejects.toThrow();
  await stage.db.write((tx) => tx.run(sql`DROP TRIGGER dies`));
  await stage.db.close();
  await reopen();
  expect(await batches()).toHaveLength(2);
  expect(await finish()).toBe(2);
  expect(await entered()).toBe(PEOPLE + 3 * enterAtOnce - 100);
  expect(await batches()).toEqual([]);
});

it('leaves out the rest of an import when a person stops it', async () => {
  await start();
  await finish();
  await importMore();
  await round();
  await inUnit(stage, (unit) => stopEntering(unit, 'a1'));
  expect(await finish()).toBe(0);
  expect(await entered()).toBe(PEOPLE + 2 * enterAtOnce);
});
