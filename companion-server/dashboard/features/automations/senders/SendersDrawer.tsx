import { Button, Drawer, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { automationSenderRoutes, type SenderNodeView } from '#shared/contract/automationSender.ts';
import { queryFor } from '../../../api/client.ts';
import { Loaded } from '../../../components/Loaded.tsx';
import { AddSender } from './AddSender.tsx';
import { NodeSender } from './NodeSender.tsx';

/** Opens the panel of a running automation's senders. */
export function SendersDrawer({ automationId }: { automationId: string }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        Senders
      </Button>
      <SendersPanel automationId={automationId} opened={opened} close={close} />
    </>
  );
}

interface PanelProps {
  automationId: string;
  opened: boolean;
  close: () => void;
}

/** Slides in from the right: who is in, and how contacts are shared out. */
export function SendersPanel({ automationId, opened, close }: PanelProps) {
  return (
    <Drawer opened={opened} onClose={close} position="right" size="lg" title="Senders of this automation">
      <Senders automationId={automationId} />
    </Drawer>
  );
}

function Senders({ automationId }: { automationId: string }) {
  const query = useQuery(queryFor(automationSenderRoutes.list, { params: { automationId } }));
  return (
    <Loaded query={query} what="the senders">
      {(view) => (
        <Stack gap="xl">
          {view.nodes.map((node) => (
            <Node key={node.nodeId} automationId={automationId} node={node} named={view.nodes.length > 1} />
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

interface NodeProps {
  automationId: string;
  node: SenderNodeView;
  /** Several segments: each says whose senders these are. */
  named: boolean;
}

function Node({ automationId, node, named }: NodeProps) {
  const heading = useId();
  return (
    <Stack component="section" gap="md" aria-labelledby={heading}>
      <Title order={3} size="h5" id={heading}>
        {named ? `Senders of ${node.segment}` : 'Senders'}
      </Title>
      <Text size="sm" c="dimmed">
        Contacts that enter are shared out evenly, or by weight. Counting starts anew when senders or weights
        change, so that a newcomer gets its share of later contacts and not all of them.
      </Text>
      {node.senders.length === 0 && (
        <Text size="sm">No sender: nobody enters until you add one. Nothing is lost meanwhile.</Text>
      )}
      {node.senders.map((sender) => (
        <NodeSender
          key={`${sender.senderId}-${sender.weight}`}
          automationId={automationId}
          nodeId={node.nodeId}
          sender={sender}
        />
      ))}
      <AddSender automationId={automationId} node={node} />
    </Stack>
  );
}
