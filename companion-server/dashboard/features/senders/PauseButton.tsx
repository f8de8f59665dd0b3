import { Button } from '@mantine/core';
import { type SenderView, senderRoutes } from '#shared/contract/sender.ts';
import type { ChannelKind } from '#shared/statuses/engine.ts';
import { useAction } from '../../api/useAction.ts';

const names: Record<ChannelKind, string> = { linkedin: 'LinkedIn', email: 'email' };

/** Puts or lifts the manual hold on one channel; can be undone with the same button. */
export function PauseButton({ sender, channel }: { sender: SenderView; channel: ChannelKind }) {
  const pause = useAction(senderRoutes.pause, { done: `Paused ${names[channel]} of ${sender.name}.` });
  const resume = useAction(senderRoutes.resume, { done: `Resumed ${names[channel]} of ${sender.name}.` });
  const channelId = channel === 'linkedin' ? sender.linkedin.channelId : sender.mailbox.channelId;
  const paused = sender.holds.some(
    ({ reason, scope, scopeId }) => reason === 'manual' && scope === 'channel' && scopeId === channelId,
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
