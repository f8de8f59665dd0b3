import { createSocket } from 'node:dgram';
import packet, { type Answer } from 'dns-packet';
import { afterAll, beforeAll } from 'vitest';

/** One record; several of a name answer together. */
export type DnsRecord = { name: string } & (
  | { mx: { exchange: string; preference: number } }
  | { srv: { target: string; port: number; priority?: number } }
  | { txt: string }
  | { a: string }
  | { cname: string }
  /** Every question for this name fails. */
  | { fails: 'SERVFAIL' }
);

export interface DnsServer {
  /** "127.0.0.1:port". */
  address: string;
  add(...records: DnsRecord[]): void;
  /** Forgets a name. */
  remove(name: string): void;
  /** Questions so far, e.g. "TXT example.com". */
  asked: string[];
  stop(): Promise<void>;
}

/** A name server over UDP on loopback; a name without records does not exist. */
export async function startDnsServer(): Promise<DnsServer> {
  let records: DnsRecord[] = [];
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (message, peer) => {
    const query = packet.decode(message);
    const question = query.questions?.[0];
    if (!question) return;
    const name = question.name.toLowerCase();
    asked.push(`${question.type} ${name}`);
    const known = records.filter((record) => record.name.toLowerCase() === name);
    const answers = known.flatMap((record) => answerOf(record, question.type));
    const code = known.some((record) => 'fails' in record) ? 2 : known.length === 0 ? 3 : 0;
    const reply = packet.encode({
      type: 'response',
      id: query.id ?? 0,
      flags: packet.RECURSION_DESIRED | packet.RECURSION_AVAILABLE | code,
      questions: query.questions,
      answers,
    });
    socket.send(reply, peer.port, peer.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    add: (...added) => records.push(...added),
    remove(name) {
      records = records.filter((record) => record.name !== name);
    },
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function answerOf(record: DnsRecord, type: string): Answer[] {
  const { name } = record;
  const ttl = 60;
  if ('mx' in record && type === 'MX') return [{ type: 'MX', name, ttl, data: record.mx }];
  if ('srv' in record && type === 'SRV') {
    return [{ type: 'SRV', name, ttl, data: { priority: 0, weight: 0, ...record.srv } }];
  }
  // A string holds at most 255 bytes; longer texts are several strings of one record.
  if ('txt' in record && type === 'TXT') {
    return [{ type: 'TXT', name, ttl, data: record.txt.match(/.{1,255}/gs) ?? [''] }];
  }
  if ('a' in record && type === 'A') return [{ type: 'A', name, ttl, data: record.a }];
  if ('cname' in record) return [{ type: 'CNAME', name, ttl, data: record.cname }];
  return [];
}

/** One server for a test file. */
export function dnsServerForFile(): () => DnsServer {
  let server: DnsServer | null = null;
  beforeAll(async () => {
    server = await startDnsServer();
  });
  afterAll(() => server?.stop());
  return () => {
    if (!server) throw new Error('The name server is not running.');
    return server;
  };
}
