import { Radio, Select, Stack, TextInput } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import { contactField } from '#shared/automation/nodes.ts';
import { choicesOf, eventLabels, freshCondition, testLabels } from '../catalogue.ts';
import { DurationField } from '../DurationField.tsx';
import { type ConfigOf, errorOf, optionsOf, type SettingsProps } from './context.ts';
import { FieldPicker } from './FieldPicker.tsx';

/** What a Wait until waits for, and how long. */
export function WaitSettings({ node, onChange }: SettingsProps<NodeOf<'wait_until'>>) {
  return (
    <Stack gap="md">
      <Select
        label="Wait for"
        data={choicesOf(eventLabels)}
        value={node.config.event}
        onChange={(event) => event && onChange({ ...node, config: { ...node.config, event } })}
      />
      <DurationField
        label="Timeout"
        description="Then the timeout exit is taken, after a successful read of that channel."
        value={node.config.timeoutMs}
        onChange={(timeoutMs) => onChange({ ...node, config: { ...node.config, timeoutMs } })}
      />
    </Stack>
  );
}

/** Whether a Join waits for all of its branches or for the first. */
export function JoinSettings({ node, onChange }: SettingsProps<NodeOf<'join'>>) {
  return (
    <Radio.Group
      label="Goes on"
      value={node.config.mode}
      onChange={(value) => onChange({ ...node, config: { mode: value === 'first' ? 'first' : 'all' } })}
    >
      <Stack gap="xs" mt="xs">
        <Radio
          value="all"
          label="When all branches have arrived"
          description="Branches that ended or failed on the way are not waited for."
        />
        <Radio
          value="first"
          label="With the first branch that arrives"
          description="Later ones end here as merged."
        />
      </Stack>
    </Radio.Group>
  );
}

/** The question of a Condition, and what it is asked about. */
export function ConditionSettings({ node, context, onChange }: SettingsProps<NodeOf<'condition'>>) {
  const { config } = node;
  const change = (changed: ConfigOf<'condition'>) => onChange({ ...node, config: changed });
  return (
    <Stack gap="md">
      <Select
        label="Question"
        description="Answered with what is known at that moment; what is not known counts as no."
        data={choicesOf(testLabels)}
        value={config.test}
        onChange={(test) => test && change(freshCondition(test))}
      />
      {config.test === 'tag' && (
        <Select
          label="Tag"
          placeholder="Choose a tag"
          searchable
          nothingFoundMessage="No such tag."
          data={optionsOf(context.tags)}
          value={config.tagId || null}
          error={errorOf(context, 'tagId')}
          onChange={(tagId) => tagId && change({ ...config, tagId })}
        />
      )}
      {config.test === 'field' && (
        <>
          <FieldPicker
            schema={contactField}
            builtin={['firstName', 'lastName', 'email', 'company', 'title', 'location']}
            value={config.field}
            onChange={(field) => change({ ...config, field })}
          />
          <Select
            label="Comparison"
            data={[
              { value: 'equals', label: 'Is exactly' },
              { value: 'contains', label: 'Contains' },
            ]}
            value={config.operator}
            onChange={(operator) => operator && change({ ...config, operator })}
          />
          <TextInput
            label="Value"
            description="Upper and lower case make no difference."
            maxLength={300}
            value={config.value}
            error={errorOf(context, 'value')}
            onChange={(event) => change({ ...config, value: event.currentTarget.value })}
          />
        </>
      )}
    </Stack>
  );
}
