import { Radio, Stack, TextInput } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import { limits } from '#shared/kernel/limits.ts';
import { Attachments } from '../../../templates/Attachments.tsx';
import { TemplatePicker } from '../../../templates/TemplatePicker.tsx';
import { TemplateField } from '../TemplateField.tsx';
import { type ConfigOf, errorOf, type SettingsProps } from './context.ts';

/** What a Send email step sends, and into which thread. */
export function EmailSettings({ node, context, onChange }: SettingsProps<NodeOf<'send_email'>>) {
  const change = (config: Partial<ConfigOf<'send_email'>>) =>
    onChange({ ...node, config: { ...node.config, ...config } });
  return (
    <Stack gap="md">
      <Radio.Group
        label="Thread"
        value={node.config.thread}
        onChange={(value) => change({ thread: value === 'reply' ? 'reply' : 'new' })}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="new" label="New thread" />
          <Radio value="reply" label="Reply in the thread of the email before" />
        </Stack>
      </Radio.Group>
      <TemplatePicker onPick={({ subject, text, attachments }) => change({ subject, text, attachments })} />
      <TextInput
        label="Subject"
        description={
          node.config.thread === 'reply' ? 'Only used when there is no thread to reply in.' : undefined
        }
        maxLength={limits.emailSubject}
        value={node.config.subject}
        error={errorOf(context, 'subject')}
        onChange={(event) => change({ subject: event.currentTarget.value })}
      />
      <TemplateField
        label="Email text"
        description="**bold**, *italic*, - lists, [words](https://…). The signature, the unsubscribe link and the postal address are added below it."
        markdown
        value={node.config.text}
        error={errorOf(context, 'text')}
        rows={8}
        preview={context.preview}
        onChange={(text) => change({ text })}
      />
      <Attachments
        attachments={node.config.attachments}
        text={node.config.text}
        error={errorOf(context, 'attachments')}
        onChange={change}
      />
    </Stack>
  );
}
