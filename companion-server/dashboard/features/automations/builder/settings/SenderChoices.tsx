import { ActionIcon, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { SenderView } from '#shared/contract/sender.ts';
import { SenderBadges } from '../../../senders/SenderBadges.tsx';
import type { ConfigOf } from './context.ts';

type Chosen = ConfigOf<'change_sender'>['senders'];

interface Props {
  chosen: Chosen;
  senders: readonly SenderView[];
  error: string | undefined;
  onChange: (chosen: Chosen) => void;
}

/** The sender profiles that contacts are distributed over, with their weights. */
export function SenderChoices({ chosen, senders, error, onChange }: Props) {
  const free = senders.filter(
    ({ id, state }) => state === 'active' && chosen.every(({ senderId }) => senderId !== id),
  );
  const setWeight = (senderId: string, weight: number) =>
    onChange(chosen.map((one) => (one.senderId === senderId ? { ...one, weight } : one)));
  return (
    <Stack gap="md">
      <Select
        label="Add sender profile"
        description="Contacts are distributed evenly, or by weight."
        placeholder={free.length === 0 ? 'No other sender profile' : 'Choose a sender profile'}
        searchable
        disabled={free.length === 0}
        error={error}
        data={free.map(({ id, name }) => ({ value: id, label: name }))}
        value={null}
        onChange={(senderId) => {
          if (senderId) onChange([...chosen, { senderId, weight: 1 }]);
        }}
      />
      <Stack
        gap="sm"
        component="ul"
        m={0}
        p={0}
        style={{ listStyle: 'none' }}
        aria-label="Chosen sender profiles"
      >
        {chosen.map(({ senderId, weight }) => {
          const sender = senders.find(({ id }) => id === senderId);
          const name = sender?.name ?? 'A deleted sender profile';
          return (
            <Stack component="li" key={senderId} gap={4}>
              <Group gap="xs" wrap="nowrap" align="center">
                <Text size="sm" fw={600} flex={1}>
                  {name}
                </Text>
                <NumberInput
                  aria-label={`Weight of ${name}`}
                  w={80}
                  min={1}
                  max={100}
                  allowDecimal={false}
                  value={weight}
                  onChange={(value) => {
                    if (Number(value) >= 1) setWeight(senderId, Math.min(100, Number(value)));
                  }}
                />
                <ActionIcon
                  variant="default"
                  size="lg"
                  aria-label={`Remove ${name}`}
                  onClick={() => onChange(chosen.filter((one) => one.senderId !== senderId))}
                >
                  <IconTrash aria-hidden size={16} />
                </ActionIcon>
              </Group>
              {sender && <SenderBadges sender={sender} />}
            </Stack>
          );
        })}
      </Stack>
    </Stack>
  );
}
