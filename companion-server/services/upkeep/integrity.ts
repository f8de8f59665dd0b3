import { and, desc, eq, isNull, lt, max } from 'drizzle-orm';
import type { IntegrityView } from '#shared/contract/upkeep.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { schema } from '../../db/index.ts';
import { type Drift, findDrifts, repairDrifts } from '../../engine/index.ts';
import { audit, type MemberCall, type Services } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { Refusal } from '../refusal.ts';
import { requireManager } from '../scope.ts';

const { integrityReport, workspace } = schema;

const EVERY = DAY;
const KEPT = 90 * DAY;
/** Drifts that one report holds; the rest is found again after a repair. */
const DRIFTS_KEPT = 500;
/** Between two statements, so that requests and sends go first. */
const PAUSE_MS = 5;

/** Counts everything anew once a day and keeps a report for each workspace. True: it ran. */
export async function recountIfDue(services: Services, signal: AbortSignal): Promise<boolean> {
  const { db, clocks } = services;
  const [last] = await db.reader.select({ at: max(integrityReport.finishedAt) }).from(integrityReport);
  if ((last?.at ?? 0) > clocks.lease.now() - EVERY) return false;
  const workspaces = await db.reader.select({ id: workspace.id }).from(workspace);
  if (workspaces.length === 0) return false;
  const startedAt = clocks.lease.now();
  const drifts = await findDrifts(db.reader, clocks.schedule.now(), () =>
    services.timers.sleep(PAUSE_MS, signal),
  );
  for (const { id } of workspaces) {
    const own = drifts.filter(({ workspaceId }) => workspaceId === id);
    await keepReport(services, id, startedAt, own);
  }
  return true;
}

async function keepReport(
  services: Services,
  workspaceId: string,
  startedAt: number,
  found: readonly Drift[],
): Promise<void> {
  const finishedAt = services.clocks.lease.now();
  const drifts = found.slice(0, DRIFTS_KEPT).map(({ workspaceId: _, ...drift }) => drift);
  await services.db.write(async (tx) => {
    const id = services.newId();
    await tx
      .insert(integrityReport)
      .values({ id, workspaceId, startedAt, finishedAt, found: found.length, drifts });
    await tx
      .delete(integrityReport)
      .where(
        and(eq(integrityReport.workspaceId, workspaceId), lt(integrityReport.finishedAt, finishedAt - KEPT)),
      );
  });
  const report = { workspaceId, found: found.length, drifts: drifts.slice(0, 20) };
  if (found.length > 0) services.log.warn(report, 'counters drifted');
  else services.log.info({ workspaceId, ms: finishedAt - startedAt }, 'counters are right');
}

/** The last recount of the counters. Managers only; null: there was none yet. */
export async function viewIntegrity(call: MemberCall): Promise<IntegrityView> {
  requireManager(call);
  const row = await lastReport(call);
  if (!row) return { last: null };
  const { id, finishedAt, found, drifts, repairedAt } = row;
  return { last: { id, finishedAt: finishedAt ?? 0, found, drifts: drifts.slice(0, 100), repairedAt } };
}

/** Repairs what the last report found, in one transaction. */
export async function repairIntegrity(call: MemberCall): Promise<IntegrityView> {
  requireManager(call);
  const { workspaceId } = call;
  const row = await lastReport(call);
  if (!row || row.found === 0 || row.repairedAt !== null) {
    throw new Refusal(
      409,
      'nothing_to_repair',
      'The last recount left nothing to repair.',
      'Reload the page.',
    );
  }
  await call.db.write(async (tx) => {
    const taken = await tx
      .update(integrityReport)
      .set({ repairedAt: call.clocks.lease.now(), repairedBy: call.actor.userId })
      .where(and(eq(integrityReport.id, row.id), isNull(integrityReport.repairedAt)))
      .returning({ id: integrityReport.id });
    if (taken.length === 0) return;
    await repairDrifts(unitOf(call, tx), workspaceId, row.drifts);
    await audit(tx, call, {
      action: 'integrity.repaired',
      entity: 'workspace',
      entityId: workspaceId,
      data: { reportId: row.id, drifts: row.drifts },
    });
  });
  return await viewIntegrity(call);
}

async function lastReport({ db, workspaceId }: MemberCall) {
  const [row] = await db.reader
    .select()
    .from(integrityReport)
    .where(eq(integrityReport.workspaceId, workspaceId))
    .orderBy(desc(integrityReport.id))
    .limit(1);
  return row ?? null;
}

/** What the last recount found, over all workspaces, for the metrics. */
export async function lastRecount({
  db,
}: Services): Promise<{ at: number | null; found: Map<string, number> }> {
  const [last] = await db.reader.select({ at: max(integrityReport.startedAt) }).from(integrityReport);
  const found = new Map<string, number>();
  const at = last?.at ?? null;
  if (at === null) return { at, found };
  const rows = await db.reader.select().from(integrityReport).where(eq(integrityReport.startedAt, at));
  for (const { drifts, repairedAt } of rows) {
    if (repairedAt !== null) continue;
    for (const { counter } of drifts) found.set(counter, (found.get(counter) ?? 0) + 1);
  }
  return { at, found };
}
