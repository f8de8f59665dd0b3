import { setImmediate } from 'node:timers/promises';
import type { Client, Transaction } from '@libsql/client';
import { isBusy } from './refusal.ts';

/** Native calls leave memory until a macrotask runs: let one run this often. */
const CALLS_PER_YIELD = 100;

/** What is known about a guarded client: after a busy answer its connection silently loses writes. */
export interface Guard {
  busySeen: boolean;
}

/** The same client, which yields to the event loop now and then and remembers a busy answer in `guard`. */
export function guarded(client: Client, guard: Guard): Client {
  let calls = 0;
  async function call<T>(run: () => Promise<T>): Promise<T> {
    calls += 1;
    if (calls % CALLS_PER_YIELD === 0) await setImmediate();
    try {
      return await run();
    } catch (error) {
      if (isBusy(error)) guard.busySeen = true;
      throw error;
    }
  }
  return overriding(client, {
    execute: (...args: Parameters<Client['execute']>) => call(() => client.execute(...args)),
    batch: (statements, mode) => call(() => client.batch(statements, mode ?? 'write')),
    migrate: (statements) => call(() => client.migrate(statements)),
    executeMultiple: (text) => call(() => client.executeMultiple(text)),
    transaction: async () => {
      const inner = await call(() => client.transaction('write'));
      return overriding(inner, {
        execute: (statement) => call(() => inner.execute(statement)),
        batch: (statements) => call(() => inner.batch(statements)),
        commit: () => call(() => inner.commit()),
      });
    },
  });
}

/** The same client, each of whose calls and transactions runs alone, through `exclusive`. */
export function serialized(client: Client, acquire: () => Promise<() => void>): Client {
  async function alone<T>(run: () => Promise<T>): Promise<T> {
    const release = await acquire();
    try {
      return await run();
    } finally {
      release();
    }
  }
  return overriding(client, {
    execute: (...args: Parameters<Client['execute']>) => alone(() => client.execute(...args)),
    batch: (statements, mode) => alone(() => client.batch(statements, mode ?? 'write')),
    executeMultiple: (text) => alone(() => client.executeMultiple(text)),
    transaction: async () => {
      const release = await acquire();
      try {
        return releasing(await client.transaction('write'), release);
      } catch (error) {
        release();
        throw error;
      }
    },
  });
}

function releasing(inner: Transaction, release: () => void): Transaction {
  async function ending(run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } finally {
      release();
    }
  }
  return overriding(inner, {
    commit: () => ending(() => inner.commit()),
    rollback: () => ending(() => inner.rollback()),
    close: () => {
      inner.close();
      release();
    },
  });
}

/** `target` with some methods replaced; the others keep their `this`. */
function overriding<T extends object>(target: T, methods: Partial<T>): T {
  return new Proxy(target, {
    get(object, key) {
      const replaced: unknown = Reflect.get(methods, key);
      if (replaced !== undefined) return replaced;
      const value: unknown = Reflect.get(object, key, object);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}
