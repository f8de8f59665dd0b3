import { eq, inArray, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { must } from '#shared/kernel/assert.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { mergeContacts } from '../../../companion-server/engine/contacts/merge.ts';
import {
  addTag,
  addToList,
  contactsChanged,
  publishVersion,
  stopEntering,
} from '../../../companion-server/engine/index.ts';
import { enterContacts } from '../../../companion-server/engine/wayIn/entering.ts';
import { enterAtOnce, feedFiltered } from '../../../companion-server/engine/wayIn/feed.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  START,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { commit, inUnit, nameOnly, nextOfKind, report } from './support.ts';

/** Contacts that come into a list or get a tag while automations run. */

const PEOPLE = 10_000;
const statements: string[] = [];
let stage: Stage;

beforeEach(async () => {
  stage = await openStage(1, (text) => statements.push(text));
  await addSender(stage, 's1');
  await stage.db.write(async (tx) => {
    await tx.insert(schema.list).values({ id: 'l1', workspaceId: WORKSPACE, name: 'l1', createdAt: START });
    await tx.insert(schema.tag).values({ id: 't1', workspaceId: WORKSPACE, name: 't1', createdAt: START });
  });
});
afterEach(() => stage.close());

async function addPeople(many: number, title: string | null = null): Promise<string[]> {
  await stage.db.write((tx) =>
    tx.run(sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${many})
      INSERT INTO contact (id, workspace_id, first_name, last_name, title, source, legal_basis, created_at, updated_at)
      SELECT printf('p%06d', i), ${WORKSPACE}, 'P', 'T', ${title}, 'test', 'test', ${START}, ${START} FROM n`),
  );
  const rows = await stage.db.reader.select({ id: schema.contact.id }).from(schema.contact);
  return rows.map(({ id }) => id);
}

const start = (id: string, config: Partial<typeof freshSegment>) =>
  addAutomation(
    stage,
    id,
    graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, ...config }],
        who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
        v: ['visit', {}],
      },
      ['seg>who', 'who>v'],
    ),
  );
const entered = async (automationId: string) => {
  const rows = await stage.db.reader
    .select({ id: schema.enrollment.id })
    .from(schema.enrollment)
    .where(eq(schema.enrollment.automationId, automationId));
  return rows.length;
};

it('takes in ten thousand by a few statements for each unit, and nobody where nothing feeds', async () => {
  const people = await addPeople(PEOPLE);
  await start('fed', { listIds: ['l1'] });
  await start('tagged', { tagIds: ['t1'] });
  await start('closed', { listIds: ['l1'], keepFeeding: false });
  statements.length = 0;
  await inUnit(stage, (unit) => addToList(unit, { workspaceId: WORKSPACE }, 'l1', people));
  expect(statements.length).toBeLessThan(100);
  expect(await entered('fed')).toBe(enterAtOnce);
  statements.length = 0;
  while (await enterContacts(stage.ctx, enterAtOnce));
  expect(statements.length).toBeLessThan((20 * PEOPLE) / enterAtOnce);
  expect(await entered('fed')).toBe(PEOPLE);
  expect(await entered('closed')).toBe(0);
  const counted = await stage.db.reader.select().from(schema.enrollmentCount);
  expect(counted).toMatchObject([{ automationId: 'fed', status: 'ready', n: PEOPLE }]);
  await inUnit(stage, (unit) => addTag(unit, { workspaceId: WORKSPACE }, 't1', people.slice(0, 3)));
  expect(await entered('tagged')).toBe(3);
});

it('starts with ten thousand by a few statements for each unit, and publishing enters none of them again', async () => {
  const people = await addPeople(PEOPLE);
  await inUnit(stage, (unit) => addToList(unit, { workspaceId: WORKSPACE }, 'l1', people));
  statements.length = 0;
  await start('a1', { listIds: ['l1'] });
  while (await enterContacts(stage.ctx, enterAtOnce));
  expect(statements.length).toBeLessThan((25 * PEOPLE) / enterAtOnce);
  expect(await entered('a1')).toBe(PEOPLE);
  const [row] = await stage.db.reader.select().from(schema.automation);
  const { versionId, draft, ...rest } = must(row, 'automation');
  const running = { ...rest, draft, versionId: must(versionId, 'version') };
  const edit = { graph: draft, plan: { targets: {}, recompute: [] }, by: 'test' };
  statements.length = 0;
  await inUnit(stage, (unit) => publishVersion(unit, running, edit));
  expect(statements.length).toBeLessThan(40);
  while (await enterContacts(stage.ctx, enterAtOnce));
  expect(statements.filter((text) => /insert into enrollment\b/i.test(text))).toEqual([]);
  expect(await entered('a1')).toBe(PEOPLE);
});

it('filters without regard to the case of any letter, and takes signs for what they are', async () => {
  const people = await addPeople(2, 'Leitende ÄRZTIN [1*] 100 %');
  const titles = ['ärztin', 'Ärztin', '[1*]', '100 %', 'leitend?', 'arztin', '*zt'];
  for (const [at, titleContains] of titles.entries()) {
    await start(`a${at}`, { listIds: ['l1'], filter: { ...freshSegment.filter, titleContains } });
  }
  await inUnit(stage, (unit) => addToList(unit, { workspaceId: WORKSPACE }, 'l1', people));
  const found = await Promise.all(titles.map((_, at) => entered(`a${at}`)));
  expect(found).toEqual([2, 2, 2, 2, 0, 0, 0]);
});

it('takes in who passes the filter later, once, where the segment keeps feeding', async () => {
  const people = await addPeople(4);
  await inUnit(stage, (unit) => addToList(unit, { workspaceId: WORKSPACE }, 'l1', people));
  await inUnit(stage, (unit) => addTag(unit, { workspaceId: WORKSPACE }, 't1', people.slice(0, 1)));
  const filter = { ...freshSegment.filter, hasEmail: true };
  await start('mailed', { listIds: ['l1'], tagIds: ['t1'], filter });
  await start('closed', { listIds: ['l1'], filter, keepFeeding: false });
  expect(await entered('mailed')).toBe(0);
  const [one, two] = people as [string, string];
  await stage.db.write((tx) =>
    tx.update(schema.contact).set({ email: 'a@firm.test' }).where(eq(schema.contact.id, one)),
  );
  for (const _ of ['once', 'again']) {
    await inUnit(stage, (unit) => contactsChanged(unit, WORKSPACE, [one, two].map(nameOnly), 'user'));
    expect(await entered('mailed')).toBe(1);
  }
  expect(await entered('closed')).toBe(0);
});

it('leaves out whom a person left out when something else of them changes or they are merged', async () => {
  const people = await addPeople(enterAtOnce + 4, 'Engineer');
  await inUnit(stage, (unit) => addToList(unit, { workspaceId: WORKSPACE }, 'l1', people));
  const left = people.slice(enterAtOnce);
  const [one, two, three, four] = left as [string, string, string, string];
  await inUnit(stage, (unit) => addTag(unit, { workspaceId: WORKSPACE }, 't1', [two]));
  const filter = { ...freshSegment.filter, titleContains: 'engineer' };
  await start('a1', { listIds: ['l1'], tagIds: ['t1'], filter });
  await inUnit(stage, (unit) => stopEntering(unit, 'a1'));
  const before = await stage.db.reader.select().from(schema.contact).where(inArray(schema.contact.id, left));
  await inUnit(stage, (unit) => contactsChanged(unit, WORKSPACE, before, 'user'));
  expect(await entered('a1')).toBe(enterAtOnce);
  await inUnit(stage, (unit) => mergeContacts(unit, one, two));
  expect(await entered('a1')).toBe(enterAtOnce);
  const [last] = before.filter(({ id }) => id === four);
  await inUnit(stage, (unit) =>
    contactsChanged(unit, WORKSPACE, [nameOnly(three), must(last, four)], 'user'),
  );
  expect(await entered('a1')).toBe(enterAtOnce + 1);
});

it('takes in by the tag of a merged contact whom its filter refused', async () => {
  const kept = await addContact(stage, 1);
  const gone = await addContact(stage, 2, { email: false });
  await inUnit(stage, (unit) => addTag(unit, { workspaceId: WORKSPACE }, 't1', [gone.contactId]));
  await start('mailed', { tagIds: ['t1'], filter: { ...freshSegment.filter, hasEmail: true } });
  expect(await entered('mailed')).toBe(0);
  await inUnit(stage, (unit) => mergeContacts(unit, kept.contactId, gone.contactId));
  expect(await entered('mailed')).toBe(1);
});

it('asks one statement about changed contacts where no segment has a filter', async () => {
  const people = await addPeople(2);
  await inUnit(stage, (unit) => addToList(unit, { workspaceId: WORKSPACE }, 'l1', people));
  await start('everybody', { listIds: ['l1'] });
  statements.length = 0;
  await inUnit(stage, (unit) => feedFiltered(unit, people.map(nameOnly)));
  expect(statements.filter((text) => /segment_source/i.test(text))).toHaveLength(1);
  expect(statements.filter((text) => /insert into enrollment\b/i.test(text))).toEqual([]);
});

it('takes in who passes the filter by what a profile shows, and by what a merged contact had', async () => {
  const person = await addContact(stage, 1, { bound: true, email: false });
  const other = await addContact(stage, 2);
  await stage.db.write((tx) =>
    tx.delete(schema.listMember).where(eq(schema.listMember.contactId, other.contactId)),
  );
  const { filter } = freshSegment;
  await start('visiting', { listIds: ['l1'] });
  await start('engineers', { listIds: ['l1'], filter: { ...filter, titleContains: 'engineer' } });
  await start('mailed', { listIds: ['l1'], filter: { ...filter, hasEmail: true } });
  const step = await nextOfKind(stage, 'visit');
  await commit(stage, step);
  const { profileId, memberId, slug } = person;
  const shown = { headline: 'Engineer', company: null, location: null, relation: 'not_connected' as const };
  const profile = { profileId, memberId, slug, name: 'Person1 Test', ...shown };
  const seen = { verified: true, proof: 'Profile read', remoteId: null, noteDropped: false };
  await report(stage, step, { result: 'done', ...seen, profile });
  expect([await entered('engineers'), await entered('mailed')]).toEqual([1, 0]);
  await inUnit(stage, (unit) => mergeContacts(unit, person.contactId, other.contactId));
  expect(await entered('mailed')).toBe(1);
});
