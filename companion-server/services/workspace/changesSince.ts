import { and, asc, eq, gt, max } from 'drizzle-orm';
import { schema } from '../../db/index.ts';
import type { Call } from '../context.ts';

const { outbox } = schema;

/** Where a stream starts that has seen nothing: only what comes from now on. */
export async function latestSeq(call: Call): Promise<number> {
  const rows = await call.db.reader
    .select({ seq: max(outbox.seq) })
    .from(outbox)
    .where(eq(outbox.workspaceId, call.workspaceId));
  return rows[0]?.seq ?? 0;
}

/** What changed in the workspace after `seq`, oldest first. */
export function changesSince(call: Call, seq: number, limit: number) {
  return call.db.reader
    .select({ seq: outbox.seq, topic: outbox.topic, entityId: outbox.entityId })
    .from(outbox)
    .where(and(eq(outbox.workspaceId, call.workspaceId), gt(outbox.seq, seq)))
    .orderBy(asc(outbox.seq))
    .limit(limit);
}
