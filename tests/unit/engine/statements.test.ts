import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { schema } from '../../../companion-server/db/index.ts';
import { commitTask, nextWorkFor, recordOutcome, tick } from '../../../companion-server/engine/index.ts';
import { admit } from '../../../companion-server/engine/wayIn/admit.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  outreachGraph,
  START,
  type Stage,
} from '../../simulation/setup.ts';
import { done } from './support.ts';

/** What one request may cost, and what any number of them may cost together. */
const ALONE = { claim: 35, commit: 35, outcome: 35 };
const TOGETHER = { claim: 45, commit: 40, outcome: 45 };
/** The guard of acceptance looks back at each sender's invitations: one statement, and what it must find written. */
const GUARD = 2;
const SENDERS = 30;

let stage: Stage;
let statements: string[];
beforeEach(async () => {
  statements = [];
  stage = await openStage(1, (text) => statements.push(text));
});
afterEach(() => stage.close());

/** Senders of automations of their own, each with one contact whose invitation is ready. */
async function readySteps(
  senders: number,
  graphFor = (ids: string[]) => outreachGraph(ids, { email: false }),
): Promise<string[]> {
  const ids = Array.from({ length: senders }, (_, n) => `s${n + 1}`);
  for (const [n, id] of ids.entries()) {
    await addSender(stage, id);
    await addContact(stage, n + 1, { bound: true });
  }
  await addAutomation(stage, 'a1', graphFor(ids));
  for (let busy = true; busy; ) ({ busy } = await tick(stage.ctx));
  // Everything was read just now, so that the devices are given their steps.
  await stage.db.write((tx) => tx.update(schema.channel).set({ sentReadAt: START }));
  return ids.map((id) => `${id}-d1`);
}

async function counted<T>(work: () => Promise<T>): Promise<{ result: T; count: number }> {
  statements = [];
  const result = await work();
  return { result, count: statements.filter((text) => !text.includes('savepoint')).length };
}

async function oneStepEach(devices: readonly string[]) {
  const { ctx } = stage;
  const claims = await counted(() =>
    Promise.all(
      devices.map((id) => nextWorkFor(ctx, id, { canAct: true, kinds: ['connect', 'message', 'visit'] })),
    ),
  );
  const held = claims.result.flatMap((work, at) =>
    work.type === 'task'
      ? [{ by: devices[at] ?? '', fence: { taskId: work.step.taskId, fence: work.step.fence } }]
      : [],
  );
  expect(held).toHaveLength(devices.length);
  const commits = await counted(() =>
    Promise.all(
      held.map(({ by, fence }) => commitTask(ctx, by, { ...fence, lastInboundAt: null, profile: null })),
    ),
  );
  expect(commits.result.every((answer) => answer.ok)).toBe(true);
  const outcomes = await counted(() =>
    Promise.all(held.map(({ by, fence }) => recordOutcome(ctx, by, { ...fence, outcome: done }))),
  );
  expect(outcomes.result.every(({ state }) => state === 'done')).toBe(true);
  return { claim: claims.count, commit: commits.count, outcome: outcomes.count };
}

it('a claim, a commit and an outcome cost a few statements', async () => {
  const cost = await oneStepEach(await readySteps(1));
  expect(cost.claim).toBeLessThanOrEqual(ALONE.claim);
  expect(cost.commit).toBeLessThanOrEqual(ALONE.commit);
  expect(cost.outcome).toBeLessThanOrEqual(ALONE.outcome);
});

it('many that wait together cost hardly more than one', async () => {
  const cost = await oneStepEach(await readySteps(SENDERS));
  expect(cost.claim).toBeLessThanOrEqual(TOGETHER.claim);
  expect(cost.commit).toBeLessThanOrEqual(TOGETHER.commit);
  expect(cost.outcome).toBeLessThanOrEqual(TOGETHER.outcome + GUARD * SENDERS);
});

it('enrollments that end together give their places back in as many statements as one', async () => {
  const oneVisit = (ids: string[]) => {
    const entry = outreachGraph(ids, { email: false, linkedin: false });
    const visit = graphOfSteps({ look: ['visit', {}], over: ['end', { outcome: 'neutral' }] }, [
      'who>look',
      'look>over',
    ]);
    const edges = visit.edges.map((edge) => ({ ...edge, id: `visit-${edge.id}` }));
    return { nodes: [...entry.nodes, ...visit.nodes], edges: [...entry.edges, ...edges] };
  };
  const cost = await oneStepEach(await readySteps(SENDERS, oneVisit));
  const ended = await stage.db.reader.select().from(schema.enrollment).where(eq(schema.enrollment.live, 0));
  expect(ended).toHaveLength(SENDERS);
  expect(cost.outcome).toBeLessThanOrEqual(TOGETHER.outcome);
});

it('fifteen more contacts that enter cost less than a statement each', async () => {
  const waiting = async (contacts: number) => {
    await stage.close();
    stage = await openStage(1, (text) => statements.push(text));
    await addSender(stage, 's1');
    for (let n = 1; n <= contacts; n++) await addContact(stage, n, { bound: true, companyId: `firm-${n}` });
    await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
    const { count } = await counted(() => admit(stage.ctx, 50));
    const entered = await stage.db.reader
      .select()
      .from(schema.enrollment)
      .where(eq(schema.enrollment.live, 1));
    expect(entered).toHaveLength(contacts);
    return count;
  };
  const few = await waiting(5);
  expect(await waiting(20)).toBeLessThan(few + 15);
});
