import { Radio, Stack } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import { type ConfigOf, errorOf, type SettingsProps } from './context.ts';
import { SenderChoices } from './SenderChoices.tsx';

type Config = ConfigOf<'sender_profile'>;

/** Who contacts the segment's contacts, and what an earlier contact means. */
export function SenderProfileSettings({ node, context, onChange }: SettingsProps<NodeOf<'sender_profile'>>) {
  const { config } = node;
  const change = (part: Partial<Config>) => onChange({ ...node, config: { ...config, ...part } });
  return (
    <Stack gap="md">
      <SenderChoices
        chosen={config.senders}
        senders={context.senders}
        error={errorOf(context, 'senders')}
        onChange={(senders) => change({ senders })}
      />
      <Radio.Group
        label="Contacts that somebody was in touch with"
        value={earlierContactOf(config)}
        onChange={(value) => {
          if (value === 'keep' || value === 'warn' || value === 'ignore') change(earlierContact[value]);
        }}
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
