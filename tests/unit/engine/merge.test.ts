import { eq, getTableColumns, getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import type { ProfileRead } from '#shared/protocol/linkedin.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { mergeContacts } from '../../../companion-server/engine/contacts/merge.ts';
import { commitTask, eraseContact } from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
} from '../../simulation/setup.ts';
import { DEVICE, enrollmentOf, inUnit, nextOfKind, perform, report, settle } from './support.ts';

/** Two contacts prove to be one person. */

let stage: Stage;
let kept: Person;
let gone: Person;

beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  kept = await addContact(stage, 1, { bound: true });
  gone = await addContact(stage, 2);
});
afterEach(() => stage.close());

const contactOf = async ({ contactId }: Person) =>
  (await stage.db.reader.select().from(schema.contact).where(eq(schema.contact.id, contactId)))[0];

it('leads to the one that is kept in one step, however often it is merged: links and erasure follow', async () => {
  const third = await addContact(stage, 3);
  await inUnit(stage, (unit) => mergeContacts(unit, kept.contactId, gone.contactId));
  await inUnit(stage, (unit) => mergeContacts(unit, third.contactId, kept.contactId));
  expect(await contactOf(gone)).toMatchObject({ mergedInto: third.contactId });
  await inUnit(stage, (unit) => eraseContact(unit, third.contactId, { remember: true }));
  expect(await contactOf(gone)).toMatchObject({ erasedAt: expect.any(Number), email: null });
});

describe('every table that names a contact', () => {
  const tables = Object.values(schema).flatMap((table) =>
    // Whether a contact is deleted is its own matter.
    is(table, SQLiteTable) &&
    'contactId' in getTableColumns(table) &&
    !['contact_bin', 'retention_notice'].includes(getTableName(table))
      ? [table]
      : [],
  );
  /** What a made-up row of the table cannot be. */
  const states: Record<string, Record<string, unknown>> = {
    enrollment: { status: 'finished', endedAt: 1, visited: [] },
    task: { state: 'canceled', finishedAt: 1 },
    manual_task: { state: 'ready' },
  };

  function madeUp(table: SQLiteTable): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (const [property, column] of Object.entries(getTableColumns(table))) {
      if (!column.notNull || column.hasDefault) continue;
      row[property] = column.dataType === 'number' ? 1 : column.dataType === 'boolean' ? false : 'x';
    }
    return { ...row, ...states[getTableName(table)], contactId: gone.contactId };
  }

  it('is known', () => {
    expect(tables.map((table) => getTableName(table))).toEqual(
      expect.arrayContaining(['contact_identity', 'event', 'notification', 'relation', 'task']),
    );
  });

  it.each(tables.map((table) => ({ name: getTableName(table), table })))(
    '$name follows',
    async ({ table }) => {
      await stage.db.write(async (tx) => {
        await tx.delete(table);
        await tx.insert(table).values(madeUp(table) as typeof table.$inferInsert);
      });
      await inUnit(stage, (unit) => mergeContacts(unit, kept.contactId, gone.contactId));
      const rows = await stage.db.reader.select().from(table);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row).toMatchObject({ contactId: kept.contactId });
    },
  );
});

describe('a duplicate that a later page shows', () => {
  const profile = (): ProfileRead => ({
    memberId: kept.memberId,
    profileId: kept.profileId,
    slug: kept.slug,
    name: 'Person1 Test',
    headline: null,
    company: null,
    location: null,
    relation: 'not_connected',
  });
  const ofGone = async () => {
    await stage.db.write(async (tx) => {
      // Read once already, by somebody who saw no ids: nothing is read before entry.
      await tx.update(schema.contact).set({ enrichedAt: 1 });
      await tx.delete(schema.listMember).where(eq(schema.listMember.contactId, kept.contactId));
    });
  };

  const entries = async () => {
    const { enrollment } = schema;
    const rows = await stage.db.reader
      .select()
      .from(enrollment)
      .where(eq(enrollment.contactId, kept.contactId))
      .orderBy(enrollment.rotation);
    return rows.map(({ status, rotation }) => [status, rotation]);
  };

  it('is merged by a visit; what was done once is not done again for the contact that is kept', async () => {
    await ofGone();
    const senders = [{ senderId: 's1', weight: 1 }];
    const graph = graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
        who: ['sender_profile', { ...freshSenderProfile, senders }],
        c: ['connect', { note: null, whenNoNote: null }],
        v: ['visit', {}],
      },
      ['seg>who', 'who>c', 'c>v'],
    );
    await addAutomation(stage, 'a1', graph);
    await perform(stage, await nextOfKind(stage, 'connect'));
    const step = await nextOfKind(stage, 'visit');
    await report(stage, step, { result: 'closed', reason: 'visited', profile: profile() });
    expect(await contactOf(gone)).toMatchObject({ mergedInto: kept.contactId });
    expect(await entries()).toEqual([['duplicate', 1]]);
  });

  it('is merged before an invitation, which does not go out', async () => {
    await ofGone();
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const { taskId, fence } = await nextOfKind(stage, 'connect');
    const request = { taskId, fence, lastInboundAt: null, profile: profile() };
    expect(await commitTask(stage.ctx, DEVICE, request)).toMatchObject({ ok: false, code: 'duplicate' });
    expect(await contactOf(gone)).toMatchObject({ mergedInto: kept.contactId });
    await settle(stage);
    expect(await entries()).toEqual([
      ['in_progress', 1],
      ['duplicate', 2],
    ]);
  });
});

describe('one person who is in the same automation twice', () => {
  const statusOf = async ({ contactId }: Person, was: string[]) =>
    (await stage.db.reader.select().from(schema.enrollment))
      .filter((row) => row.contactId === contactId && was.includes(row.id))
      .map(({ status, reason }) => [status, reason]);
  const idOf = async (person: Person) => (await enrollmentOf(stage, person.contactId)).id;

  /** Both are in; those named got their invitation. */
  async function invited(...people: Person[]): Promise<{ ofKept: string; ofGone: string }> {
    await stage.db.write((tx) => tx.update(schema.contact).set({ enrichedAt: 1 }));
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const wanted = new Set(people.map(({ contactId }) => contactId));
    for (let i = 0; wanted.size > 0 && i < 4; i++) {
      const step = await nextOfKind(stage, 'connect');
      const [row] = await stage.db.reader.select().from(schema.task).where(eq(schema.task.id, step.taskId));
      if (!wanted.delete(row?.contactId ?? '')) throw new Error('the other one goes first');
      await perform(stage, step);
    }
    await settle(stage);
    const ids = { ofKept: await idOf(kept), ofGone: await idOf(gone) };
    await inUnit(stage, (unit) => mergeContacts(unit, kept.contactId, gone.contactId));
    return ids;
  }

  it('the entry of the other one that did something stands for both', async () => {
    [kept, gone] = [gone, kept];
    const { ofKept, ofGone } = await invited(gone);
    expect(await statusOf(kept, [ofKept])).toEqual([['duplicate', 'duplicate']]);
    expect(await statusOf(kept, [ofGone])).toEqual([['in_progress', null]]);
    const invitations = await stage.db.reader.select().from(schema.task);
    expect(invitations.filter(({ kind, state }) => kind === 'connect' && state === 'ready')).toEqual([]);
  });

  it('that has ended keeps the kept one from getting it all again', async () => {
    [kept, gone] = [gone, kept];
    await stage.db.write((tx) => tx.update(schema.contact).set({ enrichedAt: 1 }));
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    await perform(stage, await nextOfKind(stage, 'connect'));
    await stage.db.write((tx) =>
      tx
        .update(schema.enrollment)
        .set({ status: 'finished', endedAt: 1, live: 0 })
        .where(eq(schema.enrollment.contactId, gone.contactId)),
    );
    const ofKept = await idOf(kept);
    await inUnit(stage, (unit) => mergeContacts(unit, kept.contactId, gone.contactId));
    expect(await statusOf(kept, [ofKept])).toEqual([['duplicate', 'duplicate']]);
  });

  it('waits for a person where both got something', async () => {
    const { ofKept, ofGone } = await invited(kept, gone);
    expect(await statusOf(kept, [ofGone])).toEqual([['duplicate', 'duplicate']]);
    expect(await statusOf(kept, [ofKept])).toEqual([['paused', 'same_person']]);
  });
});
