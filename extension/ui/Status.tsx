import { Stack, Text, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { causesOf, type StatusEntry } from '#shared/statuses/entry.ts';

interface Props {
  entry: StatusEntry;
  /** Said first: what is the matter in this very case. */
  detail?: string | null;
  /** What shows the status, if not its label alone; takes the focus. */
  children?: ReactNode;
}

/** A status: hover or focus says what it means, what sets it and what clears it. */
export function Status({ entry, detail, children }: Props) {
  const { set, cleared } = causesOf(entry);
  const hint = (
    <Stack gap={4}>
      {detail ? <Text size="xs">{detail}</Text> : null}
      <Text size="xs">{entry.meaning}</Text>
      <Text size="xs">{set}</Text>
      <Text size="xs">{cleared}</Text>
    </Stack>
  );
  return (
    <Tooltip label={hint}>
      {children ?? (
        <Text span inherit tabIndex={0}>
          {entry.label}
        </Text>
      )}
    </Tooltip>
  );
}
