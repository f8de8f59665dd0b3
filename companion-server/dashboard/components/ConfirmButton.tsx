import { Button, type ButtonProps, type MantineColor } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { ConfirmDialog, type Question } from './ConfirmDialog.tsx';

interface Props extends ButtonProps, Question {
  label: string;
  disabled?: boolean;
  color?: MantineColor;
  'aria-label'?: string;
}

/** A button for a step that cannot be undone at once: says what will happen and asks first. */
export function ConfirmButton({ label, question, consequence, confirmLabel, onConfirm, ...button }: Props) {
  const [opened, { open, close }] = useDisclosure(false);
  const asked = { question, consequence, confirmLabel, onConfirm };
  return (
    <>
      <Button color="red" variant="outline" {...button} onClick={open}>
        {label}
      </Button>
      <ConfirmDialog {...asked} opened={opened} close={close} color={button.color} />
    </>
  );
}
