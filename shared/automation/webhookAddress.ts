/** Why no webhook can go to this address, as a sentence; null: it may be tried. */
export function webhookAddressProblem(address: string): string | null {
  if (!URL.canParse(address)) return 'Enter a whole address, like https://example.com/hook.';
  const { protocol, username, password, hostname } = new URL(address);
  if (protocol !== 'https:') return 'The address must begin with https://.';
  if (username !== '' || password !== '') return 'The address must not contain a name or a password.';
  if (hostname === 'localhost' || !hostname.includes('.')) return 'The address must be one on the internet.';
  return null;
}
