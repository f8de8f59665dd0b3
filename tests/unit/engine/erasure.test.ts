import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { erasureRules } from '../../../companion-server/engine/contacts/erasure.ts';
import {
  announceRetention,
  archiveAfterMs,
  archiveTasks,
  binContact,
  carryOutRetention,
  contactBinMs,
  eraseBinned,
  eraseContact,
  replayErasures,
  replayStops,
  unbinContact,
} from '../../../companion-server/engine/index.ts';
import { tablesOfContacts } from '../../../companion-server/services/contact/personalData.ts';
import {
  addAutomation,
  addContact,
  addSender,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  enrollmentOf,
  inUnit,
  nextEmail,
  nextStep,
  nextWork,
  pass,
  perform,
  reply,
  settle,
} from './support.ts';

let stage: Stage;
let anna: Person;
beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  anna = await addContact(stage, 1, { bound: true, firstName: 'Zebedea' });
  await stage.db.write((tx) => tx.run(sql`UPDATE list SET member_count = 1`));
});
afterEach(() => stage.close());

/** Every text of the database that contains one of these, as "table: value"; of the search index, its trigrams. */
async function traces(words: readonly string[]): Promise<string[]> {
  const tables = await stage.db.reader.all<{ name: string }>(
    sql`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    for (const row of await stage.db.reader.all(sql`SELECT * FROM ${sql.identifier(name)}`)) {
      // Blobs as the letters in them: an index of trigrams holds no longer part of a name.
      const text = JSON.stringify(row, (_, value) =>
        value instanceof ArrayBuffer ? Buffer.from(value).toString('latin1') : value,
      );
      if (words.some((word) => text.toLowerCase().includes(word.toLowerCase())))
        found.push(`${name}: ${text}`);
    }
  }
  return found;
}

const traits = (person: Person) => ['Zebedea', person.slug, person.profileId, person.email ?? ''];
const contactRow = async () => (await stage.db.reader.select().from(schema.contact))[0];

it('has a rule for every table that names a contact', () => {
  expect(Object.keys(erasureRules).sort()).toEqual(tablesOfContacts.map(({ name }) => name).sort());
});

it('leaves no trace of a person in any table, archived steps and messages included', async () => {
  await addAutomation(stage, 'a1', outreachGraph(['s1']));
  const invite = await nextStep(stage);
  if (invite) await perform(stage, invite);
  await nextEmail(stage);
  await reply(stage, anna);
  await settle(stage);
  expect((await traces(traits(anna))).length).toBeGreaterThan(3);
  await inUnit(stage, async ({ tx }) => {
    await tx.update(schema.enrollment).set({ endedAt: 1, live: 0, status: 'finished' });
    await tx.run(sql`UPDATE task SET state = 'done', finished_at = 1, lease_until = NULL, blocked_on = NULL`);
  });
  pass(stage, archiveAfterMs);
  await archiveTasks(stage.ctx, null, 10);
  expect(await stage.db.reader.select().from(schema.taskArchive)).not.toEqual([]);
  await inUnit(stage, (unit) => eraseContact(unit, anna.contactId, { remember: true }));
  expect(await traces(traits(anna))).toEqual([]);
  // What happened is still told, of somebody who cannot be known.
  const events = await stage.db.reader.select({ type: schema.event.type }).from(schema.event);
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['invite_sent', 'contact_erased']));
});

it('stops what is under way for them', async () => {
  await addAutomation(stage, 'a1', outreachGraph(['s1']));
  await settle(stage);
  await inUnit(stage, (unit) => eraseContact(unit, anna.contactId, { remember: true }));
  expect(await enrollmentOf(stage, anna.contactId)).toMatchObject({ status: 'canceled', live: 0 });
  expect(await nextStep(stage)).toBeNull();
});

it('knows them again by another address, when their page shows who they are', async () => {
  await inUnit(stage, (unit) => eraseContact(unit, anna.contactId, { remember: true }));
  const again = { ...anna, ...(await addContact(stage, 2, {})) };
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  const work = await nextWork(stage);
  if (work?.step?.kind !== 'visit') throw new Error('no visit');
  const { recordOutcome } = await import('../../../companion-server/engine/index.ts');
  const { taskId, fence } = work.step;
  const profile = {
    profileId: anna.profileId,
    memberId: anna.memberId,
    slug: 'person-2',
    name: 'Person2 Test',
    headline: null,
    company: null,
    location: null,
    relation: 'not_connected',
    openProfile: null,
  };
  await recordOutcome(stage.ctx, 's1-d1', {
    taskId,
    fence,
    outcome: { result: 'closed', reason: 'visited', proof: null, profile } as never,
  });
  await settle(stage);
  expect((await enrollmentOf(stage, again.contactId)).status).toBe('canceled');
  expect(await nextStep(stage)).toBeNull();
});

it('erases again what a restored backup still holds', async () => {
  const hashes = await inUnit(stage, (unit) => eraseContact(unit, anna.contactId, { remember: true }));
  const lines = hashes.map((hash) => ({ workspaceId: WORKSPACE, hash, at: 1 }));
  await stage.close();
  stage = await openStage();
  await addSender(stage, 's1');
  await addContact(stage, 1, { bound: true, firstName: 'Zebedea' });
  await addContact(stage, 2, { bound: true });
  expect(await inUnit(stage, (unit) => replayErasures(unit, lines))).toBe(1);
  expect(await traces(traits(anna))).toEqual([]);
  expect(await traces(['person-2'])).not.toEqual([]);
});

it('stops whom a stoplist entry of after the backup means, once their page shows their company', async () => {
  await inUnit(stage, (unit) => eraseContact(unit, anna.contactId, { remember: false }));
  const bea = await addContact(stage, 2, {});
  const { keyedHash } = stage.ctx;
  const line = { workspaceId: WORKSPACE, on: true, optOut: false, at: 1 };
  await inUnit(stage, (unit) => replayStops(unit, [{ ...line, hash: keyedHash('company:acme') }]));
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
  const work = await nextWork(stage);
  if (work?.step?.kind !== 'visit') throw new Error('no visit');
  expect((await enrollmentOf(stage, bea.contactId)).status).toBe('waiting_enrichment');
  const { recordOutcome } = await import('../../../companion-server/engine/index.ts');
  const { taskId, fence } = work.step;
  const profile = {
    profileId: bea.profileId,
    memberId: bea.memberId,
    slug: bea.slug,
    name: 'Person2 Test',
    headline: null,
    company: 'Acme GmbH',
    location: null,
    relation: 'not_connected',
    openProfile: null,
  };
  const outcome = { result: 'closed', reason: 'visited', proof: null, profile } as never;
  await recordOutcome(stage.ctx, 's1-d1', { taskId, fence, outcome });
  await settle(stage);
  expect((await enrollmentOf(stage, bea.contactId)).status).toBe('canceled');
  expect(await nextStep(stage)).toBeNull();
});

it('brings a contact back from the bin with its list, and erases one that stays there', async () => {
  await inUnit(stage, (unit) => binContact(unit, anna.contactId, { by: 'u', reason: 'person' }));
  const members = () => stage.db.reader.select().from(schema.list);
  expect(await members()).toMatchObject([{ memberCount: 0 }]);
  expect(await inUnit(stage, (unit) => unbinContact(unit, anna.contactId))).toBe(true);
  expect(await members()).toMatchObject([{ memberCount: 1 }]);
  expect((await contactRow())?.deletedAt).toBeNull();
  await inUnit(stage, (unit) => binContact(unit, anna.contactId, { by: 'u', reason: 'person' }));
  expect(await eraseBinned(stage.ctx, 10)).toBe(false);
  expect((await contactRow())?.erasedAt).toBeNull();
  pass(stage, contactBinMs);
  await eraseBinned(stage.ctx, 10);
  expect(await traces(traits(anna))).toEqual([]);
  // They did not ask for it: they may be imported again.
  expect(await stage.db.reader.select().from(schema.erasure)).toEqual([]);
});

it('announces who nobody was in touch with, two weeks before they go, and lets contact keep them', async () => {
  await addContact(stage, 2, { bound: true });
  const announced = async () => {
    while (await announceRetention(stage.ctx, 10));
    return (await stage.db.reader.select().from(schema.retentionNotice)).map(({ contactId }) => contactId);
  };
  pass(stage, 700 * DAY);
  expect(await announced()).toEqual([]);
  pass(stage, 60 * DAY);
  expect(await announced()).toEqual(['c001', 'c002']);
  await reply(stage, { ...anna });
  pass(stage, 15 * DAY);
  await carryOutRetention(stage.ctx, 10);
  const rows = await stage.db.reader.select().from(schema.contact).orderBy(schema.contact.id);
  expect(rows.map(({ deletedAt }) => deletedAt === null)).toEqual([true, false]);
  expect(await stage.db.reader.select().from(schema.contactBin)).toMatchObject([{ reason: 'retention' }]);
  const audits = await stage.db.reader.select().from(schema.audit);
  expect(audits).toMatchObject([{ action: 'contact.deleted', entityId: 'c002', actor: 'system' }]);
  expect(await announced()).toEqual([]);
});
