import { Fieldset, MultiSelect, NumberInput, Stack, Switch, TextInput } from '@mantine/core';
import type { NodeOf } from '#shared/automation/graph.ts';
import type { SegmentFilter } from '#shared/automation/nodes.ts';
import { type ConfigOf, errorOf, optionsOf, type SettingsProps } from './context.ts';

const empty = (chosen: readonly unknown[], hint: string) => (chosen.length === 0 ? hint : undefined);

/** Who enters: lists and tags, narrowed down, and how many at a time. */
export function SegmentSettings({ node, context, onChange }: SettingsProps<NodeOf<'segment'>>) {
  const { config } = node;
  const change = (part: Partial<ConfigOf<'segment'>>) =>
    onChange({ ...node, config: { ...config, ...part } });
  const limit = (value: number | string) => (value === '' ? null : Math.max(1, Number(value)));
  const lists = context.lists.map(({ id, name, memberCount }) => ({ id, name: `${name} (${memberCount})` }));
  return (
    <Stack gap="md">
      <MultiSelect
        label="Lists"
        description="Contacts in one of these lists enter."
        placeholder={empty(config.listIds, 'Choose one or more lists')}
        searchable
        nothingFoundMessage="No such list. Import contacts to make one."
        data={optionsOf(lists)}
        value={config.listIds}
        error={errorOf(context, 'listIds')}
        onChange={(listIds) => change({ listIds })}
      />
      <MultiSelect
        label="Tags"
        description="Contacts with one of these tags enter too."
        placeholder={empty(config.tagIds, 'Choose tags')}
        searchable
        nothingFoundMessage="No such tag."
        data={optionsOf(context.tags)}
        value={config.tagIds}
        onChange={(tagIds) => change({ tagIds })}
      />
      <FilterFields filter={config.filter} onChange={(filter) => change({ filter })} />
      <Switch
        label="Existing connections only"
        description="Admits only contacts that the assigned sender is verified to be connected to."
        checked={config.existingConnections}
        onChange={(event) => change({ existingConnections: event.currentTarget.checked })}
      />
      <Switch
        label="Keep feeding"
        description="Contacts that come into a list, get a tag or pass the filter later enter too."
        checked={config.keepFeeding}
        onChange={(event) => change({ keepFeeding: event.currentTarget.checked })}
      />
      <NumberInput
        label="Active contacts at most"
        description="Empty: no limit. The others wait as Active limit."
        min={1}
        max={100_000}
        clampBehavior="strict"
        allowDecimal={false}
        value={config.activeLimit ?? ''}
        onChange={(value) => change({ activeLimit: limit(value) })}
      />
      <NumberInput
        label="Active contacts per company at most"
        description="Empty: no limit. Their colleagues wait as Coworkers limit."
        min={1}
        max={1000}
        clampBehavior="strict"
        allowDecimal={false}
        value={config.coworkersLimit ?? ''}
        onChange={(value) => change({ coworkersLimit: limit(value) })}
      />
    </Stack>
  );
}

function FilterFields({
  filter,
  onChange,
}: {
  filter: SegmentFilter;
  onChange: (filter: SegmentFilter) => void;
}) {
  return (
    <Fieldset legend="Of these, only those">
      <Stack gap="md">
        <Switch
          label="With an email address"
          checked={filter.hasEmail}
          onChange={(event) => onChange({ ...filter, hasEmail: event.currentTarget.checked })}
        />
        <TextInput
          label="Whose company contains"
          placeholder="Any company"
          maxLength={120}
          value={filter.companyContains}
          onChange={(event) => onChange({ ...filter, companyContains: event.currentTarget.value })}
        />
        <TextInput
          label="Whose title contains"
          placeholder="Any title"
          maxLength={120}
          value={filter.titleContains}
          onChange={(event) => onChange({ ...filter, titleContains: event.currentTarget.value })}
        />
      </Stack>
    </Fieldset>
  );
}
