import { linkedinActionKind } from '#shared/protocol/linkedin.ts';
import type { ChannelRow, Unit } from '../context.ts';
import { liftHold, openHolds, setHold } from '../holds/holds.ts';
import { isOutreach } from '../pace/usage.ts';

/** Who set a hold: what a read found is lifted by a good read of the same. */
const BY = 'watch';
const BY_SENT_LIST = 'watch:sent_invitations';

/**
 * Replies, acceptances or the sent invitations cannot be read any more, because LinkedIn calls something otherwise: nobody
 * is written to from this account until they can, or until a newer catalogue of its pages.
 */
export async function holdUnreadable(
  unit: Unit,
  channel: ChannelRow,
  { detail, isSentList }: { detail: string; isSentList: boolean },
): Promise<void> {
  const by = isSentList ? BY_SENT_LIST : BY;
  for (const kind of linkedinActionKind.options.filter(isOutreach)) {
    await setHold(unit, { ...keyOf(channel, kind), detail: `Reading LinkedIn: ${detail}`, by });
  }
}

/** Everything that was due could be read. The sent list is due far less often: it lifts its own hold. */
export async function liftUnreadable(
  unit: Unit,
  channel: ChannelRow,
  { withSentList }: { withSentList: boolean },
): Promise<void> {
  const open = await openHolds(unit.tx, [{ scope: 'kind', scopeId: channel.id }]);
  for (const { kind, reason, by } of open) {
    const isRead = by === BY || (by === BY_SENT_LIST && withSentList);
    if (reason === 'layout_unknown' && isRead) await liftHold(unit, keyOf(channel, kind), 'system');
  }
}

function keyOf({ workspaceId, id: scopeId }: ChannelRow, kind: string) {
  return { workspaceId, scope: 'kind', scopeId, kind, reason: 'layout_unknown' } as const;
}
