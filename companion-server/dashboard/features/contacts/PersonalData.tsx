import { Button, Group, Menu, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { IconDotsVertical, IconDownload, IconEraser, IconTrash } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type ContactView, personalDataRoutes } from '#shared/contract/contact.ts';
import type { Output } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { contactName } from './contactName.ts';

/** What can be done with a person's data: exported, deleted with a way back, erased for good. */
export function PersonalData({ contact }: { contact: ContactView }) {
  const [asks, { open, close }] = useDisclosure(false);
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
          <Menu.Item leftSection={<IconTrash aria-hidden size={16} />} onClick={() => remove.mutate(input)}>
            Delete (recycle bin)
          </Menu.Item>
          <Menu.Item color="red" leftSection={<IconEraser aria-hidden size={16} />} onClick={open}>
            Erase on request…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={asks} onClose={close} title={`Erase ${contactName(contact)}?`}>
        <Stack gap="md">
          <Text size="sm">
            For people who ask for it. Name, addresses, profile, messages and texts of all steps go at once
            and cannot come back, their automations end. Only a keyed hash stays, so that an import does not
            bring them in again. Emails in mailboxes and conversations on LinkedIn are not touched.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button
              color="red"
              onClick={() => {
                close();
                erase.mutate(input);
              }}
            >
              Erase for good
            </Button>
          </Group>
        </Stack>
      </Modal>
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
