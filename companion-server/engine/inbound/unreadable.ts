import { linkedinActionKind } from '#shared/protocol/linkedin.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { liftHold, openHolds, setHold } from '../holds/holds.ts';
import { isOutreach } from '../pace/usage.ts';

/** Who set a hold: what a read found is lifted by a read. */
const BY = 'watch';

/**
 * Replies or acceptances cannot be read any more, because LinkedIn calls something otherwise: nobody is written to from
 * this account until they can, or until a newer catalogue of its pages.
 */
export async function holdUnreadable(unit: Unit, channel: ChannelRow, detail: string): Promise<void> {
  for (const kind of linkedinActionKind.options.filter(isOutreach)) {
    await setHold(unit, { ...keyOf(channel, kind), detail: `Reading LinkedIn: ${detail}`, by: BY });
  }
}

/** Everything that was due could be read. */
export async function liftUnreadable(unit: Unit, channel: ChannelRow): Promise<void> {
  const open = await openHolds(unit.tx, [{ scope: 'kind', scopeId: channel.id }]);
  for (const { kind, reason, by } of open) {
    if (reason === 'layout_unknown' && by === BY) await liftHold(unit, keyOf(channel, kind), 'system');
  }
}

function keyOf({ workspaceId, id: scopeId }: ChannelRow, kind: string) {
  return { workspaceId, scope: 'kind', scopeId, kind, reason: 'layout_unknown' } as const;
}
