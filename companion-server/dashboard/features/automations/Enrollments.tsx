import { Button, Checkbox, Group, Paper, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EnrollmentFilter } from '#shared/automation/bulk.ts';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import type { EnrollmentView } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { type EnrollmentStatus, enrollmentStatus } from '#shared/statuses/engine.ts';
import { queryFor } from '../../api/client.ts';
import { statusEntry } from '../../components/dictionary.ts';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink, TextLink } from '../../components/Link.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { BulkMenu } from './BulkMenu.tsx';
import { BulkProgress } from './BulkProgress.tsx';
import { stepName } from './builder/catalogue.ts';
import { readingOrder } from './builder/graphEdits.ts';
import { EnrollmentState } from './EnrollmentState.tsx';

interface Props {
  automation: AutomationDetail;
  initialStatus?: EnrollmentStatus;
}

/** Every contact of an automation with status and reason; filtered, and acted on in bulk. */
export function Enrollments({ automation, initialStatus }: Props) {
  const [filter, setFilter] = useState<EnrollmentFilter>({ status: initialStatus });
  const [chosen, setChosen] = useState<ReadonlySet<string> | 'all'>(new Set());
  const names = new Map(automation.graph.nodes.map((node) => [node.id, stepName(node)]));
  const change = (next: EnrollmentFilter) => {
    setFilter(next);
    setChosen(new Set());
  };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Stack gap="md">
      <FilterBar automation={automation} filter={filter} onChange={change} />
      <BulkProgress automationId={automation.id} />
      <PagedList
        route={automationRoutes.enrollments}
        input={{ params: { automationId: automation.id }, query: filter }}
        what="contacts"
        empty={
          isFiltered ? (
            <Empty title="Nobody here" text="No contact matches. Change the filters above." />
          ) : (
            <Empty
              title="No contacts yet"
              text="Contacts of the Segment's lists enter when the automation runs. Start it, or import contacts into its lists."
            >
              <ButtonLink to="/contacts/import" variant="default">
                Import a CSV file
              </ButtonLink>
            </Empty>
          )
        }
      >
        {(items, { total, atLeast }) => (
          <Stack gap="sm">
            <Selection
              automation={automation}
              filter={filter}
              chosen={chosen}
              matching={`${atLeast ? 'more than ' : ''}${total.toLocaleString()}`}
              onChoose={setChosen}
            />
            <Rows items={items} names={names} chosen={chosen} onChoose={setChosen} />
          </Stack>
        )}
      </PagedList>
    </Stack>
  );
}

interface FilterProps {
  automation: AutomationDetail;
  filter: EnrollmentFilter;
  onChange: (filter: EnrollmentFilter) => void;
}

function FilterBar({ automation, filter, onChange }: FilterProps) {
  const senders = useQuery(queryFor(senderRoutes.list));
  const steps = readingOrder(automation.graph);
  return (
    <Group gap="sm" align="end">
      <SearchField value={filter.search} onChange={(search) => onChange({ ...filter, search })} />
      <Select
        label="Status"
        placeholder="All statuses"
        clearable
        clearButtonProps={{ 'aria-label': 'Show all statuses' }}
        data={enrollmentStatus.options.map((value) => ({
          value,
          label: `${statusEntry('enrollment', value).label} (${automation.counts[value] ?? 0})`,
        }))}
        value={filter.status ?? null}
        onChange={(value) => onChange({ ...filter, status: enrollmentStatus.safeParse(value).data })}
      />
      <Select
        label="Standing on step"
        placeholder="All steps"
        clearable
        clearButtonProps={{ 'aria-label': 'Show all steps' }}
        data={steps.map((node, index) => ({ value: node.id, label: `${index + 1}. ${stepName(node)}` }))}
        value={filter.nodeId ?? null}
        onChange={(value) => onChange({ ...filter, nodeId: value ?? undefined })}
      />
      <Select
        label="Sender profile"
        placeholder="All sender profiles"
        clearable
        clearButtonProps={{ 'aria-label': 'Show all sender profiles' }}
        data={(senders.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={filter.senderId ?? null}
        onChange={(value) => onChange({ ...filter, senderId: value ?? undefined })}
      />
      {filter.reason && (
        <Button variant="default" onClick={() => onChange({ ...filter, reason: undefined })}>
          Show all reasons
        </Button>
      )}
    </Group>
  );
}

function SearchField({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange: (search?: string) => void;
}) {
  const [text, setText] = useState(value ?? '');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onChange(text.trim() || undefined);
      }}
    >
      <TextInput
        label="Name"
        placeholder="Search by name"
        type="search"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={() => {
          if ((text.trim() || undefined) !== value) onChange(text.trim() || undefined);
        }}
      />
    </form>
  );
}

interface SelectionProps {
  automation: AutomationDetail;
  filter: EnrollmentFilter;
  chosen: ReadonlySet<string> | 'all';
  matching: string;
  onChoose: (chosen: ReadonlySet<string> | 'all') => void;
}

function Selection({ automation, filter, chosen, matching, onChoose }: SelectionProps) {
  const isAll = chosen === 'all';
  const none = !isAll && chosen.size === 0;
  return (
    <Group gap="sm">
      {none ? (
        <Text size="sm">{matching} contacts.</Text>
      ) : (
        <BulkMenu
          automation={automation}
          selection={isAll ? { filter } : { ids: [...chosen] }}
          count={isAll ? matching : String(chosen.size)}
          onStarted={() => onChoose(new Set())}
        />
      )}
      {!isAll && (
        <Button variant="subtle" onClick={() => onChoose('all')}>
          Select all {matching} matching
        </Button>
      )}
      {!none && (
        <Button variant="subtle" onClick={() => onChoose(new Set())}>
          Clear selection
        </Button>
      )}
    </Group>
  );
}

interface RowsProps {
  items: readonly EnrollmentView[];
  names: ReadonlyMap<string, string>;
  chosen: ReadonlySet<string> | 'all';
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** What one selection by hand can hold; "all matching" has no such limit. */
const CHOSEN_AT_MOST = 1000;

function Rows({ items, names, chosen, onChoose }: RowsProps) {
  const isChosen = (id: string) => chosen === 'all' || chosen.has(id);
  const toggle = (ids: readonly string[], on: boolean) => {
    const next = new Set(chosen === 'all' ? items.map(({ id }) => id) : chosen);
    for (const id of ids) {
      if (on) next.add(id);
      else next.delete(id);
    }
    onChoose(new Set([...next].slice(0, CHOSEN_AT_MOST)));
  };
  const all = items.every(({ id }) => isChosen(id));
  const standsOn = ({ nodeIds }: EnrollmentView) =>
    nodeIds.map((id) => names.get(id) ?? 'a removed step').join(', ') || '–';
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={280}>
        <Table aria-label="Contacts of the automation" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={40}>
                <Checkbox
                  aria-label="Select all shown"
                  checked={all}
                  indeterminate={!all && items.some(({ id }) => isChosen(id))}
                  onChange={(event) =>
                    toggle(
                      items.map(({ id }) => id),
                      event.currentTarget.checked,
                    )
                  }
                />
              </Table.Th>
              <Table.Th>Contact</Table.Th>
              <Table.Th visibleFrom="sm">Stands on</Table.Th>
              <Table.Th>Status, why and when</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((enrollment) => (
              <Table.Tr key={enrollment.id} style={{ verticalAlign: 'top' }}>
                <Table.Td>
                  <Checkbox
                    aria-label={`Select ${enrollment.contactName}`}
                    checked={isChosen(enrollment.id)}
                    onChange={(event) => toggle([enrollment.id], event.currentTarget.checked)}
                  />
                </Table.Td>
                <Table.Td>
                  <TextLink to="/contacts/$contactId" params={{ contactId: enrollment.contactId }}>
                    {enrollment.contactName}
                  </TextLink>
                  <Text size="sm" c="dimmed" hiddenFrom="sm">
                    {standsOn(enrollment)}
                  </Text>
                </Table.Td>
                <Table.Td visibleFrom="sm">
                  <Text size="sm">{standsOn(enrollment)}</Text>
                </Table.Td>
                <Table.Td>
                  <EnrollmentState enrollment={enrollment} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
