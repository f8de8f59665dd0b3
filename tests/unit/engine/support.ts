import { eq } from 'drizzle-orm';
import { MINUTE } from '#shared/kernel/clock.ts';
import type { LinkedinFailure, LinkedinStep } from '#shared/protocol/linkedin.ts';
import { schema } from '../../../companion-server/db/index.ts';
import {
  claimEmail,
  commitTask,
  nextWorkFor,
  type Observations,
  type Outcome,
  recordInboundEmail,
  recordObservations,
  recordOutcome,
  tick,
  type Unit,
  unitOfWork,
} from '../../../companion-server/engine/index.ts';
import { memberIdOf, type Person, type Stage } from '../../simulation/setup.ts';

export const DEVICE = 's1-d1';
const MAX_ROUNDS = 40;

/** Schedule time passes; real time stands still. */
export function pass(stage: Stage, ms: number): void {
  stage.time.offset += ms;
}

/** A contact as it was before `contactsChanged`: only the name was known. */
export const nameOnly = (id: string) => ({ id, email: null, companyName: null, title: null });

/** Ticks until nothing is busy. */
export async function settle(stage: Stage): Promise<void> {
  for (let i = 0; i < MAX_ROUNDS; i++) if (!(await tick(stage.ctx)).busy) return;
}

/** The next LinkedIn step of the device, answering watches with "nothing new"; null: it has to wait. */
export async function nextStep(stage: Stage, deviceId = DEVICE): Promise<LinkedinStep | null> {
  return (await nextWork(stage, deviceId))?.step ?? null;
}

/** The same with everything the device is told beside the step. */
export async function nextWork(stage: Stage, deviceId = DEVICE) {
  for (let i = 0; i < MAX_ROUNDS; i++) {
    await settle(stage);
    const work = await nextWorkFor(stage.ctx, deviceId, { canAct: true });
    if (work.type === 'task') return work;
    if (work.type === 'watch') await observe(stage, nothingNew(work.kinds), deviceId);
    else if (work.type !== 'wait') return null;
    else if (work.reason === 'gap' || work.reason === 'no_work') pass(stage, 10 * MINUTE);
    else return null;
  }
  return null;
}

export async function nextOfKind(stage: Stage, kind: LinkedinStep['kind']): Promise<LinkedinStep> {
  const step = await nextStep(stage);
  if (step?.kind !== kind) throw new Error(`expected ${kind}, got ${JSON.stringify(step)}`);
  return step;
}

/** The next email, reading the mailbox where that is asked for. */
export async function nextEmail(stage: Stage) {
  for (let i = 0; i < MAX_ROUNDS; i++) {
    await settle(stage);
    const work = await claimEmail(stage.ctx, 'mailer');
    if (work?.type === 'task') return work;
    if (work) await readMail(stage, work.channelId);
    else pass(stage, MINUTE);
  }
  return null;
}

export async function readMail(stage: Stage, channelId: string): Promise<void> {
  await unitOfWork(stage.ctx, (unit) => recordInboundEmail(unit, channelId, []));
}

export function commit(
  stage: Stage,
  step: { taskId: string; fence: number },
  lastInboundAt: number | null = null,
) {
  const { taskId, fence } = step;
  return commitTask(stage.ctx, DEVICE, { taskId, fence, lastInboundAt, profile: null });
}

export function report(stage: Stage, step: { taskId: string; fence: number }, outcome: Outcome, by = DEVICE) {
  return recordOutcome(stage.ctx, by, { taskId: step.taskId, fence: step.fence, outcome });
}

export const done: Outcome = {
  result: 'done',
  verified: true,
  proof: 'Pending shown',
  remoteId: null,
  noteDropped: false,
  profile: null,
};

export function failed(code: LinkedinFailure['code'], change: Partial<LinkedinFailure> = {}): Outcome {
  return {
    result: 'failed',
    failure: { code, effect: 'before_effect', detail: code, until: null, ...change },
    profile: null,
  };
}

/** Commits and reports success. */
export async function perform(stage: Stage, step: LinkedinStep): Promise<void> {
  const answer = await commit(stage, step);
  if (!answer.ok) throw new Error(`no commit: ${answer.code}`);
  await report(stage, step, done);
}

/** What the device read as the sender's own member. */
export async function observe(stage: Stage, seen: Observations, deviceId = DEVICE): Promise<number> {
  const memberId = memberIdOf(deviceId.split('-')[0] ?? '');
  const recorded = await recordObservations(stage.ctx, deviceId, { memberId, ...seen });
  if (!recorded.ok) throw new Error(`refused: ${recorded.error}`);
  return recorded.value;
}

export async function accept(stage: Stage, person: Person): Promise<void> {
  await observe(stage, {
    acceptances: [
      {
        profileId: person.profileId,
        memberId: null,
        slug: person.slug,
        connectedAt: stage.ctx.clocks.schedule.now(),
      },
    ],
  });
}

export async function reply(stage: Stage, person: Person, id = 'm1'): Promise<void> {
  pass(stage, MINUTE);
  await observe(stage, {
    inbound: [
      {
        messageId: id,
        conversationId: 'c',
        fromProfileId: person.profileId,
        deliveredAt: stage.ctx.clocks.schedule.now(),
        text: 'Hello',
      },
    ],
  });
}

function nothingNew(kinds: readonly string[]) {
  return {
    ...(kinds.includes('acceptances') ? { acceptances: [] } : {}),
    ...(kinds.includes('inbox') ? { inbound: [] } : {}),
  };
}

export async function taskRow(stage: Stage, taskId: string) {
  const [row] = await stage.db.reader.select().from(schema.task).where(eq(schema.task.id, taskId));
  if (!row) throw new Error(`no task ${taskId}`);
  return row;
}

export async function enrollmentOf(stage: Stage, contactId: string) {
  const [row] = await stage.db.reader
    .select()
    .from(schema.enrollment)
    .where(eq(schema.enrollment.contactId, contactId));
  if (!row) throw new Error(`no enrollment of ${contactId}`);
  return row;
}

export function inUnit<T>(stage: Stage, work: (unit: Unit) => Promise<T>): Promise<T> {
  return unitOfWork(stage.ctx, work);
}
