import type { Books } from './books.ts';
import type { Ledger } from './ledger.ts';
import { Violation } from './violation.ts';

/** Every change of a state writes a line of its own, whatever code made it. */
export const journalStatements = [
  'CREATE TABLE simulated_change (seq INTEGER PRIMARY KEY, entity TEXT, id TEXT, fence INTEGER, was TEXT, is_now TEXT)',
  ...(['insert', 'update'] as const).map(
    (
      verb,
    ) => `CREATE TRIGGER simulated_task_${verb} AFTER ${verb === 'insert' ? 'INSERT' : 'UPDATE OF state'} ON task
      ${verb === 'insert' ? '' : 'WHEN OLD.state <> NEW.state'} BEGIN
      INSERT INTO simulated_change (entity, id, fence, was, is_now)
      VALUES ('task', NEW.id, NEW.fence, ${verb === 'insert' ? "''" : 'OLD.state'}, NEW.state); END`,
  ),
  `CREATE TRIGGER simulated_enrollment AFTER UPDATE OF status ON enrollment WHEN OLD.status <> NEW.status BEGIN
    INSERT INTO simulated_change (entity, id, fence, was, is_now)
    VALUES ('enrollment', NEW.id, NEW.transitions, OLD.status, NEW.status); END`,
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
};
const finalStatuses = ['finished', 'duplicate', 'canceled', 'failed', 'bounced', 'unsubscribed'];

/** Reads the changes since the last look: each must be legal. */
export class Transitions {
  private seen = 0;

  constructor(
    private readonly books: Books,
    private readonly ledger: Ledger,
    /** Tasks a person settled as not happened, and enrollments a person brought back. */
    readonly allowed: Set<string>,
  ) {}

  /** False: nothing has changed. */
  async check(): Promise<boolean> {
    const rows = await this.books.rows('SELECT * FROM simulated_change WHERE seq > ? ORDER BY seq', [
      this.seen,
    ]);
    for (const row of rows) {
      this.seen = Number(row.seq);
      const [id, was, now] = [String(row.id), String(row.was), String(row.is_now)];
      if (row.entity === 'task') this.checkTask(id, Number(row.fence), was, now);
      else if (finalStatuses.includes(was) && !this.allowed.has(id)) {
        // One that ended may only be told apart further, e.g. finished and then opted out.
        if (!finalStatuses.includes(now)) throw new Violation(`enrollment ${id} rose from ${was} to ${now}`);
      }
    }
    return rows.length > 0;
  }

  private checkTask(id: string, fence: number, was: string, now: string): void {
    if (!taskMoves[was]?.includes(now)) throw new Violation(`task ${id} went from ${was} to ${now}`);
    const comesBack = (was === 'committing' || was === 'unknown') && (now === 'ready' || now === 'scheduled');
    if (!comesBack || this.ledger.isDisproved(id, fence) || this.allowed.has(id)) return;
    // A yes that the world never saw was never acted on either.
    if (this.ledger.yeses.some((yes) => yes.taskId === id && yes.fence === fence)) {
      throw new Violation(`task ${id}#${fence} came back to ${now} from ${was} without proof`);
    }
  }
}
