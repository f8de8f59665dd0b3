import { sql } from 'drizzle-orm';
import type { Reader } from '../../companion-server/db/index.ts';
import { Violation, type World } from './world.ts';

/** Counters equal a recount, and what counts as done was seen in the world. */
export async function checkDatabase(reader: Reader, world: World): Promise<void> {
  const lanes = await reader.all<Record<string, number | string>>(sql`
    SELECT l.channel_id, l.kind, l.ready_count,
      (SELECT count(*) FROM task t WHERE t.channel_id = l.channel_id AND t.kind = l.kind AND t.state = 'ready') AS ready,
      l.hold_count, (SELECT count(*) FROM hold h JOIN channel c ON c.id = l.channel_id WHERE h.lifted_at IS NULL AND (
        (h.scope = 'kind' AND h.scope_id = c.id AND h.kind = l.kind) OR (h.scope = 'channel' AND h.scope_id = c.id)
        OR (h.scope = 'sender' AND h.scope_id = c.sender_id) OR (h.scope = 'workspace' AND h.scope_id = c.workspace_id))) AS holds
    FROM lane l`);
  for (const row of lanes) {
    same(row, 'ready_count', 'ready');
    same(row, 'hold_count', 'holds');
  }
  const channels = await reader.all<Record<string, number | string>>(sql`
    SELECT c.id, c.inflight, (SELECT count(*) FROM task t WHERE t.channel_id = c.id AND t.state IN ('claimed','committing')) AS held
    FROM channel c`);
  for (const row of channels) same(row, 'inflight', 'held');
  const slots = await reader.all<Record<string, number | string>>(sql`
    SELECT s.active, s.active_limit, (SELECT count(*) FROM enrollment e WHERE e.automation_id = s.automation_id
      AND e.segment_node_id = s.node_id AND e.live = 1) AS live FROM segment_slot s`);
  for (const row of slots) {
    same(row, 'active', 'live');
    if (Number(row.active) > Number(row.active_limit))
      throw new Violation(`too many active: ${JSON.stringify(row)}`);
  }
  const nodes = await reader.all<Record<string, number | string>>(sql`
    SELECT n.node_id, n.standing, (SELECT count(*) FROM cursor c JOIN enrollment e ON e.id = c.enrollment_id
      WHERE c.node_id = n.node_id AND e.automation_id = n.automation_id AND c.state <> 'ended') AS there FROM node_count n`);
  for (const row of nodes) same(row, 'standing', 'there');
  for (const effect of world.effects) {
    const [row] = await reader.all<{ contact_id: string }>(
      sql`SELECT contact_id FROM task WHERE id = ${effect.taskId}`,
    );
    if (row?.contact_id !== effect.contactId) {
      throw new Violation(`task ${effect.taskId} for ${row?.contact_id} reached ${effect.contactId}`);
    }
    const [yes] = await reader.all<{ fence: number }>(sql`
      SELECT fence FROM task_attempt WHERE task_id = ${effect.taskId} AND committed_at IS NOT NULL
        AND (fence = ${effect.fence} OR ${effect.fence} IS NULL) LIMIT 1`);
    if (!yes) throw new Violation(`task ${effect.taskId} was done without a yes to its commit`);
  }
  const done = await reader.all<{ id: string; kind: string; contact_id: string }>(
    sql`SELECT id, kind, contact_id FROM task WHERE state = 'done' AND kind <> 'visit'`,
  );
  for (const row of done) {
    const effect = world.effects.find((each) => each.taskId === row.id);
    if (!effect) throw new Violation(`task ${row.id} is done, but nothing happened`);
  }
}

function same(row: Record<string, number | string>, counter: string, counted: string): void {
  if (Number(row[counter]) !== Number(row[counted])) {
    throw new Violation(`${counter} is not ${counted}: ${JSON.stringify(row)}`);
  }
}
