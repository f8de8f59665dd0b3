import pino, { type DestinationStream, type Logger, type LoggerOptions } from 'pino';

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

/** A failed statement's error carries its values, which may be what people wrote: only the statement is kept. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, stack, cause } = error;
  const code = 'code' in error ? String(error.code) : undefined;
  const frames = stack?.split('\n').filter((line) => /^\s+at /.test(line));
  const message = error.message.split(/\nparams:/, 1)[0];
  return { type: name, message, code, stack: frames?.join('\n'), cause: cause && withoutValues(cause) };
}

/** JSON lines without message bodies or secrets. Log ids, codes and durations. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options: LoggerOptions = {
    level,
    base: undefined,
    serializers: { err: withoutValues },
    redact: { paths: [...secret, ...secret.map((name) => `*.${name}`)], censor: '[left out]' },
  };
  return destination ? pino(options, destination) : pino(options);
}
