import { and, asc, eq, inArray, isNull } from 'drizzle-orm';
import type { ActionKind } from '#shared/automation/graph.ts';
import { rowsOf, schema } from '../../db/index.ts';
import { hashOf, type Identifier } from '../contacts/erasure.ts';
import type { ChannelRow, TaskRow, Unit } from '../context.ts';
import { setRelation } from '../flow/facts.ts';
import { accountOf, atCommit, isOutreach } from '../pace/usage.ts';
import { appendTaskEvent } from '../record.ts';
import { channelById, contactById, taskById } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { completeTask } from '../steps/complete.ts';
import { markUnknown } from '../steps/tasks.ts';
import { heedSettled, isInDoubt } from './doubt.ts';

const { foundIdentity, foundStep, usage } = schema;

type FoundRow = typeof foundStep.$inferSelect;

/** A step that somebody proves to have been done, or perhaps done, after the backup. */
export interface Found {
  key: string;
  kind: ActionKind;
  at: number;
  certain: boolean;
  proof: string;
}

/** States in which a task would still go out, or is not known to have gone out. */
const open = ['scheduled', 'ready', 'waiting_approval', 'unknown', 'canceled'];

/** Found to be done while its task is here: recorded now, once. True: the database did not know. */
export async function settleFound(unit: Unit, task: TaskRow, found: Found): Promise<boolean> {
  const isNews =
    open.includes(task.state) && (found.certain || !['unknown', 'canceled'].includes(task.state));
  if (!isNews) return false;
  const channel = await channelById(unit.tx, task.channelId);
  if (!(await keep(unit, channel, task.contactId, found, task.id))) return false;
  if (task.kind === 'send_email') await heedSettled(unit, task, true);
  await spend(unit, channel, found, task.id);
  await carryOver(unit, task, found);
  return true;
}

/** Found to be done to somebody whom the backup does not know: kept for when they are imported again. */
export async function keepForStranger(
  unit: Unit,
  channel: ChannelRow,
  identifiers: readonly Identifier[],
  found: Found,
): Promise<boolean> {
  if (identifiers.length === 0 || !(await keep(unit, channel, '', found, null))) return false;
  await spend(unit, channel, found, found.key);
  const { id: channelId, workspaceId } = channel;
  for (const each of identifiers) {
    const hash = hashOf(unit.keyedHash, each);
    await unit.tx
      .insert(foundIdentity)
      .values({ workspaceId, hash, channelId, key: found.key })
      .onConflictDoNothing();
  }
  return true;
}

/** Found to be done by a task that the backup does not know: kept for the task that will come to this step. */
export async function keepFound(
  unit: Unit,
  channel: ChannelRow,
  contactId: string,
  found: Found,
): Promise<boolean> {
  if (!(await keep(unit, channel, contactId, found, null))) return false;
  await spend(unit, channel, found, found.key);
  await noteOutreach(unit, contactId, found);
  if (isOutreach(found.kind)) {
    const pair = { workspaceId: channel.workspaceId, contactId, senderId: channel.senderId };
    await setRelation(unit, pair, { interaction: true, at: found.at });
  }
  return true;
}

/**
 * A task's turn came in a workspace that was restored. True: it was done after the backup and is not done again, or
 * nobody can tell and a person decides.
 */
export async function takeFound(unit: Unit, task: TaskRow): Promise<boolean> {
  const workspace = await rowsOf(unit.tx).get(shapes.workspace, task.workspaceId);
  if (!workspace?.restoredAt) return false;
  const found = (await foundFor(unit, task)) ?? (await foundForStranger(unit, task));
  if (!found) {
    const inDoubt = await isInDoubt(unit, task);
    if (inDoubt) await becomeUnsure(unit, task, task.kind === 'send_email' ? NO_COPY : NO_JOURNAL);
    return inDoubt;
  }
  if (task.kind === 'send_email') await heedSettled(unit, task, true);
  await unit.tx
    .update(foundStep)
    .set({ takenBy: task.id, contactId: task.contactId })
    .where(and(eq(foundStep.channelId, found.channelId), eq(foundStep.key, found.key)));
  await moveSpent(unit, found, task.id);
  await carryOver(unit, task, ofOther(task, found));
  return true;
}

const NO_COPY =
  'The server was restored, and this email may have been sent after the backup: no copy of it lies in the Sent folder.';
const NO_JOURNAL =
  'The server was restored, and a browser that cannot tell any more may have sent this after the backup: look whether it stands in the conversation on LinkedIn.';

async function foundFor(unit: Unit, { contactId, kind }: TaskRow): Promise<FoundRow | null> {
  const [found] = await unit.tx
    .select()
    .from(foundStep)
    .where(and(eq(foundStep.contactId, contactId), eq(foundStep.kind, kind), isNull(foundStep.takenBy)))
    .orderBy(asc(foundStep.at))
    .limit(1);
  return found ?? null;
}

/** The contact came into this database after the restore, and had been there before the loss. */
async function foundForStranger(
  unit: Unit,
  { workspaceId, contactId, kind }: TaskRow,
): Promise<FoundRow | null> {
  const identities = await rowsOf(unit.tx).group(shapes.identity, 'contact', contactId);
  const hashes = identities.map((each) => hashOf(unit.keyedHash, each));
  if (hashes.length === 0) return null;
  const keys = await unit.tx
    .select({ channelId: foundIdentity.channelId, key: foundIdentity.key })
    .from(foundIdentity)
    .where(and(eq(foundIdentity.workspaceId, workspaceId), inArray(foundIdentity.hash, hashes)));
  let first: FoundRow | null = null;
  for (const { channelId, key } of keys) {
    const [found] = await unit.tx
      .select()
      .from(foundStep)
      .where(and(eq(foundStep.channelId, channelId), eq(foundStep.key, key)));
    const isOpen = found?.kind === kind && found.takenBy === null;
    if (isOpen && (first === null || (found.at ?? 0) < (first.at ?? 0))) first = found;
  }
  return first;
}

/** Another sender profile did it: whether that counts for this one, a person decides. */
function ofOther(task: TaskRow, found: FoundRow): Found {
  const step = { ...found, at: found.at ?? 0 };
  if (found.channelId === task.channelId) return step;
  return {
    ...step,
    certain: false,
    proof: 'Another sender profile did this step after the backup was made.',
  };
}

async function keep(
  unit: Unit,
  channel: ChannelRow,
  contactId: string,
  found: Found,
  takenBy: string | null,
): Promise<boolean> {
  const { id: channelId, workspaceId } = channel;
  const { key, kind, at, certain, proof } = found;
  const rows = await unit.tx
    .insert(foundStep)
    .values({ channelId, key, workspaceId, contactId, kind, at, certain, proof, takenBy })
    .onConflictDoNothing()
    .returning({ key: foundStep.key });
  return rows.length > 0;
}

/** The task ends as what was found says, and its branch goes on. */
async function carryOver(unit: Unit, task: TaskRow, { at, certain, proof }: Found): Promise<void> {
  rowsOf(unit.tx).update(shapes.task, [task.id], { committedAt: at, blockedOn: null });
  const row = await taskById(unit.tx, task.id);
  if (certain) {
    await noteOutreach(unit, row.contactId, { kind: row.kind, at });
    await completeTask(unit, row, { verified: true, proof, noteDropped: false });
    return;
  }
  await becomeUnsure(unit, row, proof);
}

async function becomeUnsure(unit: Unit, row: TaskRow, detail: string): Promise<void> {
  await markUnknown(unit, row, detail);
  const data = { result: 'pending', kind: row.kind, detail };
  appendTaskEvent(unit, row, 'task_unknown', `unknown:restored:${row.fence}`, data);
}

async function noteOutreach(
  unit: Unit,
  contactId: string,
  { kind, at }: Pick<Found, 'kind' | 'at'>,
): Promise<void> {
  if (!isOutreach(kind)) return;
  const { lastOutreachAt } = await contactById(unit.tx, contactId);
  const latest = Math.max(lastOutreachAt ?? 0, at);
  rowsOf(unit.tx).update(shapes.contact, [contactId], { lastOutreachAt: latest });
}

/** It counts against the account's limits at the moment it was done. */
async function spend(unit: Unit, channel: ChannelRow, { kind, at }: Found, taskId: string): Promise<void> {
  for (const spent of atCommit[kind]) {
    const row = { account: accountOf(channel), kind: spent, at, taskId };
    await unit.tx.insert(usage).values(row).onConflictDoNothing();
  }
}

async function moveSpent(unit: Unit, found: FoundRow, taskId: string): Promise<void> {
  const account = accountOf(await channelById(unit.tx, found.channelId));
  for (const kind of atCommit[found.kind]) {
    await unit.tx
      .update(usage)
      .set({ taskId })
      .where(
        and(
          eq(usage.account, account),
          eq(usage.kind, kind),
          eq(usage.at, found.at ?? 0),
          eq(usage.taskId, found.key),
        ),
      );
  }
}
