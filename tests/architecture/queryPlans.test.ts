import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { describe, expect, it } from 'vitest';
import { schema } from '../../companion-server/db/index.ts';
import {
  acceptanceOf,
  addStoplistEntry,
  bouncesOf,
  claimEmail,
  commitTask,
  isIdle,
  nextWorkFor,
  type Observations,
  readySteps,
  recordObservations,
  recordOutcome,
  recordSession,
  silentSpells,
  tick,
  unitOfWork,
} from '../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  memberIdOf,
  openStage,
  outreachGraph,
  type Stage,
  WORKSPACE,
} from '../simulation/setup.ts';

/** Tables with at most a few rows per workspace: walking them is no mistake. */
const small = new Set([
  'channel',
  'sender',
  'automation',
  'device',
  'workspace',
  'leader',
  'admission',
  'company_slot',
]);

/** Every statement the engine runs, collected from a whole small run of it. */
async function statementsOfARun(): Promise<{
  statements: Set<string>;
  schemaText: string;
  close(): Promise<void>;
}> {
  const statements = new Set<string>();
  const stage = await openStage(5, (text) => statements.add(text));
  await addSender(stage, 's1');
  for (let n = 1; n <= 4; n++) await addContact(stage, n, { bound: n > 1, companyId: 'firm' });
  await addAutomation(stage, 'a1', outreachGraph(['s1'], { active: 2, coworkers: 3 }));
  for (let round = 0; round < 12; round++) {
    await tick(stage.ctx);
    await isIdle(stage.ctx);
    stage.time.real += 60_000;
    const mail = await claimEmail(stage.ctx, 'mailer');
    if (mail?.type === 'task') await send(stage.ctx, 'mailer', mail.taskId, mail.fence);
    const work = await nextWorkFor(stage.ctx, 's1-d1', { canAct: true });
    if (work.type === 'watch')
      await recordObservations(stage.ctx, 's1-d1', { memberId: memberIdOf('s1'), ...everything });
    if (work.type === 'task') await send(stage.ctx, 's1-d1', work.step.taskId, work.step.fence);
  }
  await loseAndRegain(stage);
  await stoplistMany(stage);
  return { statements, schemaText: stage.schemaText, close: stage.close };
}

/** A domain and a company, whose people end in rounds. */
async function stoplistMany({ ctx }: Stage): Promise<void> {
  const entry = { workspaceId: WORKSPACE, reason: 'x', via: null, inboundId: null, by: 'x', at: 1 };
  const company = { id: 'firm', workspaceId: WORKSPACE, name: 'Firm', key: 'firm' };
  await unitOfWork(ctx, async (unit) => {
    await unit.tx.insert(schema.company).values(company);
    await addStoplistEntry(unit, { ...entry, id: 'x1', kind: 'domain', value: 'firm2.test' });
    await addStoplistEntry(unit, { ...entry, id: 'x2', kind: 'company', value: 'firm' });
  });
  for (let busy = true; busy; ) ({ busy } = await tick(ctx));
}

/** A lost session, found again by the sweep after a silence of the browser. */
async function loseAndRegain({ ctx, time }: Stage): Promise<void> {
  const device = 's1-d1';
  await recordSession(ctx, device, { state: 'inactive', reason: 'wrong_credentials', challenge: null });
  time.real += 600_000;
  const member = {
    memberId: memberIdOf('s1'),
    profileId: 'ACoAAme',
    slug: 'me',
    name: 'Me',
    premium: false,
  };
  await recordSession(ctx, device, { state: 'logged_in', member });
  await tick(ctx);
  await recordObservations(ctx, device, { memberId: member.memberId, acceptances: [], inbound: [] });
  for (const row of await ctx.db.reader.select().from(schema.channel)) {
    await acceptanceOf(ctx.db.reader, row, time.real);
    await bouncesOf(ctx.db.reader, row, time.real);
    await silentSpells(ctx.db.reader, row, 0, time.real);
    await readySteps(ctx.db.reader, row.id, 'connect');
  }
}

/** A reading of all lists, with somebody in each. */
const everything: Observations = {
  acceptances: [],
  inbound: [],
  threadsOf: ['ACoAAperson000002'],
  sentInvitations: {
    toContacts: [{ profileId: 'ACoAAperson000003', key: 'a'.repeat(32), sentAt: 1 }],
    toOthers: [{ key: 'b'.repeat(32), sentAt: 1 }],
    gone: ['ACoAAperson000003'],
    complete: true,
  },
};

async function send(ctx: Parameters<typeof commitTask>[0], by: string, taskId: string, fence: number) {
  await commitTask(ctx, by, { taskId, fence, lastInboundAt: null, profile: null });
  await recordOutcome(ctx, by, {
    taskId,
    fence,
    outcome: {
      result: 'done',
      verified: true,
      proof: 'seen',
      remoteId: null,
      noteDropped: false,
      profile: null,
    },
  });
}

describe('query plans of the engine', () => {
  it('scan no big table and sort nothing in a temporary tree', async () => {
    const { statements, schemaText, close } = await statementsOfARun();
    await close();
    expect(statements.size).toBeGreaterThan(60);
    const copy = createClient({
      url: `file:${join(mkdtempSync(join(tmpdir(), 'rapport-plan-')), 'plan.db')}`,
    });
    const bad: string[] = [];
    let plans = '';
    await copy.executeMultiple(schemaText);
    for (const text of statements) {
      if (/__drizzle_migrations|sqlite_master/.test(text)) continue;
      if (!/^(select|update|delete|insert|with)/i.test(text.trim())) continue;
      const args = Array.from({ length: text.split('?').length - 1 }, () => null);
      const { rows } = await copy.execute({ sql: `EXPLAIN QUERY PLAN ${text}`, args });
      for (const row of rows) {
        const detail = String(row.detail);
        plans += `${detail}\n`;
        const scanned = /^SCAN (?!CONSTANT ROW|\w+ VIRTUAL TABLE)(\w+)/.exec(detail)?.[1];
        const overIndex = /USING (COVERING )?INDEX/.test(detail);
        const scans = scanned !== undefined && !small.has(scanned) && !overIndex;
        if (scans || /USE TEMP B-TREE/.test(detail)) bad.push(`${detail} <= ${text.slice(0, 400)}`);
      }
    }
    copy.close();
    expect(bad.join('\n')).toBe('');
    // Its expression stands in the migration alone.
    expect(plans).toMatch(
      /SEARCH contact_identity USING INDEX identity_domain \(workspace_id=\? AND <expr>>\? AND <expr><\?\)/,
    );
    expect(plans).toMatch(/SEARCH contact USING COVERING INDEX contact_company_key/);
    expect(plans).toMatch(/SEARCH contact USING COVERING INDEX contact_company \(/);
  });
});
