import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program the tests and the demo need, and the Debian package it comes from. */
interface Requirement {
  program: string;
  paths: string[];
  packages: string[];
}

const requirements = {
  chromium: {
    program: 'Chromium',
    paths: [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    packages: ['chromium'],
  },
  dovecot: {
    program: 'Dovecot',
    paths: ['/usr/sbin/dovecot', '/usr/local/sbin/dovecot', '/opt/homebrew/sbin/dovecot'],
    packages: ['dovecot-imapd', 'dovecot-lmtpd'],
  },
  postfix: {
    program: 'Postfix',
    paths: ['/usr/sbin/postfix', '/usr/local/sbin/postfix'],
    packages: ['postfix'],
  },
  openssl: {
    program: 'OpenSSL',
    paths: ['/usr/bin/openssl', '/usr/local/bin/openssl', '/opt/homebrew/bin/openssl'],
    packages: ['openssl'],
  },
} satisfies Record<string, Requirement>;

function found(requirement: Requirement): string | undefined {
  return requirement.paths.find((path) => existsSync(path));
}

/** Where Chromium is; `RAPPORT_CHROMIUM` overrides. Throws with what to install. */
export function chromiumPath(): string {
  const path = process.env.RAPPORT_CHROMIUM ?? found(requirements.chromium);
  if (!path) throw new Error(`Chromium was not found. ${howTo(requirements.chromium)}`);
  return path;
}

function howTo(requirement: Requirement): string {
  return `On Debian or Ubuntu: sudo apt-get install ${requirement.packages.join(' ')}. Elsewhere install ${requirement.program} with your package manager.`;
}

/**
 * Installs what is missing with apt-get where that is possible without asking (root, Debian or Ubuntu);
 * otherwise throws one error that names everything to install.
 */
export function ensureInstalled(): void {
  const missing = Object.values(requirements).filter((requirement) => !found(requirement));
  if (missing.length === 0) return;
  const packages = missing.flatMap((requirement) => requirement.packages);
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log(`Installing ${packages.join(', ')} with apt-get …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = () =>
      spawnSync('apt-get', ['install', '-y', '-q', ...packages], { stdio: 'ignore', env });
    if (install().status !== 0) {
      execFileSync('apt-get', ['update', '-q'], { stdio: 'ignore', env });
      install();
    }
  }
  const still = missing.filter((requirement) => !found(requirement));
  if (still.length > 0) {
    throw new Error(
      still.map((requirement) => `${requirement.program} was not found. ${howTo(requirement)}`).join('\n'),
    );
  }
}
