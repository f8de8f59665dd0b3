import { Select, Stack, TextInput } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import { TemplateField } from '../TemplateField.tsx';
import { errorOf, optionsOf, type SettingsProps } from './context.ts';

/** Steps that hand over to another automation, a person or another system. */

export function EnrollSettings({ node, context, onChange }: SettingsProps<NodeOf<'enroll'>>) {
  return (
    <Select
      label="Automation"
      description="The contact enters its first segment, if it runs by then; this branch goes on here."
      placeholder="Choose another automation"
      searchable
      nothingFoundMessage="There is no other automation."
      data={optionsOf(context.automations)}
      value={node.config.automationId || null}
      error={errorOf(context, 'automationId')}
      onChange={(automationId) => automationId && onChange({ ...node, config: { automationId } })}
    />
  );
}

const OWNER = 'owner';

/** Whom a Notify step tells, and what. */
export function NotifySettings({ node, context, onChange }: SettingsProps<NodeOf<'notify'>>) {
  const { memberId, text } = node.config;
  return (
    <Stack gap="md">
      <Select
        label="Whom"
        data={[{ value: OWNER, label: 'The rep of the sender profile' }, ...optionsOf(context.members)]}
        value={memberId ?? OWNER}
        onChange={(chosen) =>
          chosen && onChange({ ...node, config: { text, memberId: chosen === OWNER ? null : chosen } })
        }
      />
      <TemplateField
        label="Notification text"
        value={text}
        error={errorOf(context, 'text')}
        maxLength={500}
        rows={3}
        preview={context.preview}
        onChange={(changed) => onChange({ ...node, config: { memberId, text: changed.slice(0, 500) } })}
      />
    </Stack>
  );
}

/** Which address a Webhook step posts to. */
export function WebhookSettings({ node, context, onChange }: SettingsProps<NodeOf<'webhook'>>) {
  return (
    <TextInput
      label="Address"
      description="Gets a signed POST with the contact and the step, repeated with growing waits until it answers."
      placeholder="https://example.com/hook"
      type="url"
      inputMode="url"
      maxLength={2000}
      value={node.config.url}
      error={errorOf(context, 'url')}
      onChange={(event) => onChange({ ...node, config: { url: event.currentTarget.value } })}
    />
  );
}
