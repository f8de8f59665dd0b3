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
import type { Bug } from './faults.ts';
import type { Scheduler } from './scheduler.ts';
import { Violation, type World } from './world.ts';

export interface MailerWorld {
  ctx: EngineContext;
  net: Scheduler;
  world: World;
  bug: Bug | null;
  onYes(taskId: string): Promise<void>;
  trace(text: string): void;
}

/** The server's email worker over a mail server that fails in every way one does. */
export class Mailer {
  constructor(private readonly w: MailerWorld) {
    this.loop();
  }

  private loop(): void {
    this.w.net.after(this.w.net.pick(9_000, 20_000), async () => {
      await this.work();
      this.loop();
    });
  }

  private async work(): Promise<void> {
    const { ctx, world, net } = this.w;
    const job = await claimEmail(ctx, 'mailer');
    if (job.type === 'sync') {
      world.catchUp();
      const all = world.mail.filter((mail) => mail.channelId === job.channelId);
      const messages = this.w.bug === 'ignore_replies' ? [] : all;
      await unitOfWork(ctx, (unit) => recordInboundEmail(unit, job.channelId, messages));
      return;
    }
    // The process may die between any two steps: then the lease runs out.
    if (job.type !== 'task' || net.chance(net.faults.crash)) return;
    const { taskId, fence } = job;
    const answer = await commitTask(ctx, 'mailer', { taskId, fence, lastInboundAt: null, profile: null });
    if (!answer.ok) return;
    await this.w.onYes(taskId);
    if (net.chance(net.faults.crash)) return;
    const outcome = this.send(job);
    if (net.chance(net.faults.crash)) return;
    await recordOutcome(ctx, 'mailer', { taskId, fence, outcome });
  }

  private send(job: EmailJob): EmailOutcome {
    const { world, net, trace } = this.w;
    const person = world.people.find((each) => each.email === job.to);
    if (!person) throw new Violation(`mail to nobody: ${job.to}`);
    if (!net.chance(net.faults.smtp)) {
      trace(`mail ${job.taskId} to ${job.to}`);
      world.deliver(job.taskId, person, job.messageId, job.channelId);
      return { result: 'sent', response: '250 ok' };
    }
    const roll = net.pick(0, 3);
    if (roll === 0) return { result: 'not_sent', permanent: true, code: 'sending_error', detail: '550 no' };
    if (roll === 1)
      return { result: 'not_sent', permanent: false, code: 'sending_error', detail: '451 later' };
    // The connection is lost after the final dot: the server may have taken it.
    if (roll === 2) world.deliver(job.taskId, person, job.messageId, job.channelId);
    trace(`mail ${job.taskId} unanswered`);
    if (this.w.bug === 'resend_unknown_email') {
      return { result: 'not_sent', permanent: false, code: 'sending_error', detail: 'lost' };
    }
    return { result: 'unsure', detail: 'lost after the final dot' };
  }
}
