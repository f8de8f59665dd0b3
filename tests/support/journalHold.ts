import type { Page } from '@playwright/test';
import type { JournalEntry } from '#shared/protocol/journal.ts';

/** The extension's journal standing still: its worker's next line waits until `release`. */
export interface JournalHold {
  release(): Promise<void>;
}

type Want = { phase: JournalEntry['phase']; kind: JournalEntry['step']['kind'] };

/**
 * Waits until a task of this kind stands at this phase on the disk, and holds the journal there, so that the
 * worker cannot get further than what it was doing just then.
 *
 * The browser runs overlapping write transactions in the order they were made. Each of ours makes the next one
 * before it ends, so that at most one line of the worker can come between two of them, and none unseen.
 */
export async function holdJournalAt(page: Page, want: Want, withinMs = 60_000): Promise<JournalHold> {
  await page.evaluate(
    async ({ want, withinMs }) => {
      type Line = { phase: string; open: number; step: { kind: string }; updatedAt: number };
      const deadline = performance.now() + withinMs;
      const database = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open('rapport');
        opening.onsuccess = () => resolve(opening.result);
        opening.onerror = () => reject(opening.error);
      });
      const control = { stop: false };
      Reflect.set(window, '__releaseJournal', () => {
        control.stop = true;
      });
      const ask = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const lock = () => database.transaction('journal', 'readwrite').objectStore('journal');
      const current = async (store: IDBObjectStore) => {
        const lines: Line[] = await ask(store.index('open').getAll(1));
        return lines.find((line) => line.step.kind === want.kind && line.phase !== 'ended');
      };
      const reading = () => database.transaction('journal', 'readonly').objectStore('journal');
      while (!(await current(reading()))) {
        if (performance.now() > deadline) throw new Error(`no ${want.kind} began`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      let held = lock();
      let line = await current(held);
      while (line?.phase !== want.phase) {
        if (!line || performance.now() > deadline) {
          throw new Error(`the ${want.kind} did not stop at ${want.phase}: ${line?.phase ?? 'it ended'}`);
        }
        // Long enough for the worker to get in line before our next one.
        for (const until = performance.now() + 15; performance.now() < until; ) await ask(held.count());
        held = lock();
        line = await current(held);
      }
      const keep = async () => {
        while (!control.stop) await ask(held.count());
        database.close();
      };
      void keep();
    },
    { want, withinMs },
  );
  return {
    release: () =>
      page.evaluate(() => {
        Reflect.get(window, '__releaseJournal')();
      }),
  };
}
