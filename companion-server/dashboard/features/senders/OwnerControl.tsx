import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { memberRoutes } from '#shared/contract/member.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Loaded } from '../../components/Loaded.tsx';

/** Gives the profile to another member: its owner may, and a manager once the owner left. */
export function OwnerControl({ sender }: { sender: SenderView }) {
  const me = useQuery(queryFor(workspaceRoutes.me));
  const [opened, { open, close }] = useDisclosure(false);
  const isOwner = me.data?.userId === sender.ownerUserId;
  const hasLeft = sender.holds.some(({ reason }) => reason === 'owner_left');
  const mayGive = isOwner || (hasLeft && me.data !== undefined && me.data.role !== 'rep');
  return (
    <Group gap="sm">
      <Text size="sm">
        Owner: {sender.ownerName}
        {hasLeft && ' (left the workspace)'}
      </Text>
      {mayGive && (
        <Button size="xs" variant={hasLeft ? 'filled' : 'default'} onClick={open}>
          Give to another member
        </Button>
      )}
      <Modal opened={opened} onClose={close} title={`Give ${sender.name} to another member?`}>
        <GiveForm sender={sender} close={close} />
      </Modal>
    </Group>
  );
}

function GiveForm({ sender, close }: { sender: SenderView; close: () => void }) {
  const members = useQuery(queryFor(memberRoutes.list));
  const [userId, setUserId] = useState<string | null>(null);
  const give = useAction(memberRoutes.giveSender, { done: 'The sender profile has a new owner.' });
  return (
    <Stack gap="md">
      <Text size="sm">
        Its browsers are unpaired. LinkedIn goes on when the new owner has agreed to automation, paired a
        browser and signed in there to the same LinkedIn account. The mailbox stays as it is and sends on
        behalf of the same address: check its name and signature. Whether managers see presence and inbox is
        the new owner’s decision.
      </Text>
      <Loaded query={members} what="the members">
        {({ items }) => (
          <Select
            label="New owner"
            placeholder="Choose a member"
            nothingFoundMessage="Nobody else is in the workspace. Invite somebody in Settings."
            data={items
              .filter((one) => one.userId !== sender.ownerUserId)
              .map((one) => ({ value: one.userId, label: `${one.name} (${one.role})` }))}
            value={userId}
            onChange={setUserId}
          />
        )}
      </Loaded>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          Cancel
        </Button>
        <Button
          disabled={userId === null}
          onClick={() => {
            close();
            if (userId) give.mutate({ params: { senderId: sender.id }, body: { userId } });
          }}
        >
          Give
        </Button>
      </Group>
    </Stack>
  );
}
