import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { reasonSentence } from '#shared/statuses/reasons.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  decideEnrollment,
  deleteSender,
  findDrifts,
  publishVersion,
  startBulk,
  tick,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  type Person,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import { enrollmentOf, inUnit, pass, settle } from './support.ts';

/** One contact that cannot be handled is set aside; all others go on. */

const graph = graphOfSteps(
  {
    seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
    who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
    wait: ['delay', { durationMs: DAY }],
    look: ['visit', {}],
  },
  ['seg>who', 'who>wait', 'wait>look'],
);

let stage: Stage;
let broken: Person;
let sound: Person;
beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  broken = await addContact(stage, 1, { bound: true });
  sound = await addContact(stage, 2, { bound: true });
  await addAutomation(stage, 'a1', graph);
});
afterEach(() => stage.close());

type Row = Awaited<ReturnType<typeof enrollmentOf>>;

async function change(values: Partial<Row>): Promise<Row> {
  const before = await enrollmentOf(stage, broken.contactId);
  await stage.db.write((tx) =>
    tx.update(schema.enrollment).set(values).where(eq(schema.enrollment.id, before.id)),
  );
  return before;
}

const visited = async () => (await stage.db.reader.select().from(schema.task)).map((row) => row.contactId);

describe('an enrollment that cannot be handled', () => {
  it('is paused for a person when its time comes, and goes on when it is resumed', async () => {
    await settle(stage);
    const { versionId } = await change({ versionId: 'lost' });
    pass(stage, 2 * DAY);
    await settle(stage);
    expect(await visited()).toEqual([sound.contactId]);
    const paused = await enrollmentOf(stage, broken.contactId);
    expect(paused).toMatchObject({ status: 'paused', reason: 'internal_error' });
    expect(reasonSentence('internal_error')).toContain('Resume it');
    await change({ versionId });
    await inUnit(stage, (unit) => decideEnrollment(unit, paused.id, 'resume', 'test'));
    await settle(stage);
    expect(await visited()).toEqual(expect.arrayContaining([broken.contactId, sound.contactId]));
  });

  it('keeps nobody out when it is first in the queue', async () => {
    await change({ companyId: 'x', segmentNodeId: 'seg', contactId: 'lost' });
    await settle(stage);
    expect(await enrollmentOf(stage, sound.contactId)).toMatchObject({ live: 1 });
    expect(await enrollmentOf(stage, 'lost')).toMatchObject({ status: 'paused', reason: 'internal_error' });
  });

  it('is passed over by a bulk action', async () => {
    await settle(stage);
    await change({ versionId: 'lost' });
    const id = await inUnit(stage, (unit) =>
      startBulk(unit, {
        workspaceId: WORKSPACE,
        automationId: 'a1',
        input: { action: 'cancel' },
        selection: { filter: {} },
        onlyOwner: null,
        by: 'test',
      }),
    );
    await settle(stage);
    const [row] = await stage.db.reader.select().from(schema.bulkAction).where(eq(schema.bulkAction.id, id));
    expect(must(row, 'bulk action')).toMatchObject({
      state: 'done',
      changed: 1,
      skipped: 1,
      notes: { internal_error: 1 },
    });
    expect((await enrollmentOf(stage, sound.contactId)).status).toBe('canceled');
  });
});

describe('what ends or moves many', () => {
  const lost = async () => must(await enrollmentOf(stage, 'lost'), 'the broken one');
  const drifts = async () =>
    (await findDrifts(stage.db.reader, stage.ctx.clocks.schedule.now(), async () => {})).filter(
      ({ counter }) => counter !== 'list.member_count',
    );
  beforeEach(async () => {
    await settle(stage);
    await change({ contactId: 'lost' });
  });

  it('ends all others of a sender that was deleted, and the broken one as Failed', async () => {
    await inUnit(stage, (unit) => deleteSender(unit, 's1'));
    await settle(stage);
    expect(await enrollmentOf(stage, sound.contactId)).toMatchObject({ status: 'canceled', live: 0 });
    expect(await lost()).toMatchObject({ status: 'failed', reason: 'internal_error', live: 0 });
    expect(await stage.db.reader.select().from(schema.senderExit)).toEqual([]);
    expect(await drifts()).toEqual([]);
  });

  it('ends all others of an automation that was archived', async () => {
    await stage.db.write((tx) => tx.update(schema.automation).set({ status: 'archived', closing: true }));
    await settle(stage);
    expect((await enrollmentOf(stage, sound.contactId)).status).toBe('canceled');
    expect((await lost()).status).toBe('failed');
    const [row] = await stage.db.reader.select().from(schema.automation);
    expect(row?.closing).toBe(false);
    expect(await drifts()).toEqual([]);
  });

  it('moves all others to a new version, and pauses the broken one for a person', async () => {
    const [row] = await stage.db.reader.select().from(schema.automation);
    const running = { ...must(row, 'automation'), versionId: must(row?.versionId, 'version') };
    const next = graphOfSteps(
      {
        seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
        who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
        look: ['visit', {}],
      },
      ['seg>who', 'who>look'],
    );
    await inUnit(stage, (unit) =>
      publishVersion(unit, running, {
        graph: next,
        plan: { targets: { wait: 'look' }, recompute: [] },
        by: 'test',
      }),
    );
    await settle(stage);
    expect(await visited()).toContain(sound.contactId);
    expect(await visited()).not.toContain('lost');
    expect(await lost()).toMatchObject({ status: 'paused', reason: 'internal_error' });
    const [move] = await stage.db.reader.select().from(schema.versionMove);
    expect(move).toMatchObject({ finishedAt: expect.any(Number) });
  });
});

describe('a stage that fails', () => {
  /** The graphs of a version move are missing. */
  it('stops no other stage and is not busy', async () => {
    await settle(stage);
    await stage.db.write((tx) =>
      tx.insert(schema.versionMove).values({
        fromVersionId: 'lost',
        toVersionId: 'lost',
        automationId: 'a1',
        workspaceId: WORKSPACE,
        plan: { targets: {}, recompute: [] },
        restores: false,
        total: 0,
        startedAt: 0,
      }),
    );
    pass(stage, 2 * DAY);
    const { busy } = await tick(stage.ctx);
    expect(busy).toBe(false);
    expect(await visited()).toHaveLength(2);
  });

  it('ends the round when the database fails, and pauses nobody', async () => {
    await settle(stage);
    pass(stage, 2 * DAY);
    const db = {
      ...stage.db,
      write: () => Promise.reject(new Error('the connection is gone')),
    };
    await expect(tick({ ...stage.ctx, db })).rejects.toThrow('the connection is gone');
    expect(await enrollmentOf(stage, sound.contactId)).toMatchObject({ status: 'in_progress' });
  });
});
