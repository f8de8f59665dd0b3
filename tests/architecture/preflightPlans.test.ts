import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createClient } from '@libsql/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Graph, graph } from '#shared/automation/graph.ts';
import { automationRoutes } from '#shared/contract/automation.ts';
import { defaultSenderSettings } from '#shared/schedule/settings.ts';
import { type Database, openDatabase, schema } from '../../companion-server/db/index.ts';
import { contactsOf } from '../../companion-server/services/automation/audience.ts';
import { forecastGraph } from '../../companion-server/services/automation/forecast.ts';
import { checkFlow } from '../../companion-server/services/automation/preflightFlow.ts';
import { checkOverlaps } from '../../companion-server/services/automation/preflightOverlaps.ts';
import { actorsOf } from '../../companion-server/services/automation/preflightSenders.ts';
import type { MemberCall } from '../../companion-server/services/context.ts';

const PEOPLE = 20_000;
const START = Date.UTC(2026, 9, 5, 6);
const statements = new Set<string>();
const folder = mkdtempSync(join(tmpdir(), 'rapport-preflight-'));
const url = pathToFileURL(join(folder, 'plan.db')).href;

let db: Database;
let call: MemberCall;
beforeAll(async () => {
  db = await openDatabase({ url, onStatement: (text) => statements.add(text) });
  await db.write(async (tx) => {
    await tx.insert(schema.workspace).values({ id: 'w', name: 'W', createdAt: 1 });
    const base = { workspaceId: 'w', createdAt: 1 };
    for (const id of ['s1', 's2']) {
      await tx
        .insert(schema.sender)
        .values({ ...base, id, name: id, ownerUserId: 'u', settings: defaultSenderSettings() });
      await tx
        .insert(schema.channel)
        .values({ ...base, id: `${id}-l`, senderId: id, kind: 'linkedin', firstUsedAt: 1 });
    }
    for (let from = 0; from < PEOPLE; from += 500) {
      const ids = Array.from({ length: 500 }, (_, at) => `c${String(from + at).padStart(6, '0')}`);
      await tx.insert(schema.contact).values(
        ids.map((id) => ({
          ...base,
          id,
          firstName: id,
          linkedinSlug: id,
          email: `${id}@example.org`,
          source: 'csv',
          legalBasis: 'x',
          updatedAt: 1,
        })),
      );
      await tx
        .insert(schema.listMember)
        .values(
          ids.flatMap((contactId) =>
            ['l1', 'l2'].map((listId) => ({ listId, contactId, workspaceId: 'w', addedAt: 1 })),
          ),
        );
    }
  });
  statements.clear();
  // Only what these checks read of a call.
  const parts = {
    db,
    workspaceId: 'w',
    clocks: { schedule: { now: () => START } },
    timers: { sleep: async () => {} },
  };
  call = parts as unknown as MemberCall;
}, 120_000);
afterAll(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

function twoSegments(): Graph {
  const position = { x: 0, y: 0 };
  const config = { senders: [{ senderId: 's1' }, { senderId: 's2' }] };
  return graph.parse({
    nodes: [
      { id: 'a', type: 'segment', position, config: { listIds: ['l1'] } },
      { id: 'b', type: 'segment', position, config: { listIds: ['l2'], tagIds: ['t1'] } },
      { id: 'p', type: 'sender_profile', position, config },
      { id: 'c', type: 'connect', position, config: { note: null, whenNoNote: null } },
      { id: 'm', type: 'message', position, config: { text: 'Hello' } },
      { id: 'e', type: 'end', position, config: { outcome: 'neutral' } },
    ],
    edges: [
      ['a', 'p'],
      ['b', 'p'],
      ['p', 'c'],
      ['c', 'm'],
      ['m', 'e'],
    ].map(([source, target], at) => ({ id: `e${at}`, exit: 'next', source, target })),
  });
}

it('counts thousands of contacts in a few statements, and lets none of them scan a big table', async () => {
  const whole = twoSegments();
  const seen: string[] = [];
  for await (const { id } of contactsOf(call, whole)) seen.push(id);
  expect(new Set(seen).size).toBe(PEOPLE);
  expect(seen).toHaveLength(PEOPLE);
  await actorsOf(call, whole);
  expect(await checkFlow(call, whole)).toMatchObject([{ code: 'message_before_connection', count: PEOPLE }]);
  expect(await checkOverlaps(call, 'a1', whole)).toEqual([]);
  const forecast = await forecastGraph(call, whole, null);
  expect(automationRoutes.preflight.response.shape.forecast.parse(forecast)).toMatchObject({
    contacts: PEOPLE,
  });
  expect(statements.size).toBeLessThan(20);

  const client = createClient({ url });
  const bad: string[] = [];
  for (const text of statements) {
    const args = Array.from({ length: text.split('?').length - 1 }, () => null);
    const { rows } = await client.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
    for (const { detail } of rows) {
      if (/^SCAN (contact|list_member|enrollment|relation|usage|task)\b/.test(String(detail))) {
        bad.push(`${detail} <= ${text.slice(0, 300)}`);
      }
    }
  }
  client.close();
  expect(bad.join('\n')).toBe('');
});
