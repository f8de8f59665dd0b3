import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/freePort.ts';
import { ready } from './dovecot.ts';

export interface Postfix {
  smtpPort: number;
  stop(): Promise<void>;
}

const PROGRAM = '/usr/sbin/postfix';
const INSTALL = 'Real bounces need Postfix. On Debian or Ubuntu: `apt-get install -y postfix`.';

/** Why it cannot run here; null: it can. Its master gives up root's rights only after it had them. */
export function whyNoPostfix(): string | null {
  if (process.getuid?.() !== 0) return 'Postfix starts as root only.';
  return existsSync(PROGRAM) ? null : INSTALL;
}

/** Retries and gives up within seconds, so that a mail that is only deferred comes back too. */
function mainConfig(
  dir: string,
  { lmtpPort, remotePort, nowherePort }: PostfixOptions & { nowherePort: number },
): string {
  return `
compatibility_level = 3.6
queue_directory = ${dir}/queue
data_directory = ${dir}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${dir}/log/postfix.log
maillog_file_prefixes = ${dir}/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = out.team.test
mydestination =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
transport_maps = inline:{ { team.test = lmtp:inet:127.0.0.1:${lmtpPort} } { people.test = smtp:[127.0.0.1]:${remotePort} } { nowhere.test = smtp:[127.0.0.1]:${nowherePort} } }
disable_dns_lookups = yes
smtp_tls_security_level = none
smtpd_tls_security_level = none
message_size_limit = 200000
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 1s
maximal_queue_lifetime = 2s
bounce_queue_lifetime = 2s
`;
}

const masterConfig = (smtpPort: number) => `
127.0.0.1:${smtpPort} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;

/** The same guard as Dovecot's: when this process ends in whatever way, Postfix does. */
const GUARD = `
"$1" -c "$2/etc" start-fg &
cat >/dev/null
"$1" -c "$2/etc" abort
wait
rm -rf "$2"
`;

export interface PostfixOptions {
  /** Where mail to team.test goes: the sandbox's inboxes. */
  lmtpPort: number;
  /** The server of people.test. */
  remotePort: number;
}

/** Debian's Postfix from a folder of its own, on a free loopback port: what it gives back are real bounces. */
export async function startPostfix(options: PostfixOptions): Promise<Postfix> {
  const dir = await mkdtemp(join(tmpdir(), 'postfix-'));
  await chmod(dir, 0o755);
  await Promise.all(['etc', 'queue', 'data', 'log'].map((name) => mkdir(join(dir, name))));
  const [smtpPort, nowherePort] = [await freePort(), await freePort()];
  await writeFile(join(dir, 'etc', 'main.cf'), mainConfig(dir, { ...options, nowherePort }));
  await writeFile(join(dir, 'etc', 'master.cf'), masterConfig(smtpPort));
  const owner = spawn('/bin/chown', ['postfix', join(dir, 'data')]);
  await new Promise((resolve) => owner.once('exit', resolve));
  const child: ChildProcess = spawn('/bin/sh', ['-c', GUARD, 'sh', PROGRAM, dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: dir,
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.unref();
  const stop = async () => {
    child.ref();
    child.stdin?.end();
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await ready([smtpPort], child, () => readFile(join(dir, 'log', 'postfix.log'), 'utf8'), 'Postfix');
  } catch (cause) {
    await stop();
    throw cause;
  }
  return { smtpPort, stop };
}
