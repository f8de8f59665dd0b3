import type { Books } from './books.ts';
import type { Ledger } from './ledger.ts';
import type { Rises } from './rises.ts';
import { type Fence, told, type Witness } from './told.ts';
import { Violation } from './violation.ts';
import type { Receiver } from './webhooks.ts';

/** Every change of a state writes a line of its own, whatever code made it. */
export const journalStatements = [
  'CREATE TABLE simulated_change (seq INTEGER PRIMARY KEY, entity TEXT, id TEXT, fence INTEGER, was TEXT, is_now TEXT, kind TEXT)',
  ...(['insert', 'update'] as const).map(
    (
      verb,
    ) => `CREATE TRIGGER simulated_task_${verb} AFTER ${verb === 'insert' ? 'INSERT' : 'UPDATE OF state'} ON task
      ${verb === 'insert' ? '' : 'WHEN OLD.state <> NEW.state'} BEGIN
      INSERT INTO simulated_change (entity, id, fence, was, is_now, kind)
      VALUES ('task', NEW.id, NEW.fence, ${verb === 'insert' ? "''" : 'OLD.state'}, NEW.state, NEW.kind); END`,
  ),
  `CREATE TRIGGER simulated_enrollment AFTER UPDATE OF status ON enrollment WHEN OLD.status <> NEW.status BEGIN
    INSERT INTO simulated_change (entity, id, fence, was, is_now)
    VALUES ('enrollment', NEW.id, NEW.transitions, OLD.status, NEW.status); END`,
  ...(['insert', 'update'] as const).map(
    (
      verb,
    ) => `CREATE TRIGGER simulated_webhook_${verb} AFTER ${verb === 'insert' ? 'INSERT' : 'UPDATE OF state'}
      ON webhook_delivery ${verb === 'insert' ? '' : 'WHEN OLD.state <> NEW.state'} BEGIN
      INSERT INTO simulated_change (entity, id, fence, was, is_now)
      VALUES ('webhook', NEW.id, NEW.attempts, ${verb === 'insert' ? "''" : 'OLD.state'}, NEW.state); END`,
  ),
  `CREATE TRIGGER simulated_channel AFTER UPDATE OF status ON channel WHEN OLD.status <> NEW.status BEGIN
    INSERT INTO simulated_change (entity, id, fence, was, is_now)
    VALUES ('channel', NEW.id, 0, OLD.status, NEW.status); END`,
];

/** Where a task may go from each state. */
const taskMoves: Record<string, readonly string[]> = {
  '': ['scheduled', 'ready', 'waiting_approval'],
  waiting_approval: ['scheduled', 'ready', 'canceled', 'skipped'],
  scheduled: ['ready', 'canceled', 'failed', 'skipped', 'closed', 'done', 'waiting_approval'],
  ready: ['claimed', 'scheduled', 'canceled', 'failed', 'skipped', 'closed', 'done', 'waiting_approval'],
  claimed: ['ready', 'scheduled', 'committing', 'done', 'failed', 'unknown', 'closed', 'skipped', 'canceled'],
  committing: ['done', 'failed', 'unknown', 'closed', 'skipped', 'canceled', 'ready', 'scheduled'],
  unknown: ['done', 'failed', 'closed', 'canceled', 'ready', 'scheduled'],
  /** Canceled before its effect; its step may come again, or evidence of the effect late. */
  canceled: ['ready', 'scheduled', 'done'],
  /** To be planned anew, where a person ordered it: at once where another branch still goes on, in the same write. */
  failed: ['canceled', 'ready', 'scheduled', 'waiting_approval'],
};
export const finalStatuses = ['finished', 'duplicate', 'canceled', 'failed', 'bounced', 'unsubscribed'];
/** Whether an order to many, or a version that was published, is still being worked off. */
const IS_UNDER_WAY = `SELECT 1 FROM bulk_action WHERE state IN ('running', 'undoing')
  UNION ALL SELECT 1 FROM version_move WHERE finished_at IS NULL LIMIT 1`;

/** Reads the changes since the last look: each must be legal. */
export class Transitions {
  private readonly books: Books;
  private readonly ledger: Ledger;
  private seen = 0;

  constructor(
    private readonly witness: Witness,
    private readonly rises: Rises,
    private readonly receiver: Receiver,
  ) {
    this.books = witness.books;
    this.ledger = witness.ledger;
  }

  /** False: nothing has changed. */
  async check(): Promise<boolean> {
    const rows = await this.books.rows('SELECT * FROM simulated_change WHERE seq > ? ORDER BY seq', [
      this.seen,
    ]);
    for (const row of rows) {
      this.seen = Number(row.seq);
      const [id, was, now] = [String(row.id), String(row.was), String(row.is_now)];
      if (row.entity === 'task') {
        const fence = { taskId: id, fence: Number(row.fence) };
        await this.checkTask(fence, was, now, row.kind === 'send_email');
      } else if (row.entity === 'webhook') this.receiver.changed(id, was, now);
      else if (row.entity === 'channel') this.ledger.accountChanged(id, now === 'active');
      else await this.checkEnrollment(id, was, now);
    }
    if (this.rises.isAny && (await this.books.rows(IS_UNDER_WAY)).length === 0) this.rises.forget();
    return rows.length > 0;
  }

  /** One that ended may only be told apart further, e.g. finished and then opted out; else a person brings it back. */
  private async checkEnrollment(id: string, was: string, now: string): Promise<void> {
    if (!finalStatuses.includes(was) || finalStatuses.includes(now)) return;
    const automationId = await this.automationOf('enrollment', id);
    if (!this.rises.take(id, automationId, was))
      throw new Violation(`enrollment ${id} rose from ${was} to ${now}`);
  }

  private async automationOf(table: 'enrollment' | 'task', id: string): Promise<string> {
    const [row] = await this.books.rows(`SELECT automation_id FROM ${table} WHERE id = ?`, [id]);
    return String(row?.automation_id);
  }

  private async checkTask(
    { taskId: id, fence }: Fence,
    was: string,
    now: string,
    isEmail: boolean,
  ): Promise<void> {
    if (!taskMoves[was]?.includes(now)) throw new Violation(`task ${id} went from ${was} to ${now}`);
    if (was === 'failed' && !this.rises.mayRise(await this.automationOf('task', id), 'failed'))
      throw new Violation(`failed task ${id} is planned anew, and nobody ordered it`);
    const comesBack = (was === 'committing' || was === 'unknown') && (now === 'ready' || now === 'scheduled');
    // The mail worker tells nobody what it was given: here it shows.
    if (isEmail && now === 'claimed') await told.claim(this.witness, { taskId: id, fence });
    if (isEmail && now === 'committing') await told.yes(this.witness, { taskId: id, fence });
    if (!comesBack || this.ledger.isDisproved(id, fence)) return;
    if (isEmail) return this.ledger.mailCameBack(id, fence);
    // A yes that the world never saw was never acted on either.
    if (this.ledger.yeses.some((yes) => yes.taskId === id && yes.fence === fence)) {
      throw new Violation(`task ${id}#${fence} came back to ${now} from ${was} without proof`);
    }
  }
}
