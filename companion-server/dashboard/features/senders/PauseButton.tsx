import { Button } from '@mantine/core';
import { type SenderView, senderRoutes } from '#shared/contract/sender.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { useAction } from '../../api/useAction.ts';

const names: Record<ChannelKind, string> = { linkedin: 'LinkedIn', email: 'email' };

/** What a person's resume ends: their own pause, and what waits until somebody looked. */
const endedByResume = [
  'manual',
  'high_failure_rate',
  'low_acceptance',
  'bounce_guard',
  'mail_refused',
  'layout_unknown',
  'kill_switch',
];

/** Pauses one channel, or resumes what waits for a person there; can be undone with the same button. */
export function PauseButton({ sender, channel }: { sender: SenderView; channel: ChannelKind }) {
  const pause = useAction(senderRoutes.pause, { done: `Paused ${names[channel]} of ${sender.name}.` });
  const resume = useAction(senderRoutes.resume, { done: `Resumed ${names[channel]} of ${sender.name}.` });
  const channelId = channel === 'linkedin' ? sender.linkedin.channelId : sender.mailbox.channelId;
  // A restriction ends with the rep's word, once the account can be signed in to again.
  const isSignedIn = sender.linkedin.status === 'active';
  const paused = sender.holds.some(
    ({ reason, scope, scopeId }) =>
      (endedByResume.includes(reason) || (reason === 'account_restricted' && isSignedIn)) &&
      (scope === 'channel' || scope === 'kind') &&
      scopeId === channelId,
  );
  const input = { params: { senderId: sender.id }, body: { channel } };
  return paused ? (
    <Button loading={resume.isPending} onClick={() => resume.mutate(input)}>
      Resume {names[channel]}
    </Button>
  ) : (
    <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate(input)}>
      Pause {names[channel]}
    </Button>
  );
}
