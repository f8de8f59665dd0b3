import { Button, Group, Menu, Modal, Select, Stack, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { BulkInput, BulkSelection } from '#shared/automation/bulk.ts';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { bulkRoutes } from '#shared/contract/bulk.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { stepName } from './builder/catalogue.ts';
import { readingOrder } from './builder/graphEdits.ts';
import { bulkLabels } from './bulkTitle.ts';
import { SenderWarning } from './SenderWarning.tsx';

interface Props {
  automation: AutomationDetail;
  selection: BulkSelection;
  /** How many contacts are chosen, in words: "12" or "more than 10,000". */
  count: string;
  onStarted: () => void;
}

type Asked = BulkInput['action'];

/** Those that ask for something more first. */
const asksMore: readonly Asked[] = ['move', 'set_sender'];

const consequences: Record<Asked, string> = {
  pause: 'Nothing more is sent to them here until somebody resumes them.',
  resume: 'They go on where they stand, within caps and working hours. Replies count as dealt with.',
  cancel: 'All their branches stop and nothing more is sent to them here.',
  retry: 'Failed branches go on at the step that failed. A step that may have happened is never repeated.',
  move: 'They go on before the chosen step. A step that was done is not repeated.',
  set_sender:
    'The sender profile is fixed for automations they enter later. Contacts under way keep theirs; only the step Change sender moves them.',
  enroll_again: 'Those whose enrollment has ended enter once more and go through all steps again.',
};

/** What can be done with the chosen contacts; each asks first and can be undone for 24 hours. */
export function BulkMenu({ automation, selection, count, onStarted }: Props) {
  const [asked, setAsked] = useState<Asked | null>(null);
  return (
    <>
      <Menu>
        <Menu.Target>
          <Button rightSection={<IconChevronDown aria-hidden size={16} />}>With {count} contacts</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {(Object.keys(bulkLabels) as Asked[]).map((action) => (
            <Menu.Item key={action} onClick={() => setAsked(action)}>
              {bulkLabels[action]}
              {asksMore.includes(action) && '…'}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={asked ? `${bulkLabels[asked]}: ${count} contacts` : ''}
      >
        {asked && (
          <Confirm
            action={asked}
            automation={automation}
            selection={selection}
            onClose={() => setAsked(null)}
            onStarted={onStarted}
          />
        )}
      </Modal>
    </>
  );
}

interface ConfirmProps extends Omit<Props, 'count'> {
  action: Asked;
  onClose: () => void;
}

function Confirm({ action, automation, selection, onClose, onStarted }: ConfirmProps) {
  const [target, setTarget] = useState<string | null>(null);
  const start = useAction(bulkRoutes.start, {
    onDone: () => {
      onClose();
      onStarted();
    },
  });
  const input = inputOf(action, target);
  return (
    <Stack gap="md">
      <Text size="sm">{consequences[action]}</Text>
      {action === 'move' && <StepSelect automation={automation} value={target} onChange={setTarget} />}
      {action === 'set_sender' && <SenderSelect value={target} onChange={setTarget} />}
      {action === 'set_sender' && target !== null && (
        <SenderWarning automationId={automation.id} senderId={target} selection={selection} />
      )}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Not now
        </Button>
        <Button
          color={action === 'cancel' ? 'red' : undefined}
          disabled={input === null}
          loading={start.isPending}
          onClick={() => {
            if (input) start.mutate({ params: { automationId: automation.id }, body: { input, selection } });
          }}
        >
          {bulkLabels[action]}
        </Button>
      </Group>
    </Stack>
  );
}

/** Null: what it needs is not chosen yet. */
function inputOf(action: Asked, target: string | null): BulkInput | null {
  if (action === 'move') return target === null ? null : { action, nodeId: target };
  if (action === 'set_sender') return target === null ? null : { action, senderId: target };
  return { action };
}

interface ChoiceProps {
  value: string | null;
  onChange: (value: string | null) => void;
}

function StepSelect({ automation, ...choice }: ChoiceProps & { automation: AutomationDetail }) {
  const steps = readingOrder(automation.graph).filter(
    ({ type }) => type !== 'segment' && type !== 'sender_profile',
  );
  return (
    <Select
      label="Step"
      placeholder="Choose a step"
      data={steps.map((node, index) => ({ value: node.id, label: `${index + 1}. ${stepName(node)}` }))}
      {...choice}
    />
  );
}

function SenderSelect(choice: ChoiceProps) {
  const senders = useQuery(queryFor(senderRoutes.list));
  return (
    <Select
      label="Sender profile"
      placeholder="Choose a sender profile"
      data={(senders.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
      {...choice}
    />
  );
}
