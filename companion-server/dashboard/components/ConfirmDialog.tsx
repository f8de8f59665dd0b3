import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';

export interface Question {
  /** The question, as the dialog's title. */
  question: string;
  /** What will happen. */
  consequence: ReactNode;
  confirmLabel: string;
  onConfirm: () => void;
}

interface Props extends Question {
  opened: boolean;
  close: () => void;
  /** Of the button that confirms. */
  color?: string;
}

/** Says what will happen, and asks first. */
export function ConfirmDialog({ opened, close, color = 'red', ...asked }: Props) {
  return (
    <Modal opened={opened} onClose={close} title={asked.question}>
      <Stack gap="md">
        <Text size="sm" component="div">
          {asked.consequence}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            Cancel
          </Button>
          <Button
            color={color}
            onClick={() => {
              close();
              asked.onConfirm();
            }}
          >
            {asked.confirmLabel}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
