import { eq } from 'drizzle-orm';
import { circleIdIn } from '#shared/automation/circles.ts';
import type { NodeOf } from '#shared/automation/graph.ts';
import { hasConsented } from '#shared/contract/device.ts';
import { IDS_AT_ONCE, type NextWork } from '#shared/contract/deviceWork.ts';
import { MINUTE, SECOND } from '#shared/kernel/clock.ts';
import { linkedinActionKind } from '#shared/protocol/linkedin.ts';
import { isOpen, nextOpen } from '#shared/schedule/window.ts';
import { rowsOf, schema } from '../../db/index.ts';
import type { ChannelRow, EngineContext, TaskRow, Unit } from '../context.ts';
import { openHolds } from '../holds/holds.ts';
import { channelOfDevice, finishReconnect, heartbeat } from '../holds/session.ts';
import { threadsToRead } from '../inbound/threads.ts';
import {
  dueWatches,
  knownProfileIds,
  pendingProfileIds,
  type WatchKind,
  watchDueAt,
} from '../inbound/watches.ts';
import { loadChannels } from '../prefetch.ts';
import { isJournalMissing } from '../restore/progress.ts';
import { channelById, graphOf, senderById, settingsOf } from '../rows.ts';
import { shapes } from '../shapes.ts';
import { together } from '../together.ts';
import { nextListPage } from '../wayIn/listImports.ts';
import { holdUnsupported } from './abilities.ts';
import { type Claimed, claimLeaseMs, claimTask, loadHeads } from './claim.ts';
import { holdSwitchedOff, learnVersion, noteCatalogue } from './remoteRules.ts';
import { nodeOf } from './render.ts';

const { channel: channelTable } = schema;

/** One account, one runner: another device takes over when this one was silent so long (real time). */
export const runnerLeaseMs = 90 * SECOND;
const MAX_ASK_AGAIN = MINUTE;

/** What a device may and can do. */
interface Ability {
  canAct: boolean;
  /** The action kinds its extension performs; omitted: all that are known here. */
  kinds?: readonly string[];
  /** It can tell what its journal holds. */
  journal?: boolean;
  /** It can read the lists that the rep imports. */
  imports?: boolean;
  /** The extension's version. */
  version?: string;
  /** Which update of the selector catalogue it holds (its id), and which version it works with. */
  catalogue?: { held: string | null; inForce: string; problem: string | null };
}

/** What this device's runner should do now. */
export function nextWorkFor(ctx: EngineContext, deviceId: string, ability: Ability): Promise<NextWork> {
  return ask(ctx, { deviceId, ability });
}

const ask = together<{ deviceId: string; ability: Ability }, NextWork>({
  async prepare(unit, asking) {
    if (asking.length < 2) return;
    const rows = rowsOf(unit.tx);
    await rows.load(
      shapes.device,
      asking.map(({ deviceId }) => [deviceId]),
    );
    const senderIds = [];
    for (const { deviceId } of asking) {
      const device = await rows.get(shapes.device, deviceId);
      if (device) senderIds.push(device.senderId);
    }
    await rows.load(
      shapes.sender,
      senderIds.map((id) => [id]),
    );
    await loadHeads(unit, await loadChannels(unit, senderIds, ['linkedin']));
  },
  async run(unit, { deviceId, ability }, ctx) {
    const paired = await channelOfDevice(unit, deviceId);
    await heartbeat(unit, paired, deviceId);
    await finishReconnect(unit, paired.id);
    const channel = await channelById(unit.tx, paired.id);
    const sender = await senderById(unit.tx, channel.senderId);
    const settings = settingsOf(sender);
    const open = isOpen(settings.window, unit.now);
    const opensAt = open ? unit.now : nextOpen(settings.window, unit.now);
    const wait = (reason: string, at: number): NextWork => ({
      type: 'wait',
      askAgainMs: askAgain(ctx, at - unit.now),
      reason,
      keepTab: open && ability.canAct,
    });
    const later = unit.now + MAX_ASK_AGAIN;

    if (
      ability.journal &&
      channel.holdCount > 0 &&
      (await isJournalMissing(unit.tx, deviceId, channel.workspaceId))
    ) {
      return { type: 'journal' };
    }
    const rules = ctx.remoteRules?.();
    if (ability.version) await learnVersion(unit, deviceId, ability.version);
    const catalogueId = rules?.catalogueId ?? null;
    if (ability.catalogue && ability.catalogue.held !== catalogueId) {
      return { type: 'catalogue', id: catalogueId, catalogue: rules?.catalogue ?? null };
    }
    if (!hasConsented(sender)) return wait('consent', later);
    if (!ability.canAct) return wait('paused_here', later);
    if (!(await takeRunner(unit, channel, deviceId))) return wait('other_device', later);
    const can = new Set(ability.kinds ?? linkedinActionKind.options);
    const kinds = linkedinActionKind.options.filter((kind) => can.has(kind));
    await holdUnsupported(unit, channel, kinds);
    if (ability.catalogue) await noteCatalogue(unit, channel, ability.catalogue);
    await holdSwitchedOff(unit, channel.id, deviceId, rules?.killSwitch ?? []);
    const watches = dueWatches(channel, unit.now).filter((kind) => canRead(kind, kinds));
    const mustReconcile = channel.reconcileFrom !== null && watches.length > 0;
    if ((open || mustReconcile) && watches.length > 0) {
      return await asWatch(unit, channel, watches);
    }
    if (channel.status !== 'active') return wait(channel.reason ?? 'not_connected', later);
    if (channel.inflight > 0) return wait('in_flight', unit.now + 5 * SECOND);
    if (!open) return wait('window', opensAt);
    const claimed = await claimTask(unit, channel, sender, deviceId);
    if (claimed) return await asStep(unit, claimed, channel);
    const { reason, at } = await whyNothing(unit, channel, later);
    const page =
      ability.imports && channel.holdCount === 0 ? await nextListPage(unit, channel, settings) : null;
    if (page && 'work' in page) return page.work;
    return wait(reason, Math.min(at, page?.at ?? Number.POSITIVE_INFINITY, nextWatch(channel)));
  },
});

/** An extension that withdraws invitations reads the list of them, too. */
function canRead(kind: WatchKind, kinds: readonly string[]): boolean {
  return kind !== 'sent_invitations' || kinds.includes('withdraw');
}

async function asWatch(unit: Unit, channel: ChannelRow, kinds: WatchKind[]): Promise<NextWork> {
  const { senderId } = channel;
  const known = await knownProfileIds(unit.tx, senderId);
  const isSentAsked = kinds.includes('sent_invitations');
  if (isSentAsked) {
    await unit.tx.update(channelTable).set({ sentAskedAt: unit.now }).where(eq(channelTable.id, channel.id));
  }
  return {
    type: 'watch',
    kinds,
    expectedMemberId: channel.address,
    acceptancesSince: channel.acceptancesSince ?? 0,
    inboxSince: channel.inboxSince ?? channel.createdAt ?? 0,
    knownProfileIds: known.slice(0, IDS_AT_ONCE),
    furtherProfileIds: known.slice(IDS_AT_ONCE),
    threads: kinds.includes('inbox') ? await threadsToRead(unit.tx, senderId) : null,
    pendingProfileIds: isSentAsked ? await pendingProfileIds(unit.tx, senderId) : [],
  };
}

/** Schedule time may be moved ahead at any moment, so a device is never sent away for long. */
function askAgain(ctx: EngineContext, scheduleMs: number): number {
  const max = Math.min(ctx.maxAskAgainMs ?? MAX_ASK_AGAIN, MAX_ASK_AGAIN);
  return Math.min(Math.max(Math.ceil(scheduleMs), Math.min(SECOND, max)), max);
}

async function takeRunner(unit: Unit, channel: ChannelRow, deviceId: string): Promise<boolean> {
  const isMine = channel.runnerDeviceId === deviceId;
  if (!isMine && channel.runnerDeviceId !== null && (channel.runnerLeaseUntil ?? 0) > unit.real) return false;
  const lease = { runnerDeviceId: deviceId, runnerLeaseUntil: unit.real + runnerLeaseMs };
  rowsOf(unit.tx).update(shapes.channel, [channel.id], lease);
  return true;
}

function nextWatch(channel: ChannelRow): number {
  return Math.min(...(['session', 'acceptances', 'inbox'] as const).map((kind) => watchDueAt(channel, kind)));
}

/** The one thing that keeps this channel from acting, and until when. */
async function whyNothing(
  unit: Unit,
  channel: ChannelRow,
  later: number,
): Promise<{ reason: string; at: number }> {
  if (channel.holdCount > 0) {
    const [hold] = await openHolds(unit.tx, [
      { scope: 'workspace', scopeId: channel.workspaceId },
      { scope: 'sender', scopeId: channel.senderId },
      { scope: 'channel', scopeId: channel.id },
    ]);
    return { reason: hold?.reason ?? 'hold', at: hold?.until ?? later };
  }
  const all = await rowsOf(unit.tx).group(shapes.lane, 'channel', channel.id);
  const lanes = all.filter((row) => row.readyCount > 0).toSorted((a, b) => a.nextAt - b.nextAt);
  const first = lanes.find((row) => row.holdCount === 0);
  if (first) return { reason: first.nextLimit ?? 'no_work', at: Math.max(first.nextAt, unit.now) };
  return { reason: lanes.length > 0 ? 'kind_held' : 'no_work', at: later };
}

async function asStep(unit: Unit, claimed: Claimed, channel: ChannelRow): Promise<NextWork> {
  const { task, payload, contact, automation, enrollment } = claimed;
  const node = nodeOf({ task, graph: await graphOf(unit.tx, enrollment.versionId) });
  const name = `${contact.firstName} ${contact.lastName}`.trim();
  return {
    type: 'task',
    step: {
      taskId: task.id,
      fence: task.fence,
      kind: linkedinActionKind.parse(task.kind),
      target: {
        // A profile id is a working address too: /in/<profile id>/ leads to the same person.
        slug: contact.linkedinSlug ?? contact.linkedinProfileId ?? '',
        profileId: contact.linkedinProfileId,
        memberId: contact.linkedinMemberId,
        name,
        company: contact.companyName,
      },
      text: payload.text,
      subject: payload.subject,
      inmailPolicy: payload.policy,
      circle: node?.type === 'group_message' ? circleOf(node) : null,
      whenNoNote: node?.type === 'connect' ? whenNoNote(node, task) : null,
      expectedMemberId: channel.address,
    },
    contactName: name,
    automationName: automation.name,
    leaseMs: claimLeaseMs,
    clearedFence: await clearedFence(unit, task),
  };
}

/** Where a fellow member is found; the version was published with a readable address. */
function circleOf({ config: { source, place } }: NodeOf<'group_message'>) {
  const id = circleIdIn(place, source);
  return id === null ? null : { kind: source, id };
}

/** A text that a person approved goes out as it is, or waits. */
function whenNoNote({ config }: NodeOf<'connect'>, { approval }: TaskRow) {
  return approval?.text && config.whenNoNote === 'send_without' ? 'wait' : config.whenNoNote;
}

/** The last claim of this device of which a person saw that nothing came of it. */
async function clearedFence(unit: Unit, task: TaskRow): Promise<number> {
  const attempts = await rowsOf(unit.tx).group(shapes.attempt, 'task', task.id);
  const cleared = attempts.filter(
    (each) => each.outcome === 'not_happened' && each.executor === task.leaseOwner,
  );
  return Math.max(0, ...cleared.map(({ fence }) => fence));
}
