import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  key: string;
  cert: string;
}

let made: Certificate | null = null;

/** A self-signed certificate for www.linkedin.com, one for each process; nothing of it stays on disk. */
export function selfSignedCertificate(): Certificate {
  made ??= make();
  return made;
}

/**
 * Chromium's switch to trust it. Trusted and not merely tolerated: of a site whose certificate has errors Chromium keeps
 * nothing in its cache, and a profile then asks for 30 scripts each time.
 */
export function trustArg(): string {
  const key = new X509Certificate(selfSignedCertificate().cert).publicKey.export({
    type: 'spki',
    format: 'der',
  });
  return `--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`;
}

function make(): Certificate {
  const dir = mkdtempSync(join(tmpdir(), 'linkedin-twin-'));
  const key = join(dir, 'key.pem');
  const cert = join(dir, 'cert.pem');
  try {
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '30',
        ],
        ...['-keyout', key, '-out', cert, '-subj', '/CN=www.linkedin.com'],
        ...['-addext', 'subjectAltName=DNS:www.linkedin.com,DNS:localhost,IP:127.0.0.1'],
      ],
      { stdio: 'ignore', timeout: 20_000 },
    );
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
