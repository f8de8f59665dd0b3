import { Badge, Stack, Text, Tooltip } from '@mantine/core';
import { IconCircleFilled } from '@tabler/icons-react';
import { causesOf } from '#shared/statuses/entry.ts';
import { dotColour, type StatusKind, statusEntry } from './dictionary.ts';

interface Props {
  kind: StatusKind;
  value: string;
  /** Added to the tooltip: the reason in this very case. */
  detail?: string | null;
}

/** A status as the dictionary names it; hover or focus says what it means, what sets it, what clears it. */
export function StatusBadge({ kind, value, detail }: Props) {
  const entry = statusEntry(kind, value);
  const { set, cleared } = causesOf(entry);
  const tooltip = (
    <Stack gap={4}>
      {detail && (
        <Text size="sm" fw={600}>
          {detail}
        </Text>
      )}
      <Text size="sm">{entry.meaning}</Text>
      <Text size="xs">{set}</Text>
      <Text size="xs">{cleared}</Text>
    </Stack>
  );
  return (
    <Tooltip label={tooltip}>
      <Badge
        variant="default"
        tabIndex={0}
        tt="none"
        fw={500}
        size="lg"
        style={{ flexShrink: 0, minWidth: 'max-content' }}
        leftSection={<IconCircleFilled aria-hidden size={10} color={dotColour[entry.colour]} />}
      >
        {entry.label}
      </Badge>
    </Tooltip>
  );
}
