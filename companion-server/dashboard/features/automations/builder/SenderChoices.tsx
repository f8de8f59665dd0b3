import { ActionIcon, Group, NumberInput, Radio, Select, Stack, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import type { NodeOf } from '#shared/automation/graph.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import { SenderBadges } from '../../senders/SenderBadges.tsx';

type Config = NodeOf<'sender_profile'>['config'];

interface Props {
  config: Config;
  senders: readonly SenderView[];
  error?: string;
  onChange: (config: Config) => void;
}

/** The sender profiles that the segment's contacts are distributed over. */
export function SenderChoices({ config, senders, error, onChange }: Props) {
  const chosen = new Set(config.senders.map(({ senderId }) => senderId));
  const free = senders.filter(({ id, state }) => state === 'active' && !chosen.has(id));
  const setWeight = (senderId: string, weight: number) =>
    onChange({
      ...config,
      senders: config.senders.map((one) => (one.senderId === senderId ? { ...one, weight } : one)),
    });
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
          if (senderId) onChange({ ...config, senders: [...config.senders, { senderId, weight: 1 }] });
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
        {config.senders.map(({ senderId, weight }) => {
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
                  onClick={() =>
                    onChange({
                      ...config,
                      senders: config.senders.filter((one) => one.senderId !== senderId),
                    })
                  }
                >
                  <IconTrash aria-hidden size={16} />
                </ActionIcon>
              </Group>
              {sender && <SenderBadges sender={sender} />}
            </Stack>
          );
        })}
      </Stack>
      <Radio.Group
        label="Contacts that somebody was in touch with"
        value={earlierContactOf(config)}
        onChange={(value) => onChange({ ...config, ...earlierContact[value as EarlierContact] })}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="keep"
            label="Go to who contacted them last"
            description="In any automation or by hand, if that sender profile is chosen here; else distributed, with a warning."
          />
          <Radio
            value="warn"
            label="Are distributed, with a warning"
            description="The contact's activity names who was in touch, and when."
          />
          <Radio value="ignore" label="Are distributed as if nobody had been" />
        </Stack>
      </Radio.Group>
    </Stack>
  );
}

type Earlier = Pick<Config, 'preferLatestContacted' | 'ignorePreviousInteractions'>;
type EarlierContact = 'keep' | 'warn' | 'ignore';

const earlierContact: Record<EarlierContact, Earlier> = {
  keep: { preferLatestContacted: true, ignorePreviousInteractions: false },
  warn: { preferLatestContacted: false, ignorePreviousInteractions: false },
  ignore: { preferLatestContacted: true, ignorePreviousInteractions: true },
};

function earlierContactOf(config: Earlier): EarlierContact {
  if (config.ignorePreviousInteractions) return 'ignore';
  return config.preferLatestContacted ? 'keep' : 'warn';
}
