import type { InboundPorts, StoreBatch } from './types.ts';

/**
 * A database that fails in the middle of a sync must not look like a mail server that fails: the first
 * failure of the caller's own functions is remembered and thrown to the caller whole.
 */
export function guardPorts(ports: InboundPorts, store: StoreBatch) {
  const failures: unknown[] = [];
  const remembering = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      failures.push(cause);
      throw cause;
    }
  };
  const guard = (ask: (values: string[]) => Promise<Set<string>>) => async (values: string[]) =>
    values.length === 0 ? new Set<string>() : remembering(ask(values));
  const { ownByToken, alreadySeen, likelyContacts } = ports;
  const guarded: Required<InboundPorts> = {
    ownMessageIds: guard((ids) => ports.ownMessageIds(ids)),
    contactAddresses: guard((addresses) => ports.contactAddresses(addresses)),
    alreadySeen: guard(async (keys) => (await alreadySeen?.(keys)) ?? new Set()),
    ownByToken: async (tokens) =>
      tokens.length === 0 || !ownByToken ? new Map() : remembering(ownByToken(tokens)),
    likelyContacts: async (letters) =>
      letters.length === 0 || !likelyContacts ? new Map() : remembering(likelyContacts(letters)),
  };
  return {
    ports: guarded,
    store: (batch: Parameters<StoreBatch>[0]) => remembering(store(batch)),
    async rethrowing<T>(work: Promise<T>): Promise<T> {
      const result = await work;
      if (failures.length > 0) throw failures[0];
      return result;
    },
  };
}
