import { and, asc, eq, sql } from 'drizzle-orm';
import { stepWaits } from '#shared/statuses/waits.ts';
import { type Queryable, schema } from '../../db/index.ts';
import type { EnrollmentRow } from '../context.ts';
import type { HoldRow } from '../holds/holds.ts';
import { type Ahead, lookAhead } from '../pace/ahead.ts';
import {
  because,
  byHold,
  type Explanation,
  explainCursor,
  explainTask,
  holdsOf,
  inWords,
  label,
  openTasksOf,
  say,
} from './explain.ts';

const { cursor } = schema;
type CursorRow = typeof cursor.$inferSelect;

/** How one branch of an enrollment stands; `ending`: it is over, and did not reach an end. */
export interface BranchExplanation extends Explanation {
  nodeId: string;
  ending: 'failed' | 'bounced' | 'canceled' | null;
}

const isOpenOrBroken = sql`(${cursor.state} <> 'ended' OR ${cursor.ending} IN ('failed', 'bounced', 'canceled'))`;

/** The reason per branch, where there are several; of a single one the enrollment's own answer speaks. */
export async function explainBranches(
  q: Queryable,
  row: EnrollmentRow,
  now: number,
  { ahead = lookAhead(q, now), real = null }: { ahead?: Ahead; real?: number | null } = {},
): Promise<BranchExplanation[]> {
  const cursors = await q
    .select()
    .from(cursor)
    .where(and(eq(cursor.enrollmentId, row.id), isOpenOrBroken))
    .orderBy(asc(cursor.id));
  if (cursors.length < 2) return [];
  const tasks = await openTasksOf(q, row.id);
  // Data that one branch lacks stops that one alone: its task says so.
  const hold = (await holdsOf(q, row)).find(({ reason }) => reason !== 'missing_data');
  const branches: BranchExplanation[] = [];
  for (const each of cursors) {
    const ending = endingOf(each);
    const own = tasks.find(({ cursorId }) => cursorId === each.id);
    const explained =
      ending || row.status === 'paused' || !own
        ? await withoutTask(q, row, each, { ending, hold, real })
        : await explainTask(q, own, now, { ahead, real });
    branches.push({ ...explained, nodeId: each.nodeId, ending });
  }
  return branches;
}

async function withoutTask(
  q: Queryable,
  row: EnrollmentRow,
  branch: CursorRow,
  { ending, hold, real }: { ending: BranchExplanation['ending']; hold?: HoldRow; real: number | null },
): Promise<Explanation> {
  if (ending) return say(`${label(ending)}.${because(branch.reason)}`, null, 'nobody');
  if (row.status === 'paused') return say('Paused here.', 'a decision', 'rep');
  if (hold) return byHold(hold);
  return branch.state === 'acting'
    ? inWords(stepWaits.manual_task)
    : await explainCursor(q, row, branch, real);
}

function endingOf({ state, ending }: CursorRow): BranchExplanation['ending'] {
  return state !== 'ended' || ending === 'finished' || ending === 'merged' ? null : ending;
}
