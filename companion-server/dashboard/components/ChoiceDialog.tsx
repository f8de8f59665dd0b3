import { Button, Group, Modal, Radio, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';

interface Choice<T extends string> {
  value: T;
  label: string;
  /** What will happen. */
  text: string;
}

interface Props<T extends string> {
  label: string;
  question: string;
  choices: readonly [Choice<T>, ...Choice<T>[]];
  confirmLabel: string;
  onConfirm: (value: T) => void;
  loading?: boolean;
  'aria-label'?: string;
}

/** A button for a step that can be done in more than one way: says what each does and asks; the first is the mildest. */
export function ChoiceDialog<T extends string>({
  label,
  question,
  choices,
  confirmLabel,
  onConfirm,
  ...button
}: Props<T>) {
  const [opened, { open, close }] = useDisclosure(false);
  const [value, setValue] = useState<T>(choices[0].value);
  return (
    <>
      <Button color="red" variant="outline" {...button} onClick={open}>
        {label}
      </Button>
      <Modal opened={opened} onClose={close} title={question}>
        <Stack gap="md">
          <Radio.Group
            aria-label={question}
            value={value}
            onChange={(chosen) => setValue(choices.find((one) => one.value === chosen)?.value ?? value)}
          >
            <Stack gap="sm">
              {choices.map((choice) => (
                <Radio
                  key={choice.value}
                  value={choice.value}
                  label={choice.label}
                  description={choice.text}
                />
              ))}
            </Stack>
          </Radio.Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it
            </Button>
            <Button
              color="red"
              onClick={() => {
                close();
                onConfirm(value);
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
