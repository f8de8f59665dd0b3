import { Select, SimpleGrid, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { EnrollmentFilter } from '#shared/automation/bulk.ts';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { enrollmentStatus } from '#shared/statuses/engine.ts';
import { queryFor } from '../../api/client.ts';
import { clearButton } from '../../components/clearButton.ts';
import { statusEntry } from '../../components/dictionary.ts';
import { stepName } from './builder/catalogue.ts';
import { readingOrder } from './builder/graphEdits.ts';

interface FilterProps {
  automation: AutomationDetail;
  filter: EnrollmentFilter;
  onChange: (filter: EnrollmentFilter) => void;
}

/** What narrows the contacts down; every combination is allowed. */
export function FilterBar({ automation, filter, onChange }: FilterProps) {
  const senders = useQuery(queryFor(senderRoutes.list));
  const reasons = useQuery(queryFor(automationRoutes.reasons, { params: { automationId: automation.id } }));
  const steps = readingOrder(automation.graph);
  return (
    <SimpleGrid cols={{ base: 2, sm: 3, lg: 5 }} spacing="sm">
      <SearchField value={filter.search} onChange={(search) => onChange({ ...filter, search })} />
      <Select
        label="Status"
        placeholder="All statuses"
        clearable
        clearButtonProps={clearButton('Show all statuses')}
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
        clearButtonProps={clearButton('Show all steps')}
        data={steps.map((node, index) => ({ value: node.id, label: `${index + 1}. ${stepName(node)}` }))}
        value={filter.nodeId ?? null}
        onChange={(value) => onChange({ ...filter, nodeId: value ?? undefined })}
      />
      <Select
        label="Sender profile"
        placeholder="All sender profiles"
        clearable
        clearButtonProps={clearButton('Show all sender profiles')}
        data={(senders.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={filter.senderId ?? null}
        onChange={(value) => onChange({ ...filter, senderId: value ?? undefined })}
      />
      <Select
        label="Reason"
        placeholder="All reasons"
        clearable
        searchable
        clearButtonProps={clearButton('Show all reasons')}
        nothingFoundMessage="No such reason here"
        data={(reasons.data?.items ?? []).map(({ reason, sentence, total, atLeast }) => ({
          value: reason,
          label: `${sentence} (${atLeast ? 'more than ' : ''}${total.toLocaleString()})`,
        }))}
        value={filter.reason ?? null}
        onChange={(value) => onChange({ ...filter, reason: value ?? undefined })}
      />
    </SimpleGrid>
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
        label="Search"
        placeholder="Name, email or company"
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
