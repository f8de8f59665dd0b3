import { streamSSE } from 'hono/streaming';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { isMember } from '../services/member/members.ts';
import { changesSince, latestSeq } from '../services/workspace/changesSince.ts';
import { memberCall } from './callers.ts';
import type { App } from './httpEnv.ts';

const BATCH = 200;
/** A comment at least this often keeps proxies from closing the stream. */
const KEEP_ALIVE_MS = 15 * SECOND;

/** Live updates: what changed, by id; the page then asks for it. Resumes after Last-Event-ID. */
export function serveStream(app: App, shutdown: AbortSignal): void {
  app.get(workspaceRoutes.stream.path, async (c) => {
    const call = await memberCall(c);
    const last = Number(c.req.header('last-event-id'));
    let seq = Number.isSafeInteger(last) && last > 0 ? last : await latestSeq(call);
    return streamSSE(c, async (stream) => {
      const closed = new AbortController();
      stream.onAbort(() => closed.abort());
      const signal = AbortSignal.any([closed.signal, shutdown]);
      await stream.write(': open\n\n');
      while (!signal.aborted) {
        const seen = call.changes.count();
        const rows = await changesSince(call, seq, BATCH);
        for (const row of rows) {
          await stream.writeSSE({ event: 'change', id: String(row.seq), data: JSON.stringify(row) });
          seq = row.seq;
        }
        // The team changed: who is no member any more hears nothing more.
        if (rows.some(({ topic }) => topic === 'member') && !(await isMember(call))) return;
        if (rows.length === BATCH) continue;
        if (rows.length === 0) await stream.write(': still here\n\n');
        await call.changes.wait(seen, KEEP_ALIVE_MS, signal);
      }
    });
  });
}
