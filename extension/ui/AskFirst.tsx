import { Button, Group, Stack, Text } from '@mantine/core';
import { useDidUpdate } from '@mantine/hooks';
import { useRef, useState } from 'react';

interface Props {
  label: string;
  question: string;
  /** What will happen. */
  consequence: string;
  yes: string;
  no: string;
  busy: boolean;
  disabled?: boolean;
  /** The step itself is the red one, not only the answer. */
  red?: boolean;
  onYes: () => void;
}

/** A button that asks in its own place: there is no room for a dialog in a popup. */
export function AskFirst({ label, question, consequence, yes, no, busy, disabled, red, onYes }: Props) {
  const [asking, setAsking] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const refuse = useRef<HTMLButtonElement>(null);
  useDidUpdate(() => (asking ? refuse : opener).current?.focus(), [asking]);
  if (!asking) {
    return (
      <Button
        ref={opener}
        variant={red ? 'filled' : 'default'}
        color={red ? 'red.9' : undefined}
        loading={busy}
        disabled={disabled}
        onClick={() => setAsking(true)}
      >
        {label}
      </Button>
    );
  }
  return (
    <Stack gap={6} w="100%" role="group" aria-label={question}>
      <Text size="sm" fw={600}>
        {question}
      </Text>
      <Text size="sm">{consequence}</Text>
      <Group gap={8}>
        <Button
          color="red.9"
          onClick={() => {
            setAsking(false);
            onYes();
          }}
        >
          {yes}
        </Button>
        <Button ref={refuse} variant="default" onClick={() => setAsking(false)}>
          {no}
        </Button>
      </Group>
    </Stack>
  );
}
