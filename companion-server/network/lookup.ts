import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress } from './publicAddress.ts';

/** Which addresses a connection may go to: those of the internet, those that are not, or both. */
export type Reach = 'public' | 'private' | 'any';

/** An address that this server must not connect to. */
export class AddressRefused extends Error {
  override name = 'AddressRefused';
  readonly code = 'EADDRESSREFUSED';
  constructor(
    readonly host: string,
    readonly address: string,
  ) {
    super(`${host} is at ${address}, where this server does not connect to.`);
  }
}

function isWithin(reach: Reach, address: string): boolean {
  return reach === 'any' || isPublicAddress(address) === (reach === 'public');
}

/** Throws `AddressRefused` for a host written as an address out of reach: such a host is never looked up. */
export function refuseLiteral(host: string, reach: Reach): void {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isWithin(reach, bare)) throw new AddressRefused(host, bare);
}

/**
 * Looks a name up for a connection and refuses it when any of its addresses is out of reach. It is the connection's own
 * look-up, so that no second answer can lead elsewhere.
 */
export function lookupWithin(reach: Reach, ask: typeof lookup = lookup): LookupFunction {
  return (hostname, options, callback) => {
    ask(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const outside = addresses.find(({ address }) => !isWithin(reach, address));
      if (outside) return callback(new AddressRefused(hostname, outside.address), []);
      if (options.all) return callback(null, addresses);
      callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };
}
