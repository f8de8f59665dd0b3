/** Server only (freemail reads its list from disk): the employer's registrable domain; null for free mail. */
export function companyDomain(_email: string): string | null {
  return null;
}
