import type { RestoreView } from '#shared/contract/upkeep.ts';
import { liftRestored, restoreProgress } from '../../engine/index.ts';
import { audit, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { Refusal } from '../refusal.ts';
import { requireManager } from '../scope.ts';

/** How far it is known what was done after the backup; null: the workspace is not held for that. */
export async function viewRestore(call: MemberCall): Promise<{ restore: RestoreView | null }> {
  const progress = await restoreProgress(call.db.reader, call.workspaceId);
  if (!progress) return { restore: null };
  const isReady = progress.channels.every(({ missing }) => missing.length === 0);
  return { restore: { ...progress, notTold: progress.notTold.map(({ name }) => name), isReady } };
}

/** A manager saw what was found, and everything goes on. */
export async function endRestore(call: MemberCall): Promise<{ restore: RestoreView | null }> {
  requireManager(call);
  const { workspaceId } = call;
  await call.db.write(async (tx) => {
    const progress = await restoreProgress(tx, workspaceId);
    if (!progress) throw new Refusal(409, 'not_held', 'No restore holds this workspace.', 'Reload the page.');
    if (!(await liftRestored(unitOf(call, tx), workspaceId, call.actor.userId))) {
      throw new Refusal(
        409,
        'not_reconciled',
        'It is not known yet what was done after the backup.',
        'Home names every account that is missing, and what to do about it.',
      );
    }
    const data = { found: progress.found };
    await audit(tx, call, { action: 'restore.ended', entity: 'workspace', entityId: workspaceId, data });
  });
  return await viewRestore(call);
}
