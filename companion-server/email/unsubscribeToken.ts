import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { assert } from '#shared/kernel/assert.ts';

/** Who is meant. Ids only: the link shows nothing about anybody. */
const unsubscribeClaim = z.object({
  workspaceId: z.string().min(1).max(64),
  contactId: z.string().min(1).max(64),
  /** The task whose email carried the link, for the history. */
  taskId: z.string().min(1).max(64).nullable(),
  /**
   * The keyed hash of the address written to, by which an opt-out counts for somebody whose data is erased; null: the
   * emails sent before tokens carried it.
   */
  recipientHash: z.string().min(1).max(64).nullable(),
});
export type UnsubscribeClaim = z.infer<typeof unsubscribeClaim>;

/** Signed into every token, so that none made for another purpose with the same key opens here. */
const PURPOSE = 'rapport:unsubscribe:1';

/** A token that never expires: an opt-out must work for as long as somebody keeps the email. */
export function createUnsubscribeToken(claim: UnsubscribeClaim, key: Uint8Array): string {
  const { workspaceId, contactId, taskId, recipientHash } = unsubscribeClaim.parse(claim);
  const values = [workspaceId, contactId, taskId, recipientHash];
  const payload = Buffer.from(JSON.stringify(values)).toString('base64url');
  return `${payload}.${sign(payload, key).toString('base64url')}`;
}

/** The claim, or null if none of the keys (newest and older ones) signed this token. */
export function readUnsubscribeToken(token: string, keys: Uint8Array[]): UnsubscribeClaim | null {
  const [payload = '', mac = '', ...rest] = token.slice(0, 1000).split('.');
  if (payload === '' || rest.length > 0) return null;
  const given = Buffer.from(mac, 'base64url');
  const signed = keys.some((key) => {
    const expected = sign(payload, key);
    return expected.length === given.length && timingSafeEqual(expected, given);
  });
  if (!signed) return null;
  const [workspaceId, contactId, taskId, recipientHash = null] = z
    .array(z.unknown())
    .parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  const claim = unsubscribeClaim.safeParse({ workspaceId, contactId, taskId, recipientHash });
  return claim.success ? claim.data : null;
}

function sign(payload: string, key: Uint8Array): Buffer {
  assert(key.length >= 32, 'the unsubscribe key has at least 32 bytes');
  return createHmac('sha256', key).update(`${PURPOSE}:${payload}`).digest();
}
