import { rowsOf } from '../../db/index.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { liftHold, setHold } from '../holds/holds.ts';
import { shapes } from '../shapes.ts';

/**
 * Kinds that this device cannot do wait under a hold that says so, as long as something of them is ready; a device
 * that can do them lifts it.
 */
export async function holdUnsupported(
  unit: Unit,
  channel: ChannelRow,
  kinds: readonly string[],
): Promise<void> {
  const lanes = await rowsOf(unit.tx).group(shapes.lane, 'channel', channel.id);
  for (const { kind, readyCount, holdCount } of lanes) {
    const isHeldItself = holdCount > channel.holdCount;
    const { workspaceId, id: scopeId } = channel;
    const hold = { workspaceId, scope: 'kind', scopeId, kind, reason: 'needs_newer_extension' } as const;
    const isWanted = readyCount > 0 && !kinds.includes(kind);
    if (isWanted && !isHeldItself) await setHold(unit, { ...hold, by: 'extension' });
    if (!isWanted && isHeldItself) await liftHold(unit, hold, 'extension');
  }
}
