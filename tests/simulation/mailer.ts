import { SECOND } from '#shared/kernel/clock.ts';
import {
  claimEmail,
  commitTask,
  type EmailJob,
  type EmailOutcome,
  type EngineContext,
  recordInboundEmail,
  recordOutcome,
  unitOfWork,
} from '../../companion-server/engine/index.ts';
import type { Books } from './books.ts';
import type { Chance } from './chance.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Life } from './life.ts';
import { told } from './told.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';
import type { World } from './world.ts';

export interface MailWorld {
  time: VirtualTime;
  chance: Chance;
  faults: Faults;
  world: World;
  ledger: Ledger;
  books: Books;
  /** A planted bug in what the mailer reports, or sees. */
  spoilOutcome(outcome: EmailOutcome): EmailOutcome;
  isBlind: boolean;
  trace(text: string): void;
}

const WORKER = 'mailer';

/** The server's mail worker, one piece of work, in front of mail servers that fail in every way they do: claim, commit, send, record. False: nothing to do. */
export async function mailOnce(env: MailWorld, ctx: EngineContext, life: Life): Promise<boolean> {
  const work = await claimEmail(ctx, WORKER);
  if (!work) return false;
  if (work.type === 'sync') await sync(env, ctx, work.channelId);
  else await carryOut(env, ctx, life, work);
  return true;
}

async function carryOut(env: MailWorld, ctx: EngineContext, life: Life, work: EmailJob): Promise<void> {
  const { taskId, fence } = work;
  await told.claim(env, { taskId, fence });
  const answer = await commitTask(ctx, WORKER, { taskId, fence, lastInboundAt: null, profile: null });
  if (!answer.ok) return;
  await told.yes(env, { taskId, fence });
  if (life.passes()) return;
  const outcome = await send(env, work, life);
  if (life.passes()) return;
  const reported = env.spoilOutcome(outcome);
  if (reported.result === 'not_sent') env.ledger.disproved(taskId, fence);
  await recordOutcome(ctx, WORKER, { taskId, fence, outcome: reported });
}

async function sync(env: MailWorld, ctx: EngineContext, channelId: string): Promise<void> {
  const { world, ledger, chance, faults } = env;
  world.catchUp();
  if (chance.fails(faults.imap)) return;
  const there = world.inboxes.filter((letter) => letter.channelId === channelId);
  const letters = env.isBlind ? [] : there;
  await unitOfWork(ctx, (unit) => recordInboundEmail(unit, channelId, letters));
  for (const { contactId, dedupeKey, kind } of there) {
    if (kind.kind === 'reply') ledger.stop(contactId, `reply:${dedupeKey}`);
    if (kind.kind === 'unsubscribe') ledger.stop(contactId, 'unsubscribed');
    if (kind.kind === 'auto_reply' && kind.returnAt !== null) ledger.away(contactId, kind.returnAt);
  }
}

async function send(env: MailWorld, job: EmailJob, life: Life): Promise<EmailOutcome> {
  const { world, chance, faults, trace, ledger } = env;
  const person = world.people.find((each) => each.email === job.to);
  if (!person) throw new Violation(`mail to nobody: ${job.to}`);
  const deliver = () => {
    trace(`mail ${job.taskId}#${job.fence} to ${job.to}`);
    world.delivered(person, job.messageId, job.channelId);
    const { taskId, text } = job;
    ledger.record({ taskId, kind: 'send_email', text, contactId: person.contactId }, job.fence);
  };
  // Sending takes its time, the server may end meanwhile.
  env.time.clock.real += chance.pick(100, 5 * SECOND);
  if (life.isOver) return { result: 'unsure', detail: 'dead' };
  if (!chance.fails(faults.smtp)) {
    deliver();
    return { result: 'sent', response: '250 ok' };
  }
  const answer = chance.pick(0, 3);
  if (answer === 0) return { result: 'not_sent', verdict: 'fail', code: 'sending_error', detail: '550 no' };
  if (answer === 1)
    return { result: 'not_sent', verdict: 'retry', code: 'sending_error', detail: '451 later' };
  // The connection is lost after the final dot: the mail server may have taken it.
  if (answer === 2) deliver();
  trace(`mail ${job.taskId} unanswered`);
  return { result: 'unsure', detail: 'lost after the final dot' };
}
