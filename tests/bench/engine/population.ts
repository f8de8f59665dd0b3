import { createClient } from '@libsql/client';
import { actionChannel, graph } from '#shared/automation/graph.ts';
import { CONSENT_VERSION } from '#shared/contract/device.ts';
import { DAY, HOUR, MINUTE } from '#shared/kernel/clock.ts';
import { hashOfToken } from '../../../companion-server/auth/deviceToken.ts';
import { openDatabase } from '../../../companion-server/db/index.ts';
import { eagerSettings } from '../../simulation/setup.ts';

/** Monday, 2 March 2026, 10:00 UTC: schedule time and real time of the bench begin here. */
export const START = Date.UTC(2026, 2, 2, 10);
/** When everything was read last: so late that no watch comes due while the bench lasts. */
const READ = START + 1000 * DAY;

const WORKSPACES = 100;
/** Four in a workspace of a hundred senders: 25 senders each. */
const AUTOMATIONS = 400;

/** Ids as long as the real ones and sorted like them. */
function idOf(kind: string, n: number | string): string {
  return `printf('${kind.padEnd(8, '0')}-0000-7000-8000-%012d', ${n})`;
}
const ids = {
  workspace: (n: string) => idOf('a1', n),
  sender: (n: string) => idOf('a2', n),
  automation: (n: string) => idOf('a3', n),
  version: (n: string) => idOf('a4', n),
  linkedin: (n: string) => idOf('a5', n),
  email: (n: string) => idOf('a6', n),
  device: (n: string) => idOf('a7', n),
  company: (n: string) => idOf('b1', n),
  contact: (n: string) => idOf('b2', n),
  enrollment: (n: string) => idOf('b3', n),
  cursor: (n: string) => idOf('b4', n),
  task: (n: string) => idOf('b5', n),
  event: (n: string) => idOf('b6', n),
};

/** The same in JavaScript, for what the bench asks about. */
export function deviceIdOf(sender: number): string {
  return `a7000000-0000-7000-8000-${String(sender).padStart(12, '0')}`;
}
export function tokenOf(sender: number): string {
  return `bench-token-of-device-${String(sender).padStart(12, '0')}`;
}

/**
 * A database as a large installation has it: `enrollments` contacts in 400 automations of `senders` senders, three in
 * ten with a task that is ready and stopped by its sender's cap, the others waiting, queued, paused or finished.
 */
export async function populate(url: string, enrollments: number, senders: number): Promise<void> {
  const database = await openDatabase({ url });
  await database.close();
  const client = createClient({ url, concurrency: 1 });
  for (const pragma of ['synchronous = OFF', 'cache_size = -200000']) {
    await client.execute(`PRAGMA ${pragma}`);
  }
  const indexes = await client.execute(
    `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE '\\_\\_%' ESCAPE '\\'`,
  );
  // Indexes made afterwards cost half as much.
  for (const { name } of indexes.rows) await client.execute(`DROP INDEX "${name}"`);
  for (const text of statements(enrollments, senders)) await client.execute(text);
  const tokens = Array.from({ length: senders }, (_, sender) => [
    deviceIdOf(sender),
    hashOfToken(tokenOf(sender)),
  ]);
  await client.execute({
    sql: 'UPDATE device SET token_hash = v.value ->> 1 FROM json_each(?) AS v WHERE device.id = v.value ->> 0',
    args: [JSON.stringify(tokens)],
  });
  for (const row of indexes.rows) await client.execute(String(row.sql));
  await client.execute('DROP TABLE bench_n');
  client.close();
}

/**
 * Where each of 100 contacts of a sender stands. Two in ten senders are free and have contacts whose delay is over; all
 * others are at their cap.
 */
const place = `CASE WHEN (s / 100) % 5 = 0
  THEN CASE WHEN c < 40 THEN 'due' WHEN c < 60 THEN 'finished' WHEN c < 80 THEN 'queued' ELSE 'paused' END
  ELSE CASE WHEN c < 38 THEN 'capped' WHEN c < 70 THEN 'later' WHEN c < 85 THEN 'finished' WHEN c < 93 THEN 'queued' ELSE 'paused' END END`;

function statements(enrollments: number, senders: number): string[] {
  const live = `n.place IN ('due', 'capped', 'later')`;
  const settings = JSON.stringify(eagerSettings);
  const workspaceOf = (n: string) => ids.workspace(`(${n}) % ${WORKSPACES}`);
  const common = `n.workspace_id, n.automation_id`;
  return [
    `CREATE TABLE bench_n (i INTEGER PRIMARY KEY, s INTEGER, c INTEGER, place TEXT, workspace_id TEXT, automation_id TEXT)`,
    `INSERT INTO bench_n SELECT i, s, c, ${place}, ${workspaceOf('s')}, ${ids.automation(`s % 100 + 100 * ((s / 100) % 4)`)}
      FROM (SELECT i, s, (i / ${senders} * 37 + s / 100 * 13 + s) % 100 AS c
        FROM (SELECT value AS i, value % ${senders} AS s FROM generate_series(0, ${enrollments - 1})))`,
    `INSERT INTO workspace (id, name, created_at) SELECT ${ids.workspace('value')}, 'Team ' || value, ${START} FROM generate_series(0, ${WORKSPACES - 1})`,
    `INSERT INTO sender (id, workspace_id, name, owner_user_id, settings, consent_version, consent_at, created_at)
      SELECT ${ids.sender('value')}, ${workspaceOf('value')}, 'Rep ' || value, 'user' || value, '${settings}', ${CONSENT_VERSION}, ${START}, ${START}
      FROM generate_series(0, ${senders - 1})`,
    `INSERT INTO member (id, organization_id, user_id, role, created_at)
      SELECT 'member' || value, ${workspaceOf('value')}, 'user' || value, 'rep', ${START}
      FROM generate_series(0, ${senders - 1})`,
    `INSERT INTO channel (id, workspace_id, sender_id, kind, address, status, last_checked_at, inbox_read_at, acceptances_read_at, sent_read_at, first_used_at, last_action_at, created_at)
      SELECT ${ids.linkedin('value')}, ${workspaceOf('value')}, ${ids.sender('value')}, 'linkedin', CAST(100000 + value AS TEXT), 'active', ${READ}, ${READ}, ${READ}, ${READ}, ${START - 90 * DAY}, ${START - 2 * HOUR}, ${START}
      FROM generate_series(0, ${senders - 1})`,
    `INSERT INTO channel (id, workspace_id, sender_id, kind, address, status, smtp_status, imap_status, inbox_read_at, first_used_at, last_action_at, created_at)
      SELECT ${ids.email('value')}, ${workspaceOf('value')}, ${ids.sender('value')}, 'email', 'rep' || value || '@team.test', 'active', 'active', 'active', ${READ}, ${START - 90 * DAY}, ${START - 2 * HOUR}, ${START}
      FROM generate_series(0, ${senders - 1})`,
    `INSERT INTO device (id, workspace_id, sender_id, name, token_hash, paired_by, paired_at)
      SELECT ${ids.device('value')}, ${workspaceOf('value')}, ${ids.sender('value')}, 'Browser', 'unused' || value, 'user' || value, ${START}
      FROM generate_series(0, ${senders - 1})`,
    `INSERT INTO company (id, workspace_id, name, key)
      SELECT ${ids.company('i / 500000 * 100000 + i % 100000')}, workspace_id, 'Firm ' || i, 'firm' || i || '.test' FROM bench_n WHERE i % 500000 < 100000`,
    `INSERT INTO contact (id, workspace_id, first_name, last_name, sort_name, email, linkedin_slug, linkedin_profile_id, linkedin_member_id, company_id, company_name, title, source, legal_basis, enriched_at, last_outreach_at, created_at, updated_at)
      SELECT ${ids.contact('i')}, workspace_id, 'First' || i, 'Last' || i, 'last' || i || ' first' || i, 'p' || i || '@firm' || (i % 100000) || '.test', 'person-' || i, 'ACoAAperson' || i, CAST(1000000 + i AS TEXT),
        ${ids.company('i / 500000 * 100000 + i % 100000')}, 'Firm ' || (i % 100000), 'Head of Something', 'csv', 'interest', ${START - 30 * DAY}, ${START - 2 * DAY}, ${START - 40 * DAY}, ${START - 30 * DAY} FROM bench_n`,
    ...[
      ['linkedin_slug', `'person-' || i`],
      ['linkedin_profile', `'ACoAAperson' || i`],
      ['email', `'p' || i || '@firm' || (i % 100000) || '.test'`],
    ].map(
      ([kind, value]) => `INSERT INTO contact_identity (workspace_id, kind, value, contact_id)
      SELECT workspace_id, '${kind}', ${value}, ${ids.contact('i')} FROM bench_n`,
    ),
    ...Array.from({ length: AUTOMATIONS }, (_, n) => automationStatements(n, senders)).flat(),
    `INSERT INTO enrollment (id, workspace_id, automation_id, version_id, segment_node_id, contact_id, company_id, status, reason, live, sender_id, blocked_on, replies_from, transitions, visited, created_at, updated_at, ended_at)
      SELECT ${ids.enrollment('i')}, ${common}, replace(automation_id, 'a3', 'a4'), 'seg', ${ids.contact('i')}, ${ids.company('i / 500000 * 100000 + i % 100000')},
        CASE place WHEN 'finished' THEN 'finished' WHEN 'queued' THEN 'ready' WHEN 'paused' THEN 'paused' ELSE 'in_progress' END,
        CASE place WHEN 'paused' THEN 'replied' END, ${live}, CASE WHEN place <> 'queued' THEN ${ids.sender('s')} END,
        CASE place WHEN 'paused' THEN 'reply:' || ${ids.contact('i')} END, ${START - 30 * DAY}, 3, '["seg","who","hello","d1"]', ${START - 30 * DAY}, ${START - DAY},
        CASE place WHEN 'finished' THEN ${START - DAY} END FROM bench_n n`,
    `INSERT INTO cursor (id, enrollment_id, workspace_id, automation_id, node_id, visit, state, wake_at, waits_for, deadline_at, ending)
      SELECT ${ids.cursor('i')}, ${ids.enrollment('i')}, ${common}, CASE place WHEN 'capped' THEN 'hello' WHEN 'finished' THEN 'end' ELSE 'd1' END, 1,
        CASE place WHEN 'capped' THEN 'acting' WHEN 'finished' THEN 'ended' ELSE 'waiting' END,
        CASE place WHEN 'due' THEN ${START} - (40 - c) * ${MINUTE} WHEN 'later' THEN ${START + DAY} + (i * 7919) % ${30 * DAY} END,
        CASE WHEN place IN ('due', 'later') THEN 'time' END, CASE place WHEN 'due' THEN ${START} - (40 - c) * ${MINUTE} WHEN 'later' THEN ${START + DAY} + (i * 7919) % ${30 * DAY} END,
        CASE place WHEN 'finished' THEN 'finished' END FROM bench_n n WHERE place NOT IN ('queued', 'paused')`,
    `INSERT INTO task (id, workspace_id, automation_id, enrollment_id, cursor_id, contact_id, sender_id, channel_id, node_id, visit, kind, priority, not_before, state, fence, attempt, payload, payload_hash, verified, created_at, committed_at, finished_at)
      SELECT ${ids.task('i')}, ${common}, ${ids.enrollment('i')}, ${ids.cursor('i')}, ${ids.contact('i')}, ${ids.sender('s')}, ${ids.linkedin('s')}, 'hello', 1, 'message', 20, ${START - 3 * DAY},
        CASE place WHEN 'capped' THEN 'ready' ELSE 'done' END, place <> 'capped', place <> 'capped', CASE WHEN place <> 'capped' THEN '{"text":"Hello","subject":null}' END,
        NULL, CASE WHEN place <> 'capped' THEN 1 END, ${START - 3 * DAY}, CASE WHEN place <> 'capped' THEN ${START - 2 * DAY} END, CASE WHEN place <> 'capped' THEN ${START - 2 * DAY} END
      FROM bench_n n WHERE place NOT IN ('queued', 'paused')`,
    `INSERT INTO relation (contact_id, sender_id, workspace_id, status, since, connected_at, last_interaction_at)
      SELECT ${ids.contact('i')}, ${ids.sender('s')}, workspace_id, 'connected', ${START - 10 * DAY}, ${START - 10 * DAY}, ${START - 2 * DAY} FROM bench_n WHERE place IN ('due', 'later', 'finished')`,
    `INSERT INTO event (id, workspace_id, type, at, contact_id, enrollment_id, automation_id, sender_id, dedupe_key, data)
      SELECT ${ids.event('i')}, ${workspaceOf('s')}, 'enrolled', ${START - 30 * DAY}, ${ids.contact('i')}, ${ids.enrollment('i')}, automation_id, NULL, 'enrolled:' || ${ids.enrollment('i')}, NULL FROM bench_n`,
    // A capped sender used up its day; a free one has a usual week behind it.
    `INSERT INTO usage (account, kind, at, task_id)
      SELECT 'linkedin:' || (100000 + s.value), 'message', CASE WHEN (s.value / 100) % 5 = 0 THEN ${START - 2 * DAY} - u.value * ${HOUR} ELSE ${START} - (u.value + 1) * ${10 * MINUTE} END, 'used' || u.value
      FROM generate_series(0, ${senders - 1}) s, generate_series(1, 100) u`,
    `INSERT INTO lane (channel_id, kind, workspace_id, executor, ready_count, next_at, next_limit)
      SELECT CASE k.value WHEN 'send_email' THEN ${ids.email('s.value')} ELSE ${ids.linkedin('s.value')} END, k.value, ${workspaceOf('s.value')}, CASE k.value WHEN 'send_email' THEN 'server' ELSE 'extension' END,
        CASE k.value WHEN 'message' THEN coalesce(c.n, 0) ELSE 0 END,
        CASE WHEN k.value = 'message' AND (s.value / 100) % 5 <> 0 THEN ${START + 20 * HOUR} ELSE 0 END,
        CASE WHEN k.value = 'message' AND (s.value / 100) % 5 <> 0 THEN 'daily_cap' END
      FROM generate_series(0, ${senders - 1}) s CROSS JOIN json_each('${JSON.stringify(Object.keys(actionChannel))}') k
      LEFT JOIN (SELECT bench_n.s AS of, count(*) AS n FROM bench_n WHERE place = 'capped' GROUP BY 1) c ON c.of = s.value`,
    `INSERT INTO enrollment_count (automation_id, status, n) SELECT automation_id, status, count(*) FROM enrollment GROUP BY 1, 2`,
    `INSERT INTO segment_slot (automation_id, node_id, workspace_id, active, active_limit)
      SELECT automation_id, 'seg', workspace_id, sum(${live}), 1000000000 FROM bench_n n GROUP BY automation_id`,
    `INSERT INTO node_count (automation_id, node_id, workspace_id, standing, passed)
      SELECT automation_id, CASE place WHEN 'capped' THEN 'hello' ELSE 'd1' END, workspace_id, sum(${live}), count(*) FROM bench_n n GROUP BY 1, 2`,
  ];
}

function automationStatements(n: number, count: number): string[] {
  const workspace = n % WORKSPACES;
  const senders = Array.from({ length: count / WORKSPACES }, (_, row) => row)
    .filter((row) => row % 4 === Math.floor(n / 100))
    .map((row) => `a2000000-0000-7000-8000-${String(row * 100 + workspace).padStart(12, '0')}`);
  const text = JSON.stringify(benchGraph(senders)).replaceAll("'", "''");
  const [workspaceId, id, version] = [
    ids.workspace(`${workspace}`),
    ids.automation(`${n}`),
    ids.version(`${n}`),
  ];
  return [
    `INSERT INTO automation (id, workspace_id, name, status, draft, version_id, created_by, created_at, updated_at, started_at)
      VALUES (${id}, ${workspaceId}, 'Automation ${n}', 'running', '${text}', ${version}, 'user', ${START}, ${START}, ${START})`,
    `INSERT INTO automation_version (id, workspace_id, automation_id, number, graph, created_by, created_at)
      VALUES (${version}, ${workspaceId}, ${id}, 1, '${text}', 'user', ${START})`,
    `INSERT INTO admission (automation_id, workspace_id, next_at) VALUES (${id}, ${workspaceId}, ${START})`,
    `INSERT INTO automation_sender (automation_id, node_id, sender_id, workspace_id)
      SELECT ${id}, 'who', value, ${workspaceId} FROM json_each('${JSON.stringify(senders)}')`,
  ];
}

/** Invite, wait, and messages with delays between them. */
function benchGraph(senders: readonly string[]) {
  const nodes: Record<string, [type: string, config: object]> = {
    seg: ['segment', { listIds: ['l1'] }],
    who: ['sender_profile', { senders: senders.map((senderId) => ({ senderId })) }],
    invite: ['connect', { note: null, whenNoNote: null }],
    accepted: ['wait_until', { event: 'accepted', timeoutMs: 20 * DAY }],
    hello: ['message', { text: 'Hi {{ firstName }}, glad to be in touch. How does {{ company }} do this?' }],
    d1: ['delay', { durationMs: 3 * DAY }],
    again: [
      'message',
      { text: 'Did you see my note, {{ firstName | default: "there" }}? {Kind|Best} regards' },
    ],
    d2: ['delay', { durationMs: 3 * DAY }],
    last: ['message', { text: 'One last time, {{ firstName }}.' }],
    end: ['end', { outcome: 'neutral' }],
  };
  const edges = [
    'seg>who',
    'who>invite',
    'invite>accepted',
    'accepted.happened>hello',
    'accepted.timeout>end',
  ];
  edges.push('hello>d1', 'd1>again', 'again>d2', 'd2>last', 'last>end');
  return graph.parse({
    nodes: Object.entries(nodes).map(([id, [type, config]]) => ({
      id,
      type,
      position: { x: 0, y: 0 },
      config,
    })),
    edges: edges.map((text, at) => {
      const [from = '', target] = text.split('>');
      const [source, exit = 'next'] = from.split('.');
      return { id: `e${at}`, source, exit, target };
    }),
  });
}
