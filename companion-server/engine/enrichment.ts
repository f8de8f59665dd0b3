import { and, eq } from 'drizzle-orm';
import { schema } from '../db/index.ts';
import { channelOf } from './channels.ts';
import type { EnrollmentRow, TaskRow, Unit } from './context.ts';
import { enrollmentById, senderById, settingsOf } from './rows.ts';
import { askAdmission, blockedOn, passOn, wakeOne } from './slots.ts';
import { setStanding } from './standing.ts';
import { createTask, ENRICHMENT_NODE, priority } from './tasks.ts';

const { enrollment: enrollmentTable, lane } = schema;

/** How far ahead profiles are read, in days of page loads. */
const DAYS_AHEAD = 2;

/** Asks the sender's browser to read the profile; false: it has two days of reading ahead already. */
export async function askEnrichment(unit: Unit, row: EnrollmentRow, senderId: string): Promise<boolean> {
  const settings = settingsOf(await senderById(unit.tx, senderId));
  const channel = await channelOf(unit.tx, senderId, 'linkedin');
  if (channel) {
    const [visits] = await unit.tx
      .select({ ready: lane.readyCount })
      .from(lane)
      .where(and(eq(lane.channelId, channel.id), eq(lane.kind, 'visit')));
    if ((visits?.ready ?? 0) >= DAYS_AHEAD * settings.caps.page_load.daily) return false;
  }
  await createTask(unit, {
    enrollment: row,
    senderId,
    cursorId: '',
    nodeId: ENRICHMENT_NODE,
    visit: 1,
    kind: 'visit',
    priority: priority.enrichment,
    notBefore: unit.now,
  });
  return true;
}

/** The read is over: back to admission, or the end of the way in. */
export async function endEnrichment(
  unit: Unit,
  task: TaskRow,
  result: 'read' | 'duplicate' | { failed: string },
): Promise<void> {
  await wakeOne(unit, blockedOn.sender(task.senderId));
  const row = await enrollmentById(unit.tx, task.enrollmentId);
  if (row.status !== 'waiting_enrichment') return;
  if (result === 'read') {
    await unit.tx.update(enrollmentTable).set({ blockedOn: null }).where(eq(enrollmentTable.id, row.id));
    await askAdmission(unit, row.automationId, row.workspaceId);
    return;
  }
  if (result === 'duplicate') await endBeforeStart(unit, row, 'duplicate', 'duplicate');
  else await endBeforeStart(unit, row, 'failed', result.failed);
}

/** Ends an enrollment that was never admitted. */
export async function endBeforeStart(
  unit: Unit,
  row: EnrollmentRow,
  status: 'duplicate' | 'failed' | 'canceled',
  reason: string,
): Promise<void> {
  await setStanding(unit, row, { status, reason, blockedOn: null, endedAt: unit.now });
  await passOn(unit, row);
}
