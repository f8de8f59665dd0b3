import { eq } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshSegment, freshSenderProfile } from '#shared/automation/nodes.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import {
  addSenderToNode,
  contactsAddedToList,
  removeSenderFromNode,
  setSenderWeight,
} from '../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  graphOfSteps,
  openStage,
  type Stage,
  WORKSPACE,
} from '../simulation/setup.ts';
import { inUnit, settle } from '../unit/engine/support.ts';

const POOL = ['s1', 's2', 's3', 's4'];
const node = { workspaceId: WORKSPACE, automationId: 'a1', nodeId: 'who' };

type Change =
  | { type: 'enter'; count: number }
  | { type: 'add'; sender: number }
  | { type: 'remove'; sender: number }
  | { type: 'weigh'; sender: number; weight: number };

function changes(weights: boolean): fc.Arbitrary<Change[]> {
  const sender = fc.nat({ max: POOL.length - 1 });
  return fc.array(
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.record({ type: fc.constant('enter' as const), count: fc.integer({ min: 1, max: 9 }) }),
      },
      fc.record({ type: fc.constantFrom('add' as const, 'remove' as const), sender }),
      ...(weights
        ? [fc.record({ type: fc.constant('weigh' as const), sender, weight: fc.integer({ min: 1, max: 5 }) })]
        : []),
    ),
    { minLength: 3, maxLength: 7 },
  );
}

async function openNode(): Promise<Stage> {
  const stage = await openStage(1);
  for (const id of POOL) await addSender(stage, id);
  await addContact(stage, 999, { bound: true });
  await stage.db.write((tx) => tx.delete(schema.listMember));
  const graph = graphOfSteps(
    {
      seg: [
        'segment',
        {
          ...freshSegment,
          listIds: ['l1'],
        },
      ],
      who: [
        'sender_profile',
        {
          ...freshSenderProfile,
          senders: POOL.slice(0, 2).map((senderId) => ({ senderId, weight: 1 })),
        },
      ],
      pause: ['delay', { durationMs: DAY }],
      over: ['end', { outcome: 'neutral' }],
    },
    ['seg>who', 'who>pause', 'pause>over'],
  );
  await addAutomation(stage, 'a1', graph);
  return stage;
}

/** Plays the changes; after each tells who is in the node and whom everybody entering since the last change got. */
async function play(
  steps: readonly Change[],
  check: (weights: ReadonlyMap<string, number>, placed: ReadonlyMap<string, number>) => void,
): Promise<void> {
  const stage = await openNode();
  const weights = new Map(POOL.slice(0, 2).map((id) => [id, 1]));
  let placed = new Map<string, number>();
  let next = 1;
  try {
    for (const step of steps) {
      if (step.type === 'enter') {
        for (const id of await enter(stage, next, step.count)) placed.set(id, (placed.get(id) ?? 0) + 1);
        next += step.count;
        check(weights, placed);
        continue;
      }
      const id = POOL[step.sender] ?? '';
      if (step.type === 'add') {
        weights.set(id, 1);
        await inUnit(stage, (unit) => addSenderToNode(unit, node, id, 1));
      } else if (!weights.has(id)) {
        continue;
      } else if (step.type === 'weigh') {
        weights.set(id, step.weight);
        await inUnit(stage, (unit) => setSenderWeight(unit, node, id, step.weight));
      } else if (weights.size > 1) {
        weights.delete(id);
        await inUnit(stage, (unit) => removeSenderFromNode(unit, node, id, 'finish'));
      } else {
        continue;
      }
      placed = new Map();
    }
  } finally {
    await stage.close();
  }
}

async function enter(stage: Stage, from: number, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = from; n < from + count; n++) ids.push((await addContact(stage, n, { bound: true })).contactId);
  await inUnit(stage, (unit) => contactsAddedToList(unit, 'l1', ids));
  await settle(stage);
  const chosen: string[] = [];
  for (const contactId of ids) {
    const [row] = await stage.db.reader
      .select({ senderId: schema.enrollment.senderId })
      .from(schema.enrollment)
      .where(eq(schema.enrollment.contactId, contactId));
    chosen.push(row?.senderId ?? 'nobody');
  }
  return chosen;
}

it('equal weights: between two changes of senders no sender gets more than one contact more than another', async () => {
  await fc.assert(
    fc.asyncProperty(changes(false), (steps) =>
      play(steps, (weights, placed) => {
        const counts = [...weights.keys()].map((id) => placed.get(id) ?? 0);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        expect([...placed.keys()].every((id) => weights.has(id))).toBe(true);
      }),
    ),
    { numRuns: 15 },
  );
});

it('weights: nobody falls a whole contact behind the share its weight gives', async () => {
  await fc.assert(
    fc.asyncProperty(changes(true), (steps) =>
      play(steps, (weights, placed) => {
        const total = [...placed.values()].reduce((sum, n) => sum + n, 0);
        const sum = [...weights.values()].reduce((all, weight) => all + weight, 0);
        for (const [id, weight] of weights) {
          const share = (total * weight) / sum;
          // The least (placed + 1) / weight is D'Hondt's rule: everybody has at least their share, rounded down …
          expect(placed.get(id) ?? 0).toBeGreaterThan(share - 1);
          // … and who is ahead is so by less than what the others are behind together (3, 1 and 1: the first three in a row).
          expect(placed.get(id) ?? 0).toBeLessThan(share + Math.max(1, weights.size - 1));
        }
      }),
    ),
    { numRuns: 15 },
  );
});
