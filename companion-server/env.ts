import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { oauthClients } from './email/oauth.ts';
import type { SystemMailAccount } from './email/systemMail.ts';
import { type Proxies, readProxies } from './network/proxies.ts';

/** Everything the server takes from its environment, checked once at start. */
export interface Env {
  /** Absolute. Holds the database and keys.json. */
  dataDir: string;
  host: string;
  port: number;
  /** The https address under which recipients reach this server; null: none. No trailing slash. */
  publicUrl: string | null;
  /** An address of its own for opens and clicks, which leads to this server too; null: the public one. */
  trackingUrl: string | null;
  databaseUrl: string;
  databaseAuthToken: string | undefined;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'silent';
  /** The account that mails members about their own accounts; null: such mails are not sent. */
  systemMail: SystemMailAccount | null;
  /** Whoever has it may read /metrics; null: nobody. */
  metricsToken: string | null;
  /** This server's registrations with the mail providers' sign-in. */
  mailSignIn: Parameters<typeof oauthClients>[0];
  /** Mailboxes may lie inside the private network: any port, unencrypted too. */
  mailPrivateNetwork: boolean;
  /** Proxies whose X-Forwarded-For is believed; null: nobody's. */
  trustedProxies: Proxies | null;
  /** Tests and demo: the parent process moves schedule time over IPC. */
  scheduleControl: boolean;
  scheduleOffsetMs: number;
}

const text = z.string().trim().min(1);
const blankIsMissing = (value: unknown) =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess(blankIsMissing, schema);
}

const variables = z.object({
  RAPPORT_DATA_DIR: optional(text.default('./data')),
  HOST: optional(
    text.regex(/^[A-Za-z0-9.:-]+$/, 'is no host name or address; e.g. 127.0.0.1').default('127.0.0.1'),
  ),
  PORT: optional(
    z.coerce
      .number('is no number; e.g. 4400')
      .int('must be a whole number; e.g. 4400')
      .min(0, 'must lie between 0 (any free port) and 65535')
      .max(65_535, 'must lie between 0 (any free port) and 65535')
      .default(4400),
  ),
  PUBLIC_URL: optional(
    z
      .url({
        protocol: /^https?$/,
        error:
          'is no web address; give the one under which others reach this server, e.g. https://rapport.example.com',
      })
      .optional(),
  ),
  TRACKING_URL: optional(
    z
      .url({
        protocol: /^https$/,
        error: 'is no https address; give one that leads to this server, e.g. https://click.example.com',
      })
      .optional(),
  ),
  DATABASE_URL: optional(
    z
      .string()
      .regex(
        /^(file|libsql|https?|wss?):/,
        'must start with file:, libsql:, https: or wss:, e.g. file:/var/lib/rapport/rapport.db',
      )
      .optional(),
  ),
  DATABASE_AUTH_TOKEN: optional(text.optional()),
  LOG_LEVEL: optional(
    z
      .enum(
        ['fatal', 'error', 'warn', 'info', 'debug', 'silent'],
        'must be one of fatal, error, warn, info, debug, silent',
      )
      .default('info'),
  ),
  SYSTEM_SMTP_URL: optional(
    z
      .url({
        protocol: /^smtps?$/,
        error:
          'is no address of a mail server; e.g. smtps://user:password@mail.example.com:465, or smtp://… with STARTTLS',
      })
      .optional(),
  ),
  SYSTEM_MAIL_FROM: optional(
    text
      .regex(
        /^(?:[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
        'is no sender; e.g. Rapport <rapport@example.com>',
      )
      .optional(),
  ),
  GOOGLE_CLIENT_ID: optional(text.optional()),
  GOOGLE_CLIENT_SECRET: optional(text.optional()),
  MICROSOFT_CLIENT_ID: optional(text.optional()),
  MICROSOFT_CLIENT_SECRET: optional(text.optional()),
  MICROSOFT_TENANT: optional(
    text
      .regex(/^[A-Za-z0-9.-]+$/, 'is no tenant: its id, its domain, or "common" or "organizations"')
      .default('common'),
  ),
  MAIL_PRIVATE_NETWORK: optional(
    z
      .enum(
        ['allow'],
        'can only be "allow": mail servers inside the private network; leave it unset otherwise',
      )
      .optional(),
  ),
  TRUSTED_PROXIES: optional(
    text
      .refine(
        (value) => readProxies(value) !== null,
        'is no list of addresses and ranges; e.g. 127.0.0.1, 10.0.0.0/8',
      )
      .optional(),
  ),
  METRICS_TOKEN: optional(text.min(16, 'must be at least 16 characters long').optional()),
  RAPPORT_SCHEDULE_CONTROL: optional(
    z.enum(['ipc'], 'can only be "ipc" (tests and demo); leave it unset otherwise').optional(),
  ),
  RAPPORT_SCHEDULE_OFFSET_MS: optional(
    z.coerce.number('is no number of milliseconds').int().min(0, 'cannot be negative').default(0),
  ),
});

const isSecret = /TOKEN|SECRET|SMTP_URL/;

/** The environment, or every problem at once: one line per variable with what to do. */
export function readEnv(source: Record<string, string | undefined>): Result<Env, string[]> {
  const parsed = variables.safeParse(source);
  if (!parsed.success) {
    return err(
      parsed.error.issues.map((issue) => {
        const name = String(issue.path[0]);
        // These lines end in logs, which no secret may.
        const shown = isSecret.test(name) ? name : `${name}=${JSON.stringify(source[name] ?? '')}`;
        return `${shown} ${issue.message}`;
      }),
    );
  }
  const values = parsed.data;
  const problems = combinationProblems(values);
  if (problems.length > 0) return err(problems);
  const dataDir = path.resolve(values.RAPPORT_DATA_DIR);
  return ok({
    dataDir,
    host: values.HOST,
    port: values.PORT,
    trackingUrl: values.TRACKING_URL?.replace(/\/+$/, '') ?? null,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    databaseUrl: values.DATABASE_URL ?? pathToFileURL(path.join(dataDir, 'rapport.db')).href,
    databaseAuthToken: values.DATABASE_AUTH_TOKEN,
    logLevel: values.LOG_LEVEL,
    systemMail:
      values.SYSTEM_SMTP_URL && values.SYSTEM_MAIL_FROM
        ? { url: values.SYSTEM_SMTP_URL, from: values.SYSTEM_MAIL_FROM }
        : null,
    metricsToken: values.METRICS_TOKEN ?? null,
    mailSignIn: {
      google: registrationOf(values.GOOGLE_CLIENT_ID, values.GOOGLE_CLIENT_SECRET),
      microsoft: withTenant(
        registrationOf(values.MICROSOFT_CLIENT_ID, values.MICROSOFT_CLIENT_SECRET),
        values.MICROSOFT_TENANT,
      ),
    },
    mailPrivateNetwork: values.MAIL_PRIVATE_NETWORK === 'allow',
    trustedProxies: values.TRUSTED_PROXIES ? readProxies(values.TRUSTED_PROXIES) : null,
    scheduleControl: values.RAPPORT_SCHEDULE_CONTROL === 'ipc',
    scheduleOffsetMs: values.RAPPORT_SCHEDULE_OFFSET_MS,
  });
}

function registrationOf(clientId: string | undefined, clientSecret: string | undefined) {
  return clientId && clientSecret ? { clientId, clientSecret } : null;
}

function withTenant(registration: ReturnType<typeof registrationOf>, tenant: string) {
  return registration ? { ...registration, tenant } : null;
}

function combinationProblems(values: z.infer<typeof variables>): string[] {
  const problems: string[] = [];
  if (values.RAPPORT_SCHEDULE_OFFSET_MS > 0 && !values.RAPPORT_SCHEDULE_CONTROL) {
    problems.push(
      'RAPPORT_SCHEDULE_OFFSET_MS only works with RAPPORT_SCHEDULE_CONTROL=ipc; leave both unset in production',
    );
  }
  if (values.DATABASE_AUTH_TOKEN && (values.DATABASE_URL ?? 'file:').startsWith('file:')) {
    problems.push('DATABASE_AUTH_TOKEN belongs to a remote DATABASE_URL (libsql:…); unset it for a file');
  }
  if ((values.SYSTEM_SMTP_URL === undefined) !== (values.SYSTEM_MAIL_FROM === undefined)) {
    problems.push('SYSTEM_SMTP_URL and SYSTEM_MAIL_FROM belong together; set both or neither');
  }
  for (const name of ['GOOGLE', 'MICROSOFT'] as const) {
    if ((values[`${name}_CLIENT_ID`] === undefined) !== (values[`${name}_CLIENT_SECRET`] === undefined)) {
      problems.push(`${name}_CLIENT_ID and ${name}_CLIENT_SECRET belong together; set both or neither`);
    }
  }
  return problems;
}
