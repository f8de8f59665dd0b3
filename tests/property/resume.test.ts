import { asc, eq } from 'drizzle-orm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR } from '#shared/kernel/clock.ts';
import { schema } from '../../companion-server/db/index.ts';
import { recordSession } from '../../companion-server/engine/index.ts';
import {
  addAutomation,
  addContact,
  addSender,
  memberIdOf,
  openStage,
  outreachGraph,
  type Person,
  type Stage,
} from '../simulation/setup.ts';
import { accept, DEVICE, nextStep, pass, perform, settle } from '../unit/engine/support.ts';

const PEOPLE = 2;

/** Where every branch stands and what every task is, as a resume must find it. */
async function standing(stage: Stage) {
  const { cursor, task } = schema;
  const cursors = await stage.db.reader
    .select({ id: cursor.id, nodeId: cursor.nodeId, visit: cursor.visit, state: cursor.state })
    .from(cursor)
    .orderBy(asc(cursor.id));
  const tasks = await stage.db.reader
    .select({ id: task.id, nodeId: task.nodeId, state: task.state })
    .from(task)
    .orderBy(asc(task.id));
  return { cursors, tasks };
}

async function isOver(stage: Stage): Promise<boolean> {
  const rows = await stage.db.reader.select({ status: schema.enrollment.status }).from(schema.enrollment);
  return rows.every(({ status }) => status === 'finished');
}

/** Nobody is sent a step twice: one done task per step of a contact. */
async function expectNothingTwice(stage: Stage): Promise<void> {
  const rows = await stage.db.reader.select().from(schema.task).where(eq(schema.task.state, 'done'));
  const steps = rows.map(({ contactId, nodeId, visit }) => `${contactId}:${nodeId}:${visit}`);
  expect(new Set(steps).size).toBe(steps.length);
}

async function goOn(stage: Stage, persons: readonly Person[], steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    const step = await nextStep(stage);
    if (!step) return;
    await perform(stage, step);
    if (step.kind !== 'connect') continue;
    const invited = persons.find(({ slug }) => slug === step.target.slug);
    if (invited) await accept(stage, invited);
  }
}

it('a lost session moves nobody: everybody continues at the exact step, and comes to the end', async () => {
  const member = {
    memberId: memberIdOf('s1'),
    name: 'Rep s1',
    slug: 'rep',
    profileId: 'ACoRep',
    premium: false,
  };
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 5 }), fc.integer({ min: 1, max: 5 }), async (steps, hours) => {
      const stage = await openStage(steps + 1);
      try {
        await addSender(stage, 's1');
        const persons: Person[] = [];
        for (let n = 1; n <= PEOPLE; n++) persons.push(await addContact(stage, n, { bound: true }));
        await addAutomation(stage, 'a1', outreachGraph(['s1'], { email: false }));
        await goOn(stage, persons, steps);
        await settle(stage);
        await recordSession(stage.ctx, DEVICE, { state: 'inactive', reason: 'logged_out', challenge: null });
        const before = await standing(stage);
        await settle(stage);
        expect(await standing(stage)).toEqual(before);
        expect(await nextStep(stage)).toBeNull();

        // Shorter than the wait for an acceptance, which would rightly end meanwhile.
        pass(stage, hours * HOUR);
        await recordSession(stage.ctx, DEVICE, { state: 'logged_in', member });
        // Not yet read again: nobody has moved, and no step was planned a second time.
        expect(await standing(stage)).toEqual(before);
        for (let round = 0; round < 4 && !(await isOver(stage)); round++) {
          await goOn(stage, persons, PEOPLE);
          pass(stage, 5 * HOUR);
          await settle(stage);
        }
        await expectNothingTwice(stage);
        expect(await isOver(stage)).toBe(true);
      } finally {
        await stage.close();
      }
    }),
    { numRuns: 5 },
  );
});
