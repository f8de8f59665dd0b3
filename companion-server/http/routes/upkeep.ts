import { upkeepRoutes } from '#shared/contract/upkeep.ts';
import { repairIntegrity, viewIntegrity } from '../../services/upkeep/integrity.ts';
import { endRestore, viewRestore } from '../../services/upkeep/restore.ts';
import type { App } from '../httpEnv.ts';
import { serveMember } from '../serve.ts';

/** What a restore left to decide, and whether the counters are right. */
export function serveUpkeep(app: App): void {
  serveMember(app, upkeepRoutes.restore, (call) => viewRestore(call));
  serveMember(app, upkeepRoutes.endRestore, (call) => endRestore(call));
  serveMember(app, upkeepRoutes.integrity, (call) => viewIntegrity(call));
  serveMember(app, upkeepRoutes.repair, (call) => repairIntegrity(call));
}
