import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import type { MemberCall } from '../services/context.ts';
import { Refusal } from '../services/refusal.ts';
import { changesSince, latestSeq } from '../services/workspace/changesSince.ts';
import { isStillIn, memberCall } from './callers.ts';
import type { App, HttpEnv } from './httpEnv.ts';

const BATCH = 200;
/** A comment at least this often keeps proxies from closing the stream. */
const KEEP_ALIVE_MS = 15 * SECOND;
/** Open pages of one member: each asks the database anew at every write. */
const STREAMS_OF_MEMBER = 20;

/** Live updates: what changed, by id; the page then asks for it. Resumes after Last-Event-ID. */
export function serveStream(app: App, shutdown: AbortSignal): void {
  const open = new Map<string, number>();
  app.get(workspaceRoutes.stream.path, async (c) => {
    const call = await memberCall(c);
    const { userId } = call.actor;
    const last = Number(c.req.header('last-event-id'));
    const seq = Number.isSafeInteger(last) && last > 0 ? last : await latestSeq(call);
    count(open, userId, 1);
    return streamSSE(c, async (stream) => {
      const closed = new AbortController();
      stream.onAbort(() => closed.abort());
      try {
        await follow(c, call, stream, seq, AbortSignal.any([closed.signal, shutdown]));
      } finally {
        count(open, userId, -1);
      }
    });
  });
}

function count(open: Map<string, number>, userId: string, by: 1 | -1): void {
  const streams = (open.get(userId) ?? 0) + by;
  if (streams > STREAMS_OF_MEMBER) {
    throw new Refusal(
      429,
      'too_many_streams',
      `${STREAMS_OF_MEMBER} pages of yours are open and kept up to date.`,
      'Close some of them, or reload this page to see what changed.',
    );
  }
  if (streams > 0) open.set(userId, streams);
  else open.delete(userId);
}

async function follow(
  c: Context<HttpEnv>,
  call: MemberCall,
  stream: SSEStreamingApi,
  after: number,
  signal: AbortSignal,
): Promise<void> {
  const { lease } = call.clocks;
  let seq = after;
  let checkedAt = lease.now();
  await stream.write(': open\n\n');
  while (!signal.aborted) {
    const seen = call.changes.count();
    const rows = await changesSince(call, seq, BATCH);
    // Who signed out, or is no member any more, hears nothing more: seen at once where the team changed.
    if (rows.some(({ topic }) => topic === 'member') || lease.now() - checkedAt >= KEEP_ALIVE_MS) {
      if (!(await isStillIn(c, call))) return;
      checkedAt = lease.now();
    }
    for (const row of rows) {
      await stream.writeSSE({ event: 'change', id: String(row.seq), data: JSON.stringify(row) });
      seq = row.seq;
    }
    if (rows.length === BATCH) continue;
    if (rows.length === 0) await stream.write(': still here\n\n');
    await call.changes.wait(seen, KEEP_ALIVE_MS, signal);
  }
}
