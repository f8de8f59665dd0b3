import { HOUR } from '#shared/kernel/clock.ts';
import { type Reader, schema } from '../../companion-server/db/index.ts';
import { explainEnrollment } from '../../companion-server/engine/index.ts';
import type { Books } from './books.ts';
import type { Ledger } from './ledger.ts';
import { Violation } from './violation.ts';

/** Each answers rows where a counter is not what it counts; one line per counter. */
const drifts: Record<string, string> = {
  'ready tasks of a lane': `SELECT channel_id, kind, ready_count FROM lane l WHERE ready_count <>
    (SELECT count(*) FROM task t WHERE t.channel_id = l.channel_id AND t.kind = l.kind AND t.state = 'ready')`,
  'holds of a lane': `SELECT l.channel_id, l.kind, l.hold_count FROM lane l JOIN channel c ON c.id = l.channel_id
    WHERE l.hold_count <> (SELECT count(*) FROM hold h WHERE h.lifted_at IS NULL AND (
      (h.scope = 'kind' AND h.scope_id = c.id AND h.kind = l.kind) OR (h.scope = 'channel' AND h.scope_id = c.id)
      OR (h.scope = 'sender' AND h.scope_id = c.sender_id) OR (h.scope = 'workspace' AND h.scope_id = c.workspace_id)))`,
  'holds of a channel': `SELECT id, hold_count FROM channel c WHERE hold_count <>
    (SELECT count(*) FROM hold h WHERE h.lifted_at IS NULL AND ((h.scope = 'channel' AND h.scope_id = c.id)
      OR (h.scope = 'sender' AND h.scope_id = c.sender_id) OR (h.scope = 'workspace' AND h.scope_id = c.workspace_id)))`,
  'holds of an automation': `SELECT id, hold_count FROM automation a WHERE hold_count <>
    (SELECT count(*) FROM hold h WHERE h.lifted_at IS NULL AND h.scope = 'automation' AND h.scope_id = a.id)`,
  'tasks in flight of a channel': `SELECT id, inflight FROM channel c WHERE inflight <>
    (SELECT count(*) FROM task t WHERE t.channel_id = c.id AND t.state IN ('claimed','committing'))`,
  'active contacts of a segment': `SELECT automation_id, node_id, active, active_limit FROM segment_slot s WHERE active <>
    (SELECT count(*) FROM enrollment e WHERE e.automation_id = s.automation_id AND e.segment_node_id = s.node_id
      AND e.live = 1) OR active > active_limit`,
  'active colleagues of a company': `SELECT * FROM company_slot s WHERE active <>
    (SELECT count(*) FROM enrollment e WHERE e.automation_id = s.automation_id AND e.segment_node_id = s.node_id
      AND e.company_id = s.company_id AND e.live = 1) OR active > slot_limit`,
  'contacts standing on a node': `SELECT automation_id, node_id, standing FROM node_count n WHERE standing <>
    (SELECT count(*) FROM cursor c JOIN enrollment e ON e.id = c.enrollment_id
      WHERE c.node_id = n.node_id AND e.automation_id = n.automation_id AND c.state <> 'ended')`,
  'contacts placed with a sender': `SELECT automation_id, sender_id, placed FROM automation_sender s WHERE placed >
    (SELECT count(*) FROM enrollment e WHERE e.automation_id = s.automation_id AND e.sender_id = s.sender_id)
      AND NOT EXISTS (SELECT 1 FROM automation a WHERE a.id = s.automation_id AND a.draft LIKE '%change_sender%')`,
  'live enrollments of a contact': `SELECT contact_id FROM enrollment WHERE live = 1 GROUP BY contact_id HAVING count(*) > 1`,
};

/** The cheapest, for every step: one thing at a time on every channel. */
const CROWDED = `SELECT channel_id FROM task WHERE state IN ('claimed','committing') GROUP BY channel_id HAVING count(*) > 1`;

export async function checkOneAtATime(books: Books): Promise<void> {
  const [row] = await books.rows(CROWDED);
  if (row) throw new Violation(`two tasks in flight on ${row.channel_id}`);
}

export async function checkCounters(books: Books): Promise<void> {
  for (const [what, text] of Object.entries(drifts)) {
    const [row] = await books.rows(text);
    if (row) throw new Violation(`${what} drifted: ${JSON.stringify(row)}`);
  }
}

/** How long whoever an entry names may still be under way. */
const ENDS_WITHIN = HOUR;

/** Whom an entry of the stoplist named by their address ended soon after it. One who was merged may have got it later. */
const LEFT_OUT = `SELECT e.id, s.value, s.at FROM suppression s
  JOIN contact c ON s.kind IN ('email', 'domain') AND (c.email = s.value OR c.email LIKE '%@' || s.value)
  JOIN enrollment e ON e.contact_id = c.id AND e.ended_at IS NULL AND e.created_at <= s.at
  WHERE s.at < ? AND NOT EXISTS (SELECT 1 FROM contact gone WHERE gone.merged_into = c.id)`;

export async function checkStoplisted(books: Books, now: number): Promise<void> {
  const [row] = await books.rows(LEFT_OUT, [now - ENDS_WITHIN]);
  if (row) throw new Violation(`under way long after the stoplist named them: ${JSON.stringify(row)}`);
}

/** What counts as done was seen in the world. */
export async function checkDone(books: Books, ledger: Ledger): Promise<void> {
  const done = await books.rows(`SELECT id FROM task WHERE state = 'done' AND kind <> 'visit'`);
  for (const { id } of done) {
    if (!ledger.happened(String(id))) throw new Violation(`task ${id} is done, but nothing happened`);
  }
}

/** Whatever does not move says why, what it waits for or when it goes on. */
export async function checkExplained(reader: Reader, now: number): Promise<void> {
  for (const row of await reader.select().from(schema.enrollment)) {
    const why = await explainEnrollment(reader, row, now);
    if (why.sentence.trim() === '') throw new Violation(`enrollment ${row.id} (${row.status}) says nothing`);
    if (row.endedAt !== null || why.sentence.endsWith('is under way.')) continue;
    if (why.waitsFor === null) throw new Violation(`enrollment ${row.id} waits for nothing: ${why.sentence}`);
    if (row.status === 'paused' && why.whoMustAct === 'nobody') {
      throw new Violation(`enrollment ${row.id} is paused and nobody must act`);
    }
  }
}

/** What keeps a world from being over, for the report. */
export async function whatIsOpen(books: Books): Promise<string[]> {
  const tasks = await books.rows(
    `SELECT 'task' AS what, id, kind, state, reason, not_before, blocked_on FROM task
      WHERE state IN ('scheduled','ready','claimed','committing','unknown')`,
  );
  const contacts = await books.rows(
    `SELECT 'contact' AS what, id, contact_id, status, reason, blocked_on FROM enrollment WHERE ended_at IS NULL`,
  );
  const calls = await books.rows(
    `SELECT 'call' AS what, id, state, attempts, next_at, answer FROM webhook_delivery WHERE state IN ('pending','failed')`,
  );
  const imports = await books.rows(
    `SELECT 'import' AS what, id, state, reason, start, next_at FROM list_import WHERE state <> 'done'`,
  );
  if (tasks.length + contacts.length + calls.length + imports.length === 0) return [];
  const holds = await books.rows(
    `SELECT 'hold' AS what, scope, scope_id, kind, reason, until FROM hold WHERE lifted_at IS NULL`,
  );
  return [...contacts, ...tasks, ...calls, ...imports, ...holds].map((row) => JSON.stringify(row));
}
