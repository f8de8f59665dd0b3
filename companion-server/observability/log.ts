import pino, { type Logger } from 'pino';

export type Log = Logger;

/** Names whose values never reach the log: secrets, and what people wrote. */
const secret = [
  'password',
  'token',
  'deviceCode',
  'userCode',
  'authorization',
  'cookie',
  'sealed',
  'body',
  'text',
  'html',
  'subject',
  'payload',
  'contentBase64',
];

/** JSON lines without message bodies or secrets. Log ids, codes and durations. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    redact: { paths: [...secret, ...secret.map((name) => `*.${name}`)], censor: '[left out]' },
  });
}
