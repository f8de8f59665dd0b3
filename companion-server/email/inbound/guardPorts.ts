import type { InboundPorts } from './types.ts';

/**
 * A database that fails in the middle of a sync must not look like a mail server that fails: the first
 * failure of a port is remembered and thrown to the caller whole.
 */
export function guardPorts(ports: InboundPorts) {
  const failures: unknown[] = [];
  const guard =
    (ask: (values: string[]) => Promise<Set<string>>) =>
    async (values: string[]): Promise<Set<string>> => {
      if (values.length === 0) return new Set();
      try {
        return await ask(values);
      } catch (cause) {
        failures.push(cause);
        throw cause;
      }
    };
  const guarded: InboundPorts = {
    ownMessageIds: guard((ids) => ports.ownMessageIds(ids)),
    contactAddresses: guard((addresses) => ports.contactAddresses(addresses)),
    ...(ports.alreadySeen ? { alreadySeen: guard(ports.alreadySeen) } : {}),
  };
  return {
    ports: guarded,
    async rethrowing<T>(work: Promise<T>): Promise<T> {
      const result = await work;
      if (failures.length > 0) throw failures[0];
      return result;
    },
  };
}
