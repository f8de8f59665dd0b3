import { Radio, Stack, TextInput } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import { settableField } from '#shared/automation/nodes.ts';
import { contactRoutes } from '#shared/contract/contact.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { limits } from '#shared/kernel/limits.ts';
import { useAction } from '../../../../api/useAction.ts';
import { CreatablePicker } from './CreatablePicker.tsx';
import { errorOf, type SettingsProps } from './context.ts';
import { FieldPicker } from './FieldPicker.tsx';

const TAG_NAME = 60;

/** Which tag a step adds or removes; a new one can be made here. */
export function TagSettings({ node, context, onChange }: SettingsProps<NodeOf<'tag'>>) {
  const { config } = node;
  const choose = (tagId: string) => onChange({ ...node, config: { ...config, tagId } });
  const create = useAction(tagRoutes.create, { onDone: ({ id }) => choose(id) });
  return (
    <Stack gap="md">
      <AddOrRemove
        value={config.action}
        onChange={(action) => onChange({ ...node, config: { ...config, action } })}
      />
      <CreatablePicker
        label="Tag"
        noun="tag"
        choices={context.tags}
        value={config.tagId}
        error={errorOf(context, 'tagId')}
        maxLength={TAG_NAME}
        onChange={choose}
        create={(name) => create.mutate({ body: { name } })}
      />
    </Stack>
  );
}

/** Which list a step adds to or removes from; a new one can be made here. */
export function ListSettings({ node, context, onChange }: SettingsProps<NodeOf<'list'>>) {
  const { config } = node;
  const choose = (listId: string) => onChange({ ...node, config: { ...config, listId } });
  const create = useAction(contactRoutes.createList, { onDone: ({ id }) => choose(id) });
  return (
    <Stack gap="md">
      <AddOrRemove
        value={config.action}
        onChange={(action) => onChange({ ...node, config: { ...config, action } })}
      />
      <CreatablePicker
        label="List"
        noun="list"
        choices={context.lists}
        value={config.listId}
        error={errorOf(context, 'listId')}
        maxLength={limits.name}
        onChange={choose}
        create={(name) => create.mutate({ body: { name } })}
      />
    </Stack>
  );
}

interface ActionProps {
  value: 'add' | 'remove';
  onChange: (action: 'add' | 'remove') => void;
}

function AddOrRemove({ value, onChange }: ActionProps) {
  return (
    <Radio.Group
      label="Action"
      value={value}
      onChange={(chosen) => onChange(chosen === 'remove' ? 'remove' : 'add')}
    >
      <Stack gap="xs" mt="xs">
        <Radio value="add" label="Add" />
        <Radio value="remove" label="Remove" />
      </Stack>
    </Radio.Group>
  );
}

/** Which field of the contact a step sets, and to what. */
export function FieldSettings({ node, onChange }: SettingsProps<NodeOf<'set_field'>>) {
  const { config } = node;
  return (
    <Stack gap="md">
      <FieldPicker
        schema={settableField}
        builtin={['title', 'location']}
        value={config.field}
        onChange={(field) => onChange({ ...node, config: { ...config, field } })}
      />
      <TextInput
        label="Value"
        description="Overwrites what is there. Empty: clears the field."
        maxLength={1000}
        value={config.value}
        onChange={(event) => onChange({ ...node, config: { ...config, value: event.currentTarget.value } })}
      />
    </Stack>
  );
}
