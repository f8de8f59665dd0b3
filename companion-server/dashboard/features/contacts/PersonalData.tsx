import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDotsVertical, IconDownload, IconEraser, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { type ContactView, personalDataRoutes } from '#shared/contract/contact.ts';
import type { Output } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { contactName } from './contactName.ts';

/** What can be done with a person's data: exported, deleted with a way back, erased for good. */
export function PersonalData({ contact }: { contact: ContactView }) {
  const [asks, setAsks] = useState<'delete' | 'erase' | null>(null);
  const close = () => setAsks(null);
  const navigate = useNavigate();
  const leave = () => void navigate({ to: '/contacts', search: {} });
  const input = { params: { contactId: contact.id } };
  const remove = useAction(personalDataRoutes.delete, {
    done: `${contactName(contact)} is in the recycle bin for 30 days.`,
    onDone: leave,
  });
  const erase = useAction(personalDataRoutes.erase, {
    done: 'The personal data is erased, and the person cannot come in again.',
    onDone: leave,
  });
  const exported = useAction(personalDataRoutes.export, { onDone: (data) => save(contact.id, data) });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDotsVertical aria-hidden size={16} />}>
            Personal data
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconDownload aria-hidden size={16} />}
            onClick={() => exported.mutate(input)}
          >
            Export everything stored
          </Menu.Item>
          <Menu.Item leftSection={<IconTrash aria-hidden size={16} />} onClick={() => setAsks('delete')}>
            Delete (recycle bin)…
          </Menu.Item>
          <Menu.Item
            color="red"
            leftSection={<IconEraser aria-hidden size={16} />}
            onClick={() => setAsks('erase')}
          >
            Erase on request…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asks === 'delete'}
        close={close}
        question={`Delete ${contactName(contact)}?`}
        consequence="Every automation of this contact ends at once, whoever started it. The contact stays in the recycle bin for 30 days: restoring brings back profile, history and lists, never the steps."
        confirmLabel="Delete"
        onConfirm={() => remove.mutate(input)}
      />
      <ConfirmDialog
        opened={asks === 'erase'}
        close={close}
        question={`Erase ${contactName(contact)}?`}
        consequence="For people who ask for it. Name, addresses, profile, messages and texts of all steps go at once and cannot come back, their automations end. Only a keyed hash stays, so that an import does not bring them in again. Emails in mailboxes and conversations on LinkedIn are not touched."
        confirmLabel="Erase for good"
        onConfirm={() => erase.mutate(input)}
      />
    </>
  );
}

/** The export as a file, with a word on what others must add. */
function save(contactId: string, data: Output<typeof personalDataRoutes.export>): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(data, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `contact-${contactId}.json`;
  link.click();
  URL.revokeObjectURL(url);
  if (data.withheldBy.length === 0) return;
  notifications.show({
    title: 'Exported without some conversations',
    message: `Those of ${data.withheldBy.join(', ')} are the reps’ own: ask each to export this contact too, or to share the inbox.`,
    color: 'yellow',
    autoClose: false,
  });
}
