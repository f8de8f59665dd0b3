import { linkedinActionKind } from '#shared/protocol/linkedin.ts';
import { type KillSwitch, type LayoutSeen, switchedOff } from '#shared/protocol/remoteRules.ts';
import { rowsOf } from '../../db/index.ts';
import { type ChannelRow, type EngineContext, type Unit, unitOfWork } from '../context.ts';
import { liftHold, openHolds, setHold } from '../holds/holds.ts';
import { channelOfDevice } from '../holds/session.ts';
import { publish } from '../record.ts';
import { channelById } from '../rows.ts';
import { shapes } from '../shapes.ts';

/**
 * Kinds switched off for this device's version are held, and released when the switch was taken back. Asked at
 * every request for work and before every commit.
 */
export async function holdSwitchedOff(
  unit: Unit,
  channelId: string,
  deviceId: string,
  switches: readonly KillSwitch[],
): Promise<void> {
  const channel = await channelById(unit.tx, channelId);
  if (channel.kind !== 'linkedin') return;
  const open = await openHolds(unit.tx, [{ scope: 'kind', scopeId: channel.id }]);
  const held = new Set(open.filter(({ reason }) => reason === 'kill_switch').map(({ kind }) => kind));
  if (held.size === 0 && switches.length === 0) return;
  const version = (await rowsOf(unit.tx).get(shapes.device, deviceId))?.extensionVersion ?? null;
  for (const kind of linkedinActionKind.options) {
    const found = switchedOff(switches, kind, version);
    const { workspaceId, id: scopeId } = channel;
    const hold = { workspaceId, scope: 'kind', scopeId, kind, reason: 'kill_switch' } as const;
    if (found && !held.has(kind)) {
      const detail = found.reason ?? `The extension is version ${version ?? 'unknown'}.`;
      await setHold(unit, { ...hold, detail, by: 'system' });
    }
    if (!found && held.has(kind)) await liftHold(unit, hold, 'system');
  }
}

/** Which extension asks, so that a switch on its version finds it after an update too. */
export async function learnVersion(unit: Unit, deviceId: string, version: string): Promise<void> {
  const rows = rowsOf(unit.tx);
  const known = await rows.get(shapes.device, deviceId);
  if (known && known.extensionVersion !== version) {
    rows.update(shapes.device, [deviceId], { extensionVersion: version });
  }
}

/**
 * What the account's browser says of the selector catalogue. A newer one than any before: what stopped at an unknown page
 * is tried again. An update that it dropped stays on the sender profile until another one is taken.
 */
export async function noteCatalogue(
  unit: Unit,
  channel: ChannelRow,
  { inForce: version, problem }: { inForce: string; problem: string | null },
): Promise<void> {
  if (channel.catalogueProblem !== problem) {
    rowsOf(unit.tx).update(shapes.channel, [channel.id], { catalogueProblem: problem });
    publish(unit, channel.workspaceId, 'sender', channel.senderId);
  }
  if (channel.catalogueVersion !== null && channel.catalogueVersion >= version) return;
  rowsOf(unit.tx).update(shapes.channel, [channel.id], { catalogueVersion: version });
  const open = await openHolds(unit.tx, [{ scope: 'kind', scopeId: channel.id }]);
  for (const { workspaceId, scope, scopeId, kind, reason } of open) {
    if (reason !== 'layout_unknown') continue;
    await liftHold(unit, { workspaceId, scope, scopeId, kind, reason }, 'extension');
  }
}

/** Keeps the latest layout check of a kind of page; it stops nothing, a step that needs what is missing does. */
export function recordLayout(
  ctx: EngineContext,
  deviceId: string,
  { page, missing, catalogue }: LayoutSeen & { catalogue: string },
): Promise<void> {
  return unitOfWork(ctx, async (unit) => {
    const channel = await channelOfDevice(unit, deviceId);
    const layoutChecks = { ...channel.layoutChecks, [page]: { at: unit.now, catalogue, missing } };
    rowsOf(unit.tx).update(shapes.channel, [channel.id], { layoutChecks });
    publish(unit, channel.workspaceId, 'sender', channel.senderId);
  });
}
