import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { graph as graphSchema } from '#shared/automation/graph.ts';
import { changedSteps } from '#shared/automation/versionDiff.ts';
import { openDatabase, schema } from '../../../companion-server/db/index.ts';
import { addToList } from '../../../companion-server/engine/index.ts';
import { addContact, addSender, openStage, START, type Stage, WORKSPACE } from '../../simulation/setup.ts';
import { enrollmentOf, inUnit, nextOfKind, perform, settle } from './support.ts';

/** A database of the first version, with an automation that runs in it, goes on running after the update. */

const migrations = new URL('../../../companion-server/db/migrations/', import.meta.url);
const at = { x: 0, y: 0 };
/** As the first version stored graphs. */
const stored = {
  nodes: [
    {
      id: 'seg',
      type: 'segment',
      label: '',
      position: at,
      config: { listIds: ['l1'], activeLimit: null, coworkersLimit: null },
    },
    {
      id: 'who',
      type: 'sender_profile',
      label: '',
      position: at,
      config: { senders: [{ senderId: 's1', weight: 1 }], preferLatestContacted: true },
    },
    { id: 'v', type: 'visit', label: '', position: at, config: {} },
    { id: 'end', type: 'end', label: '', position: at, config: { outcome: 'neutral' } },
  ],
  edges: [
    { id: 'e1', source: 'seg', exit: 'next', target: 'who' },
    { id: 'e2', source: 'who', exit: 'next', target: 'v' },
    { id: 'e3', source: 'v', exit: 'next', target: 'end' },
  ],
};

let dir: string;
let stage: Stage;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rapport-upgrade-'));
  const url = `file:${join(dir, 'old.db')}`;
  await makeOld(url);
  stage = await openStage(1, undefined, url);
});
afterEach(async () => {
  await stage.close();
  rmSync(dir, { recursive: true });
});

async function makeOld(url: string): Promise<void> {
  const migrationsFolder = join(dir, 'migrations');
  mkdirSync(join(migrationsFolder, 'meta'), { recursive: true });
  cpSync(new URL('0000_initial.sql', migrations), join(migrationsFolder, '0000_initial.sql'));
  const journal = JSON.parse(readFileSync(new URL('meta/_journal.json', migrations), 'utf8'));
  const first = { ...journal, entries: journal.entries.slice(0, 1) };
  writeFileSync(join(migrationsFolder, 'meta', '_journal.json'), JSON.stringify(first));
  const old = await openDatabase({ url, migrationsFolder });
  const text = JSON.stringify(stored);
  await old.write(async (tx) => {
    await tx.run(sql`INSERT INTO workspace (id, name, created_at) VALUES (${WORKSPACE}, 'Team', ${START})`);
    await tx.run(sql`INSERT INTO automation (id, workspace_id, name, status, draft, version_id, created_by,
      created_at, updated_at, started_at)
      VALUES ('a1', ${WORKSPACE}, 'Old', 'running', ${text}, 'v1', 'u', ${START}, ${START}, ${START})`);
    await tx.run(sql`INSERT INTO automation_version (id, workspace_id, automation_id, number, graph, created_by,
      created_at) VALUES ('v1', ${WORKSPACE}, 'a1', 1, ${text}, 'u', ${START})`);
    await tx.run(sql`INSERT INTO segment_slot (automation_id, node_id, workspace_id, active_limit)
      VALUES ('a1', 'seg', ${WORKSPACE}, 1000000000)`);
    await tx.run(sql`INSERT INTO automation_sender (automation_id, node_id, sender_id, workspace_id)
      VALUES ('a1', 'who', 's1', ${WORKSPACE})`);
  });
  await old.close();
}

it('feeds, admits and performs by a graph that knows nothing of newer settings', async () => {
  await addSender(stage, 's1');
  const person = await addContact(stage, 1, { bound: true });
  await stage.db.write((tx) => tx.delete(schema.listMember));
  await inUnit(stage, (unit) => addToList(unit, { workspaceId: WORKSPACE }, 'l1', [person.contactId]));
  await settle(stage);
  expect(await enrollmentOf(stage, person.contactId)).toMatchObject({ status: 'in_progress' });
  await perform(stage, await nextOfKind(stage, 'visit'));
  expect(await enrollmentOf(stage, person.contactId)).toMatchObject({ status: 'finished' });
});

it('shows no step as changed that nobody changed', async () => {
  const [row] = await stage.db.reader
    .select({ draft: schema.automation.draft, graph: schema.automationVersion.graph })
    .from(schema.automation)
    .innerJoin(schema.automationVersion, eq(schema.automationVersion.id, schema.automation.versionId));
  expect(row?.graph.nodes[0]).toMatchObject({ config: { tagIds: [], keepFeeding: true } });
  expect(row?.draft).toEqual(row?.graph);
  // What the builder saves has every setting.
  expect(row && changedSteps(row.graph, graphSchema.parse(stored))).toEqual([]);
});
