import * as engine from '../../engine/index.ts';
import { audit, type Call, type MemberCall } from '../context.ts';
import { unitOf } from '../engineOf.ts';
import { requireManager } from '../scope.ts';

/** *Stop everything*: open to every member and every paired browser, because stopping is always safe. */
export async function stopEverything(call: Call): Promise<void> {
  const { workspaceId } = call;
  await call.db.write(async (tx) => {
    await engine.stopEverything(unitOf(call, tx), workspaceId, call.actor.id);
    await audit(tx, call, { action: 'workspace.stopped', entity: 'workspace', entityId: workspaceId });
  });
}

/** Ends *Stop everything*. Managers only. */
export async function resumeEverything(call: MemberCall): Promise<void> {
  requireManager(call);
  const { workspaceId } = call;
  await call.db.write(async (tx) => {
    await engine.resumeEverything(unitOf(call, tx), workspaceId, call.actor.id);
    await audit(tx, call, { action: 'workspace.resumed', entity: 'workspace', entityId: workspaceId });
  });
}
