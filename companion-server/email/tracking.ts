import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { assert } from '#shared/kernel/assert.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import type { MachineSign } from '#shared/statuses/machine.ts';

/** What a tracking link says: of which email, and for a link its place in the text and where it leads. */
const trackingClaim = z.object({
  workspaceId: z.string().min(1).max(64),
  taskId: z.string().min(1).max(64),
  /** Null: the image that reports an open. */
  link: z
    .object({ index: z.int().min(0).max(1_000), url: z.url({ protocol: /^https?$/ }).max(4_000) })
    .nullable(),
});
export type TrackingClaim = z.infer<typeof trackingClaim>;

/** Signed into every token: none made for another purpose with the same key opens here. */
const PURPOSE = 'rapport:tracking:1';
const TOKEN_AT_MOST = 8_000;

/** Signed with its target, so that nobody can make one that leads elsewhere. */
export function createTrackingToken({ workspaceId, taskId, link }: TrackingClaim, key: Uint8Array): string {
  const payload = Buffer.from(
    JSON.stringify([workspaceId, taskId, link?.index ?? null, link?.url ?? null]),
  ).toString('base64url');
  return `${payload}.${sign(payload, key).toString('base64url')}`;
}

/** Null: not signed by this server. */
export function readTrackingToken(token: string, key: Uint8Array): TrackingClaim | null {
  if (token.length > TOKEN_AT_MOST) return null;
  const [payload = '', mac = '', ...rest] = token.split('.');
  if (payload === '' || rest.length > 0) return null;
  const [given, expected] = [Buffer.from(mac, 'base64url'), sign(payload, key)];
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const [workspaceId, taskId, index, url] = z
    .array(z.unknown())
    .parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
  const claim = trackingClaim.safeParse({
    workspaceId,
    taskId,
    link: index === null ? null : { index, url },
  });
  return claim.success ? claim.data : null;
}

function sign(payload: string, key: Uint8Array): Buffer {
  assert(key.length >= 32, 'the tracking key has at least 32 bytes');
  return createHmac('sha256', key).update(`${PURPOSE}:${payload}`).digest();
}

/**
 * Image proxies that fetch before anybody looks, mail scanners, link previews and plain HTTP clients. Apple's Mail
 * Privacy Protection calls itself "Mozilla/5.0" and no more; Gmail's prefetcher is an Edge 12 with "Mozilla/5.0" at its
 * end. Gmail's "GoogleImageProxy" is no machine: it fetches an image when the person opens the message
 * (https://wordtothewise.com/2013/12/gmail-deploys-image-proxy-servers/).
 */
const MACHINE_AGENT =
  /^mozilla\/5\.0$|edge\/12\.246 mozilla\/5\.0$|yahoomailproxy|yahoocachesystem|bot\b|crawl|spider|slurp|preview|scan|safelink|mimecast|proofpoint|barracuda|symantec|forcepoint|fortinet|trendmicro|sophos|cloudmark|curl|wget|python|java\/|okhttp|go-http-client|axios|node-fetch|undici|libwww|headless|phantomjs|microsoft office|ms-office/i;

/** A person needs longer than this from the server's answer to the first look. */
const AT_ONCE_MS = 5 * SECOND;

/** What one request by itself shows. */
export function machineSign(request: {
  method: string;
  userAgent: string;
  /** Since the message was handed over; null: unknown. */
  afterMs: number | null;
}): MachineSign | null {
  if (request.method === 'HEAD') return 'head';
  const agent = request.userAgent.trim();
  if (agent === '') return 'no_agent';
  if (MACHINE_AGENT.test(agent)) return 'known_agent';
  return request.afterMs !== null && request.afterMs < AT_ONCE_MS ? 'at_once' : null;
}

/** Clicks this close together are one look. */
export const LOOK_MS = 5 * SECOND;

/** Whether a click is part of a scan: another link of the same email was followed within seconds. */
export function isScan(
  click: { link: number; at: number },
  others: readonly { link: number; at: number }[],
): boolean {
  return others.some((other) => other.link !== click.link && Math.abs(other.at - click.at) <= LOOK_MS);
}
