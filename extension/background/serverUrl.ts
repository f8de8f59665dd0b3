import { err, ok, type Result } from '#shared/kernel/result.ts';

export interface AddressProblem {
  title: string;
  detail: string;
  action: string;
}

/** The server's origin from what the rep typed: "rapport.example", "localhost:4000", "https://…/login". */
export function serverUrlOf(typed: string): Result<string, AddressProblem> {
  const text = typed.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//iu.test(text) ? text : `${defaultScheme(text)}://${text}`;
  if (!URL.canParse(withScheme)) return err(notAnAddress);
  const url = new URL(withScheme);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return err(notAnAddress);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) return err(notSecure);
  return ok(url.origin);
}

function defaultScheme(text: string): string {
  return isLoopback(text.split(/[:/]/u)[0] ?? '') ? 'http' : 'https';
}

function isLoopback(host: string): boolean {
  return (
    host === 'localhost' || host === '[::1]' || host.endsWith('.localhost') || /^127(\.\d+){3}$/u.test(host)
  );
}

const notAnAddress: AddressProblem = {
  title: 'Not a server address',
  detail: 'This is not an address of a Rapport server.',
  action: 'Copy the address from the dashboard, for example https://rapport.example.com.',
};

const notSecure: AddressProblem = {
  title: 'Not a secure address',
  detail: 'Without https anybody on the network could take over this browser’s pairing.',
  action: 'Use the https:// address of the server. Plain http:// works only on this computer.',
};
