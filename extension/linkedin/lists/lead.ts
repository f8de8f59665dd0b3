import { type LinkedinIdentity, parseLinkedinUrl } from '#shared/identity/linkedin.ts';
import type { SalesLead } from '#shared/identity/salesLead.ts';
import { err, ok, type Result } from '#shared/kernel/result.ts';
import type { LinkedinFailure } from '#shared/protocol/linkedin.ts';
import type { PageEnv } from '../env.ts';
import { before } from '../failure.ts';
import { getJson } from '../reads/http.ts';
import { leadAddress, leadAnswer } from './rows.ts';

/** Where a lead's public profile is: one GET of the lead's own data, the same as for an imported list. */
export async function lead(
  env: PageEnv,
  { id, authType, authToken }: SalesLead,
  signal: AbortSignal,
): Promise<Result<LinkedinIdentity, LinkedinFailure>> {
  const address = leadAddress(`(${id},${authType},${authToken})`);
  if (address === null) return err(before('layout_unknown', 'The address of this lead has an unknown form.'));
  const read = await getJson(env, address, leadAnswer, signal);
  if (!read.ok) return err(read.error.failure);
  const identity = parseLinkedinUrl(read.value.flagshipProfileUrl ?? '');
  return identity ? ok(identity) : err(before('layout_unknown', 'Sales Navigator does not say who this is.'));
}
