import type { Books } from './books.ts';
import type { Ledger } from './ledger.ts';
import { Violation } from './violation.ts';
import type { VirtualTime } from './virtualTime.ts';

interface Witness {
  books: Books;
  ledger: Ledger;
  time: VirtualTime;
}

interface Fence {
  taskId: string;
  fence: number;
}

/** Tells the ledger what the server gave out, with the facts as they stand in the database. */
export const told = {
  async claim({ books, ledger, time }: Witness, fence: Fence): Promise<void> {
    await expectRead(books, fence);
    ledger.claimed({ ...(await factsOf(books, fence)), at: time.now() });
  },
  async yes({ books, ledger, time }: Witness, fence: Fence): Promise<void> {
    const { committedAt, ...facts } = await factsOf(books, fence);
    ledger.allowed({ ...facts, at: committedAt ?? time.now() });
  },
};

async function factsOf(books: Books, { taskId, fence }: Fence) {
  const facts = await books.task(taskId);
  if (!facts) throw new Violation(`task ${taskId} was given out and does not exist`);
  return { ...facts, taskId, fence };
}

/** After a reconnect nothing goes on before messages and acceptances of the time away were read. */
async function expectRead(books: Books, { taskId }: Fence): Promise<void> {
  const [row] = await books.rows(
    'SELECT c.reconcile_from AS since FROM task t JOIN channel c ON c.id = t.channel_id WHERE t.id = ?',
    [taskId],
  );
  if (row && row.since !== null)
    throw new Violation(`task ${taskId} was claimed before the account was read again`);
}
