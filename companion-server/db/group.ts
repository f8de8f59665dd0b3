import { setImmediate } from 'node:timers/promises';
import type { Turns } from './client.ts';
import type { Tx } from './types.ts';

/** A unit of work that waits for the writer. */
interface Waiting {
  /** Runs it in `tx`; what it answers is kept until the commit. */
  run(tx: Tx): Promise<void>;
  /** It failed by its own fault and kept nothing. */
  refuse(error: unknown): void;
  /** The shared commit is done: its caller hears how it went. */
  acknowledge(): void;
}

export interface GroupOptions {
  turns: Turns;
  transaction(work: (tx: Tx) => Promise<void>): Promise<void>;
  /** Whether the connection failed: then nothing of the transaction can be kept. */
  isBroken(): boolean;
  /** Units that share one commit. */
  atMost: number;
}

/**
 * Units that wait for the writer share one transaction and its one fsync, each within a savepoint of its own, and are
 * acknowledged after the commit. One that fails takes nothing of the others with it.
 */
export function groupCommit(options: GroupOptions): <T>(work: (tx: Tx) => Promise<T>) => Promise<T> {
  const waiting: Waiting[] = [];

  async function serve(): Promise<void> {
    let group: Waiting[] = [];
    try {
      await options.turns.unit(async () => {
        if (group.length === 0 && waiting.length > 0) {
          // Requests that have arrived by now come along.
          await setImmediate();
          group = waiting.splice(0, options.atMost);
        }
        if (group.length > 0) await options.transaction((tx) => runAll(tx, group, options.isBroken));
      });
    } catch (error) {
      if (group.length === 0) group = waiting.splice(0, 1);
      for (const unit of group) unit.refuse(error);
    }
    for (const unit of group) unit.acknowledge();
  }

  return (work) =>
    new Promise((resolve, reject) => {
      let answer = () => {};
      waiting.push({
        async run(tx) {
          const value = await work(tx);
          answer = () => resolve(value);
        },
        refuse(error) {
          answer = () => reject(error);
        },
        acknowledge: () => answer(),
      });
      void serve();
    });
}

async function runAll(tx: Tx, group: readonly Waiting[], isBroken: () => boolean): Promise<void> {
  const [only] = group;
  if (only && group.length === 1) return await only.run(tx);
  for (const unit of group) {
    try {
      await tx.transaction((inner) => unit.run(inner));
    } catch (error) {
      if (isBroken()) throw error;
      unit.refuse(error);
    }
  }
}
