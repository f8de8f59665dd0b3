import type { CounterName } from '#shared/statuses/counters.ts';
import type { schema } from '../../db/index.ts';

/** A counter that is not what it counts, and whose it is. */
export type Drift = schema.StoredDrift & { workspaceId: string };

/** A kept counter and how it is counted anew. All text is SQL; `r` is the counter's row. */
export interface Counter {
  name: Exclude<CounterName, 'usage' | 'stat_daily.n'>;
  table: string;
  column: string;
  key: readonly string[];
  /** The table whose ids the recount walks, and the column of `r` that holds them. */
  walks: 'channel' | 'automation' | 'list';
  by: string;
  counted: string;
  /** Rows that should be there and are not: the key and, where the table has it, `workspace_id`. */
  missing?: string;
  /** Where the table has no `workspace_id`. */
  workspace?: string;
}

const openHolds = (where: string) => `SELECT count(*) FROM hold h WHERE h.lifted_at IS NULL AND (${where})`;
const holdsOnChannel = (c: string) => `${openHolds(`h.scope = 'channel' AND h.scope_id = ${c}.id`)})
  + (${openHolds(`h.scope = 'sender' AND h.scope_id = ${c}.sender_id`)})
  + (${openHolds(`h.scope = 'workspace' AND h.scope_id = ${c}.workspace_id`)}`;

/** `:owners` is a JSON list of ids of what is walked. */
export const OWNERS = '(SELECT value FROM json_each(:owners))';

export const keptCounters: readonly Counter[] = [
  {
    name: 'lane.ready_count',
    table: 'lane',
    column: 'ready_count',
    key: ['channel_id', 'kind'],
    walks: 'channel',
    by: 'channel_id',
    counted: `SELECT count(*) FROM task t WHERE t.channel_id = r.channel_id AND t.kind = r.kind AND t.state = 'ready'`,
  },
  {
    name: 'channel.hold_count',
    table: 'channel',
    column: 'hold_count',
    key: ['id'],
    walks: 'channel',
    by: 'id',
    counted: `SELECT (${holdsOnChannel('r')})`,
  },
  {
    name: 'lane.hold_count',
    table: 'lane',
    column: 'hold_count',
    key: ['channel_id', 'kind'],
    walks: 'channel',
    by: 'channel_id',
    counted: `SELECT (${holdsOnChannel('c')})
      + (${openHolds(`h.scope = 'kind' AND h.scope_id = c.id AND h.kind = r.kind`)})
      FROM channel c WHERE c.id = r.channel_id`,
  },
  {
    name: 'channel.inflight',
    table: 'channel',
    column: 'inflight',
    key: ['id'],
    walks: 'channel',
    by: 'id',
    counted: `SELECT count(*) FROM task t WHERE t.channel_id = r.id AND t.state IN ('claimed','committing')`,
  },
  {
    name: 'automation.hold_count',
    table: 'automation',
    column: 'hold_count',
    key: ['id'],
    walks: 'automation',
    by: 'id',
    counted: openHolds(`h.scope = 'automation' AND h.scope_id = r.id`),
  },
  {
    name: 'segment_slot.active',
    table: 'segment_slot',
    column: 'active',
    key: ['automation_id', 'node_id'],
    walks: 'automation',
    by: 'automation_id',
    counted: `SELECT count(*) FROM enrollment e WHERE e.automation_id = r.automation_id
      AND e.segment_node_id = r.node_id AND e.live = 1`,
  },
  {
    name: 'company_slot.active',
    table: 'company_slot',
    column: 'active',
    key: ['automation_id', 'node_id', 'company_id'],
    walks: 'automation',
    by: 'automation_id',
    counted: `SELECT count(*) FROM enrollment e WHERE e.automation_id = r.automation_id
      AND e.segment_node_id = r.node_id AND e.company_id = r.company_id AND e.live = 1`,
  },
  {
    name: 'node_count.standing',
    table: 'node_count',
    column: 'standing',
    key: ['automation_id', 'node_id'],
    walks: 'automation',
    by: 'automation_id',
    counted: `SELECT count(*) FROM cursor c WHERE c.automation_id = r.automation_id AND c.node_id = r.node_id
      AND c.state <> 'ended'`,
    missing: `SELECT DISTINCT c.automation_id, c.node_id, c.workspace_id FROM cursor c
      WHERE c.automation_id IN ${OWNERS} AND c.state <> 'ended' AND NOT EXISTS (SELECT 1 FROM node_count n
        WHERE n.automation_id = c.automation_id AND n.node_id = c.node_id)`,
  },
  {
    name: 'node_count.failed',
    table: 'node_count',
    column: 'failed',
    key: ['automation_id', 'node_id'],
    walks: 'automation',
    by: 'automation_id',
    counted: `SELECT count(*) FROM cursor c WHERE c.automation_id = r.automation_id AND c.node_id = r.node_id
      AND c.ending = 'failed'`,
  },
  {
    name: 'enrollment_count.n',
    table: 'enrollment_count',
    column: 'n',
    key: ['automation_id', 'status'],
    walks: 'automation',
    by: 'automation_id',
    counted: `SELECT count(*) FROM enrollment e WHERE e.automation_id = r.automation_id AND e.status = r.status`,
    missing: `SELECT DISTINCT e.automation_id, e.status FROM enrollment e
      WHERE e.automation_id IN ${OWNERS} AND NOT EXISTS (SELECT 1 FROM enrollment_count n
        WHERE n.automation_id = e.automation_id AND n.status = e.status)`,
    workspace: '(SELECT workspace_id FROM automation a WHERE a.id = r.automation_id)',
  },
  {
    // How often contacts were placed since the last change of senders is kept nowhere else: only that it is possible.
    name: 'automation_sender.placed',
    table: 'automation_sender',
    column: 'placed',
    key: ['automation_id', 'node_id', 'sender_id'],
    walks: 'automation',
    by: 'automation_id',
    counted: `SELECT max(0, min(r.placed, coalesce(sum(n), 0))) FROM enrollment_count
      WHERE automation_id = r.automation_id`,
  },
  {
    name: 'list.member_count',
    table: 'list',
    column: 'member_count',
    key: ['id'],
    walks: 'list',
    by: 'id',
    counted: `SELECT count(*) FROM list_member m WHERE m.list_id = r.id`,
  },
];
