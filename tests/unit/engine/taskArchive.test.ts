import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  archiveAfterMs,
  archiveTasks,
  findDrifts,
  recordInboundEmail,
  startBulk,
} from '../../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  type Stage,
  WORKSPACE,
} from '../../simulation/setup.ts';
import {
  commit,
  enrollmentOf,
  failed,
  inUnit,
  nextEmail,
  nextOfKind,
  nextStep,
  pass,
  perform,
  report,
  settle,
} from './support.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
  await addSender(stage, 's1');
  await addContact(stage, 1, { bound: true });
});
afterEach(() => stage.close());

const start = async (steps: Parameters<typeof graphOfSteps>[0], edges: string[]) => {
  const graph = graphOfSteps(
    {
      seg: ['segment', { ...freshSegment, listIds: ['l1'] }],
      who: ['sender_profile', { ...freshSenderProfile, senders: [{ senderId: 's1', weight: 1 }] }],
      ...steps,
    },
    ['seg>who', ...edges],
  );
  await addAutomation(stage, 'a1', graph);
  await settle(stage);
};

const tasks = () => stage.db.reader.select().from(schema.task).orderBy(schema.task.id);
const drifts = () => findDrifts(stage.db.reader, stage.ctx.clocks.schedule.now(), async () => {});
const archived = () => stage.db.reader.select().from(schema.taskArchive).orderBy(schema.taskArchive.id);

/** An invitation that was sent, and a message that failed for want of a connection. */
async function endedCampaign(): Promise<void> {
  await start(
    {
      invite: ['connect', { note: 'Hi', whenNoNote: 'send_without' }],
      hello: ['message', { text: 'Hello' }],
    },
    ['who>invite', 'invite>hello'],
  );
  await perform(stage, await nextOfKind(stage, 'connect'));
  pass(stage, DAY);
  const message = await nextOfKind(stage, 'message');
  expect((await commit(stage, message)).ok).toBe(true);
  await report(stage, message, failed('not_connected'));
  await settle(stage);
  expect((await enrollmentOf(stage, 'c001')).status).toBe('failed');
}

it('takes tasks of enrollments that ended long ago out of the hot tables, and nothing else', async () => {
  await endedCampaign();
  const before = await tasks();
  const attempts = await stage.db.reader.select().from(schema.taskAttempt);
  const events = await stage.db.reader.select().from(schema.event);
  const driftsBefore = await drifts();
  pass(stage, archiveAfterMs - DAY);
  expect(await archiveTasks(stage.ctx, null, 10)).toBeNull();
  expect(await tasks()).toEqual(before);
  pass(stage, 2 * DAY);
  expect(await archiveTasks(stage.ctx, null, 10)).not.toBeNull();
  expect(await tasks()).toEqual([]);
  expect(await archived()).toEqual(before);
  expect(await stage.db.reader.select().from(schema.taskAttemptArchive)).toEqual(attempts);
  expect(await stage.db.reader.select().from(schema.event)).toEqual(events);
  expect(await drifts()).toEqual(driftsBefore);
  // Looked at once.
  expect(await archiveTasks(stage.ctx, null, 10)).toBeNull();
});

it('keeps tasks that may have happened where they are, however old', async () => {
  await start({ invite: ['connect', { note: 'Hi', whenNoNote: 'send_without' }] }, ['who>invite']);
  const step = await nextOfKind(stage, 'connect');
  expect((await commit(stage, step)).ok).toBe(true);
  await report(stage, step, failed('timeout', { effect: 'maybe_effect' }));
  await inUnit(stage, ({ tx }) =>
    tx.update(schema.enrollment).set({ status: 'canceled', live: 0, endedAt: stage.time.real }),
  );
  pass(stage, archiveAfterMs + DAY);
  await archiveTasks(stage.ctx, null, 10);
  expect(await tasks()).toMatchObject([{ state: 'unknown' }]);
});

it('brings them back for a retry, which repeats no step that was done', async () => {
  await endedCampaign();
  pass(stage, archiveAfterMs + DAY);
  await archiveTasks(stage.ctx, null, 10);
  await inUnit(stage, (unit) =>
    startBulk(unit, {
      workspaceId: WORKSPACE,
      automationId: 'a1',
      input: { action: 'retry' },
      selection: { filter: {} },
      onlyOwner: null,
      by: 'test',
    }),
  );
  await settle(stage);
  expect(await archived()).toEqual([]);
  expect((await nextStep(stage))?.kind).toBe('message');
  expect((await tasks()).map(({ nodeId, state }) => [nodeId, state])).toEqual([
    ['invite', 'done'],
    ['hello', 'claimed'],
  ]);
  expect((await enrollmentOf(stage, 'c001')).archivedAt).toBeNull();
});

it('still knows an archived email when its delivery report comes', async () => {
  await start({ mail: ['send_email', { subject: 'Hello', text: 'Text', thread: 'new', attachments: [] }] }, [
    'who>mail',
  ]);
  const job = await nextEmail(stage);
  if (job?.type !== 'task') throw new Error('no email');
  const [sent] = await tasks();
  await inUnit(stage, ({ tx }) =>
    tx.update(schema.task).set({ state: 'done', finishedAt: 1, leaseUntil: null, leaseOwner: null }),
  );
  await inUnit(stage, ({ tx }) =>
    tx.update(schema.enrollment).set({ status: 'finished', live: 0, endedAt: stage.time.real }),
  );
  pass(stage, archiveAfterMs + DAY);
  await archiveTasks(stage.ctx, null, 10);
  expect(await tasks()).toEqual([]);
  const report = {
    dedupeKey: 'b1',
    ownMessageId: sent?.messageId ?? '',
    contactAddress: null,
    receivedAt: stage.ctx.clocks.schedule.now(),
    subject: 'Undelivered',
    text: '',
    kind: { kind: 'bounce', severity: 'hard', status: '5.1.1', diagnostic: 'gone' },
  } as const;
  await inUnit(stage, (unit) => recordInboundEmail(unit, sent?.channelId ?? '', [report]));
  const [bounced] = await stage.db.reader.select().from(schema.event).where(eq(schema.event.type, 'bounced'));
  expect(bounced).toMatchObject({ taskId: sent?.id, enrollmentId: sent?.enrollmentId });
});
