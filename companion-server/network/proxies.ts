import { BlockList, isIP } from 'node:net';

/** The proxies before this server whose word about the client counts. */
export type Proxies = BlockList;

/** Addresses and ranges, separated by commas ("127.0.0.1, 10.0.0.0/8, fd00::/8"); null: one of them is neither. */
export function readProxies(text: string): Proxies | null {
  const proxies = new BlockList();
  for (const entry of text.split(',').map((each) => each.trim())) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
    const version = isIP(address);
    const bits = prefix === undefined ? null : Number(prefix);
    if (version === 0 || (bits !== null && bits > (version === 4 ? 32 : 128))) return null;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (bits === null) proxies.addAddress(address, family);
    else proxies.addSubnet(address, bits, family);
  }
  return proxies;
}

/**
 * Who asks: the address of the connection, or, where that is a trusted proxy, the last address in X-Forwarded-For that is
 * none. What stands before it could be anybody's invention.
 */
export function clientBehind(proxies: Proxies | null, connection: string, forwarded: string | null): string {
  let client = plain(connection);
  const hops = forwarded?.split(',') ?? [];
  while (proxies && isTrusted(proxies, client)) {
    const before = plain(hops.pop() ?? '');
    if (isIP(before) === 0) break;
    client = before;
  }
  return client;
}

function isTrusted(proxies: Proxies, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && proxies.check(address, version === 4 ? 'ipv4' : 'ipv6');
}

/** Without port and brackets; IPv4 as itself where IPv6 carries it. */
function plain(text: string): string {
  const address = text
    .trim()
    .replace(/^\[([^\]]+)\](?::\d+)?$/, '$1')
    .replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
