import { Radio, Stack, Switch, TextInput } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import { limits } from '#shared/kernel/limits.ts';
import { TemplateField } from '../TemplateField.tsx';
import { type ConfigOf, errorOf, type SettingsProps } from './context.ts';

/** The note of a Connect step, and what happens where none is possible. */
export function ConnectSettings({ node, context, onChange }: SettingsProps<NodeOf<'connect'>>) {
  const { note, whenNoNote } = node.config;
  const change = (config: Partial<ConfigOf<'connect'>>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  return (
    <Stack gap="md">
      <Switch
        label="With a note"
        checked={note !== null}
        onChange={(event) => change({ note: event.currentTarget.checked ? '' : null })}
      />
      {note !== null && (
        <>
          <TemplateField
            label="Note"
            description={`${limits.noteBasic} characters on a Basic account, ${limits.notePremium} on paid plans.`}
            value={note}
            error={errorOf(context, 'note')}
            maxLength={limits.noteBasic}
            preview={context.preview}
            onChange={(text) => change({ note: text })}
          />
          <Radio.Group
            label="When no note is possible"
            description="Basic accounts have 5 notes in 30 days. LinkedIn's own counter decides."
            required
            error={errorOf(context, 'whenNoNote')}
            value={whenNoNote}
            onChange={(value) => {
              if (value === 'send_without' || value === 'wait' || value === 'skip')
                change({ whenNoNote: value });
            }}
          >
            <Stack gap="xs" my="xs">
              <Radio value="send_without" label="Send without a note" />
              <Radio value="wait" label="Wait until a note is possible" />
              <Radio value="skip" label="Skip this step" />
            </Stack>
          </Radio.Group>
        </>
      )}
    </Stack>
  );
}

/** What an InMail says, and whether it may spend a credit. */
export function InMailSettings({ node, context, onChange }: SettingsProps<NodeOf<'inmail'>>) {
  const change = (config: Partial<ConfigOf<'inmail'>>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  return (
    <Stack gap="md">
      <Radio.Group
        label="InMail credits"
        value={node.config.policy}
        onChange={(value) => change({ policy: value === 'spend_credit' ? 'spend_credit' : 'open_profile' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio
            value="open_profile"
            label="Spend none"
            description="Writes to open profiles; where a credit would be needed, the branch fails. A Condition before it can ask."
          />
          <Radio
            value="spend_credit"
            label="Spend one where the profile is not open"
            description="Without credits the step waits for them."
          />
        </Stack>
      </Radio.Group>
      <TextInput
        label="Subject"
        maxLength={limits.inmailSubject}
        value={node.config.subject}
        error={errorOf(context, 'subject')}
        onChange={(event) => change({ subject: event.currentTarget.value })}
      />
      <TemplateField
        label="Text"
        value={node.config.text}
        error={errorOf(context, 'text')}
        maxLength={limits.inmailText}
        rows={6}
        preview={context.preview}
        onChange={(text) => change({ text })}
      />
    </Stack>
  );
}

/** Which group or event the people share with the sender, and what is written to them. */
export function GroupMessageSettings({ node, context, onChange }: SettingsProps<NodeOf<'group_message'>>) {
  const change = (config: Partial<ConfigOf<'group_message'>>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  return (
    <Stack gap="md">
      <Radio.Group
        label="What they share with the sender"
        description="No connection is needed."
        value={node.config.source}
        onChange={(value) => change({ source: value === 'event' ? 'event' : 'group' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="group" label="A group" />
          <Radio value="event" label="An event" />
        </Stack>
      </Radio.Group>
      <TextInput
        label={node.config.source === 'group' ? 'Address of the group' : 'Address of the event'}
        description="The sender must belong to it. Copy it from the browser while its page is open."
        placeholder={`https://www.linkedin.com/${node.config.source}s/1234567/`}
        required
        maxLength={300}
        value={node.config.place}
        error={errorOf(context, 'place')}
        onChange={(event) => change({ place: event.currentTarget.value })}
      />
      <TemplateField
        label="Message text"
        value={node.config.text}
        error={errorOf(context, 'text')}
        rows={6}
        preview={context.preview}
        onChange={(text) => change({ text })}
      />
    </Stack>
  );
}
