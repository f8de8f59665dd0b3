import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { EnrollmentFilter } from '#shared/automation/bulk.ts';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import type { EnrollmentStatus } from '#shared/statuses/engine.ts';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink } from '../../components/Link.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { BulkMenu } from './BulkMenu.tsx';
import { BulkProgress } from './BulkProgress.tsx';
import { stepName } from './builder/catalogue.ts';
import { FilterBar } from './EnrollmentFilters.tsx';
import { EnrollmentRows } from './EnrollmentRows.tsx';

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
            <EnrollmentRows items={items} names={names} chosen={chosen} onChoose={setChosen} />
          </Stack>
        )}
      </PagedList>
    </Stack>
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
        <Text size="sm">{matching === '1' ? '1 contact.' : `${matching} contacts.`}</Text>
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
