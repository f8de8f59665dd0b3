import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { must } from '#shared/kernel/assert.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { reasonSentence } from '#shared/statuses/reasons.ts';
import { schema } from '../../../companion-server/db/index.ts';
import { decideEnrollment, startBulk, tick } from '../../../companion-server/engine/index.ts';
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
