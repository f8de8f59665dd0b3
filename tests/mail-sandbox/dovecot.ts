import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/freePort.ts';

export interface SandboxUser {
  address: string;
  password: string;
}

/** Who tells whose an access token is. */
export interface TokenCheck {
  addressOf(token: string): string | null;
  /** Answers `{active, email}` for the token that is appended to it. */
  introspectUrl: string;
}

export interface Dovecot {
  imapPort: number;
  lmtpPort: number;
  /** Forgets all UIDs of a mailbox, so that the server gives it a new UIDVALIDITY. */
  resetUidValidity(address: string): Promise<void>;
  stop(): Promise<void>;
}

interface Owner {
  uid: number;
  gid: number;
  user: string;
  group: string;
}

const BINARIES = ['/usr/sbin/dovecot', '/usr/bin/dovecot', '/usr/local/sbin/dovecot'];
const LMTP = ['/usr/lib/dovecot/lmtp', '/usr/libexec/dovecot/lmtp', '/usr/local/libexec/dovecot/lmtp'];
const INSTALL =
  'The mail sandbox needs Dovecot with IMAP and LMTP. On Debian or Ubuntu: ' +
  '`apt-get install -y --no-install-recommends dovecot-imapd dovecot-lmtpd`.';

function binary(): string {
  const found = BINARIES.find((path) => existsSync(path));
  if (!found) throw new Error(`No dovecot program was found. ${INSTALL}`);
  if (!LMTP.some((path) => existsSync(path))) throw new Error(`Dovecot has no LMTP server. ${INSTALL}`);
  return found;
}

/** Dovecot refuses to serve mail as uid 0, so root lends the whole process to `nobody`. */
function owner(): Owner {
  const id = (...args: string[]) => execFileSync('id', args, { encoding: 'utf8' }).trim();
  const name = process.getuid?.() === 0 ? 'nobody' : userInfo().username;
  return {
    uid: Number(id('-u', name)),
    gid: Number(id('-g', name)),
    user: name,
    group: id('-gn', name),
  };
}

function config(dir: string, who: Owner, imap: number, lmtp: number, tokens?: TokenCheck): string {
  return `
base_dir = ${dir}/run
state_dir = ${dir}/state
log_path = ${dir}/log/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_failure_delay = 0
mail_fsync = never
default_internal_user = ${who.user}
default_internal_group = ${who.group}
default_login_user = ${who.user}
mail_location = maildir:${dir}/mail/%u
mail_uid = ${who.uid}
mail_gid = ${who.gid}
first_valid_uid = 1
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = subscribe
    special_use = \\Sent
  }
  mailbox Junk {
    auto = subscribe
    special_use = \\Junk
  }
}
service imap-login {
  chroot =
  service_count = 0
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${lmtp}
  }
}
# Tests try wrong passwords on purpose: no growing delay for the address they come from.
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
auth_mechanisms = plain login${tokens ? ' xoauth2 oauthbearer' : ''}
${tokens ? `passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = ${dir}/oauth2.conf\n}` : ''}
passdb {
  driver = passwd-file
  args = scheme=PLAIN username_format=%u ${dir}/passwd
}
userdb {
  driver = static
  args = uid=${who.uid} gid=${who.gid} home=${dir}/mail/%u
}
`;
}

function oauth2Config({ introspectUrl }: TokenCheck): string {
  return `introspection_url = ${introspectUrl}
introspection_mode = get
active_attribute = active
active_value = true
username_attribute = email
`;
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('data', () => done(true));
    socket.once('error', () => done(false));
    socket.once('close', () => done(false));
  });
}

/** Resolves when all ports answer; throws with the end of the log when the program ended or took too long. */
export async function ready(
  ports: number[],
  child: ChildProcess,
  readLog: () => Promise<string>,
  name: string,
): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const open = await Promise.all(ports.map(accepts));
    if (open.every(Boolean)) return;
    if (child.exitCode !== null || Date.now() > deadline) {
      const log = await readLog().catch(() => '');
      throw new Error(`${name} did not start: ${log.trim().split('\n').slice(-5).join(' | ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Dovecot in the foreground under a shell that waits on our pipe: when this process ends in whatever
 * way, SIGKILL included, the pipe closes, and the shell ends Dovecot and removes the folder.
 */
const GUARD = `
"$1" -F -c "$2/dovecot.conf" &
pid=$!
cat >/dev/null
kill -TERM "$pid" 2>/dev/null
wait "$pid"
rm -rf "$2"
`;

/** Starts a private Dovecot on free loopback ports with one mailbox per user. */
export async function startDovecot(users: SandboxUser[], tokens?: TokenCheck): Promise<Dovecot> {
  const program = binary();
  const who = owner();
  const dir = await mkdtemp(join(tmpdir(), 'mail-sandbox-'));
  const folders = ['run', 'state', 'mail', 'log'].map((name) => join(dir, name));
  await Promise.all(folders.map((path) => mkdir(path)));
  const [imapPort, lmtpPort] = [await freePort(), await freePort()];
  await writeFile(join(dir, 'dovecot.conf'), config(dir, who, imapPort, lmtpPort, tokens));
  if (tokens) await writeFile(join(dir, 'oauth2.conf'), oauth2Config(tokens));
  await writeFile(
    join(dir, 'passwd'),
    users.map((u) => `${u.address}:{PLAIN}${u.password}::::::\n`).join(''),
  );
  await chmod(dir, 0o755);
  if (process.getuid?.() === 0)
    await Promise.all([dir, ...folders].map((path) => chown(path, who.uid, who.gid)));

  const child = spawn('/bin/sh', ['-c', GUARD, 'sh', program, dir], {
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: dir,
    ...(process.getuid?.() === 0 ? { uid: who.uid, gid: who.gid } : {}),
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.unref();
  let validity = Math.floor(Date.now() / 1000) + 1000;
  const stop = async () => {
    child.ref();
    child.stdin?.end();
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  try {
    await ready(
      [imapPort, lmtpPort],
      child,
      () => readFile(join(dir, 'log', 'dovecot.log'), 'utf8'),
      'Dovecot',
    );
  } catch (cause) {
    await stop();
    throw cause;
  }
  return {
    imapPort,
    lmtpPort,
    stop,
    async resetUidValidity(address) {
      const maildir = join(dir, 'mail', address);
      const names = await readdir(maildir);
      const indexes = names.filter((name) => name.startsWith('dovecot'));
      await Promise.all(indexes.map((name) => rm(join(maildir, name), { force: true })));
      // Left alone Dovecot would take the second as the new number: the same one in a fast test.
      validity += 1;
      const list = join(maildir, 'dovecot-uidlist');
      await writeFile(list, `3 V${validity} N1 G${randomBytes(16).toString('hex')}\n`);
      if (process.getuid?.() === 0) await chown(list, who.uid, who.gid);
    },
  };
}
