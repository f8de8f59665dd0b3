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
