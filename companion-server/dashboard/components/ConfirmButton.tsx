import { Button, type ButtonProps, Group, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface Props extends ButtonProps {
  label: string;
  /** The question, as the dialog's title. */
  question: string;
  /** What will happen. */
  consequence: ReactNode;
  confirmLabel: string;
  onConfirm: () => void;
  disabled?: boolean;
  'aria-label'?: string;
}

/** A button for a step that cannot be undone at once: says what will happen and asks first. */
export function ConfirmButton({ label, question, consequence, confirmLabel, onConfirm, ...button }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button color="red" variant="outline" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={question}>
        <Stack gap="md">
          <Text size="sm" component="div">
            {consequence}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Cancel
            </Button>
            <Button
              color={button.color ?? 'red'}
              onClick={() => {
                close();
                onConfirm();
              }}
            >
              {confirmLabel}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
