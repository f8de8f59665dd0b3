import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { automationSenderRoutes, type SenderNodeView } from '#shared/contract/automationSender.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { queryFor } from '../../../api/client.ts';
import { useAction } from '../../../api/useAction.ts';

/** A profile added while the automation runs gets only contacts that enter later. */
export function AddSender({ automationId, node }: { automationId: string; node: SenderNodeView }) {
  const senders = useQuery(queryFor(senderRoutes.list));
  const add = useAction(automationSenderRoutes.add, {
    done: 'Added. It gets contacts that enter from now on.',
  });
  const inNode = new Set(node.senders.filter(({ enabled }) => enabled).map(({ senderId }) => senderId));
  const free = (senders.data?.items ?? []).filter(({ id, state }) => state === 'active' && !inNode.has(id));
  return (
    <Select
      label="Add sender profile"
      description="It gets only contacts that enter later."
      placeholder={free.length === 0 ? 'No other sender profile' : 'Choose a sender profile'}
      searchable
      disabled={free.length === 0 || add.isPending}
      data={free.map(({ id, name }) => ({ value: id, label: name }))}
      value={null}
      onChange={(senderId) => {
        if (senderId) add.mutate({ params: { automationId }, body: { nodeId: node.nodeId, senderId } });
      }}
    />
  );
}
