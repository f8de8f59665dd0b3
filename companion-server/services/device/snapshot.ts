import type { DeviceSnapshot } from '#shared/contract/device.ts';
import { hasConsented } from '#shared/contract/device.ts';
import { isDisconnected, type SenderView } from '#shared/contract/sender.ts';
import { senderSettings } from '#shared/schedule/settings.ts';
import type { DeviceCall } from '../context.ts';
import { senderOf } from '../scope.ts';
import { viewSender } from '../sender/view.ts';
import { countSteps } from '../task/steps.ts';
import { workspaceOf } from '../workspace/me.ts';
import { repliesTo } from './waiting.ts';

const APPROVALS_COUNTED = 51;

/** Everything popup and side panel show. */
export async function deviceSnapshot(call: DeviceCall): Promise<DeviceSnapshot> {
  const { reader } = call.db;
  const row = await senderOf(reader, call, call.actor.senderId);
  const view = await viewSender(reader, call, row);
  const workspace = await workspaceOf(reader, call);
  const approvals = await countSteps(call, 'approval', APPROVALS_COUNTED);
  const replies = await repliesTo(call);
  const { settings: _settings, ...mailbox } = view.mailbox;
  const { channelId, status, reason, detail, memberId, name, lastCheckedAt } = view.linkedin;
  const isManual = (scope: string) =>
    view.holds.some((hold) => hold.reason === 'manual' && hold.scope === scope);
  return {
    deviceId: call.actor.deviceId,
    workspaceName: workspace.name,
    sender: { id: row.id, name: row.name },
    consentVersion: row.consentVersion,
    linkedin: { channelId, status, reason, detail, memberId, name, lastCheckedAt },
    mailbox,
    holds: view.holds,
    usage: view.usage,
    next: view.next,
    mustAct: [...mustAct(view, hasConsented(row)), ...decisions(approvals, replies)],
    stopped: isManual('workspace'),
    paused: isManual('sender') || view.holds.some((hold) => isManualOn(hold, channelId)),
    approveEach: senderSettings.parse(row.settings).approveEach,
    approvals,
    replies,
    serverTime: call.clocks.schedule.now(),
  };
}

/** What waits for a yes or a decision of the rep. */
function decisions(approvals: number, replies: DeviceSnapshot['replies']): DeviceSnapshot['mustAct'] {
  const items: DeviceSnapshot['mustAct'] = [];
  if (approvals > 0) {
    items.push({
      title: 'Approve texts',
      detail: approvals === 1 ? '1 text waits for your yes.' : `${most(approvals)} texts wait for your yes.`,
      href: '/tasks?group=approval',
    });
  }
  if (replies.length > 0) {
    const [first] = replies;
    const others = replies.length - 1;
    const more = others === 0 ? '' : others === 1 ? ' and one more' : ` and ${others} more`;
    items.push({
      title: 'Decide about replies',
      detail: `${first?.name ?? 'Somebody'}${more} replied. Nothing goes to them before you decide.`,
      href: '/tasks?group=reply',
    });
  }
  return items;
}

function most(count: number): string {
  return count < APPROVALS_COUNTED ? String(count) : `More than ${APPROVALS_COUNTED - 1}`;
}

function isManualOn(hold: SenderView['holds'][number], channelId: string): boolean {
  return hold.reason === 'manual' && hold.scope === 'channel' && hold.scopeId === channelId;
}

/** What needs the rep, most urgent first. */
function mustAct(view: SenderView, agreed: boolean): DeviceSnapshot['mustAct'] {
  const items: DeviceSnapshot['mustAct'] = [];
  if (!agreed) {
    items.push({
      title: 'Your consent is needed',
      detail: 'Read what Rapport does in your browser and agree before the first action.',
      href: null,
    });
  }
  if (view.linkedin.status === 'inactive') {
    items.push({
      title: 'Reconnect LinkedIn',
      detail: view.linkedin.detail ?? 'Sign in to LinkedIn again.',
      // Signing in does not end a disconnect: the button above does.
      href: isDisconnected(view) ? null : 'https://www.linkedin.com/login',
    });
  }
  if (view.redDot.email) {
    items.push({
      title: 'Mailbox disconnected',
      detail: view.mailbox.smtp.response ?? view.mailbox.imap.response ?? 'Check the mailbox settings.',
      href: null,
    });
  }
  for (const hold of view.holds) {
    const isShownAbove = [
      'linkedin_account_disconnected',
      'disconnected_by_user',
      'email_disconnected',
      'consent_withdrawn',
    ];
    if (hold.whoMustAct !== 'rep' || hold.reason === 'manual' || isShownAbove.includes(hold.reason)) continue;
    items.push({ title: 'Held', detail: hold.detail, href: null });
  }
  return items;
}
