/** What an address of Sales Navigator names a lead by; all three are needed to ask for them. */
export interface SalesLead {
  /** Sales Navigator's own id of a person; another alias than the profile id. */
  id: string;
  authType: string;
  authToken: string;
}

/** The lead whose page an address is; null: it is none. */
export function salesLeadOf(address: string): SalesLead | null {
  if (!URL.canParse(address)) return null;
  const { origin, pathname } = new URL(address);
  if (origin !== 'https://www.linkedin.com') return null;
  const [, id, authType, authToken] =
    /^\/sales\/(?:lead|people)\/([\w-]+),([\w-]+),([\w-]+)/u.exec(pathname) ?? [];
  return id && authType && authToken ? { id, authType, authToken } : null;
}
