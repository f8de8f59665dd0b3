import { Group, Paper, Select, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import type { EnrollmentView } from '#shared/contract/contact.ts';
import { type EnrollmentStatus, enrollmentStatus } from '#shared/statuses/engine.ts';
import { statusEntry } from '../../components/dictionary.ts';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink, TextLink } from '../../components/Link.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { stepName } from './builder/catalogue.ts';
import { readingOrder } from './builder/graphEdits.ts';
import { EnrollmentState } from './EnrollmentState.tsx';

interface Props {
  automation: AutomationDetail;
  initialStatus?: EnrollmentStatus;
}

/** Every contact of an automation with status and reason, filtered by status and by step. */
export function Enrollments({ automation, initialStatus }: Props) {
  const [status, setStatus] = useState<EnrollmentStatus | null>(initialStatus ?? null);
  const [nodeId, setNodeId] = useState<string | null>(null);
  const { nodes } = automation.graph;
  const names = new Map(nodes.map((node) => [node.id, stepName(node)]));
  return (
    <Stack gap="md">
      <Group gap="sm">
        <Select
          label="Status"
          placeholder="All statuses"
          clearable
          clearButtonProps={{ 'aria-label': 'Show all statuses' }}
          data={enrollmentStatus.options.map((value) => ({
            value,
            label: `${statusEntry('enrollment', value).label} (${automation.counts[value] ?? 0})`,
          }))}
          value={status}
          onChange={(value) => {
            const parsed = enrollmentStatus.safeParse(value);
            setStatus(parsed.success ? parsed.data : null);
          }}
        />
        <Select
          label="Standing on step"
          placeholder="All steps"
          clearable
          clearButtonProps={{ 'aria-label': 'Show all steps' }}
          data={readingOrder(automation.graph).map(({ id }, index) => ({
            value: id,
            label: `${index + 1}. ${names.get(id) ?? ''}`,
          }))}
          value={nodeId}
          onChange={setNodeId}
        />
      </Group>
      <PagedList
        route={automationRoutes.enrollments}
        input={{
          params: { automationId: automation.id },
          query: { status: status ?? undefined, nodeId: nodeId ?? undefined },
        }}
        what="contacts"
        empty={
          status || nodeId ? (
            <Empty
              title="Nobody here"
              text="No contact has this status on this step. Change the filters above."
            />
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
        {(items) => <Rows items={items} names={names} />}
      </PagedList>
    </Stack>
  );
}

function Rows({ items, names }: { items: readonly EnrollmentView[]; names: ReadonlyMap<string, string> }) {
  const standsOn = ({ nodeIds }: EnrollmentView) =>
    nodeIds.map((id) => names.get(id) ?? 'a removed step').join(', ') || '–';
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={280}>
        <Table aria-label="Contacts of the automation" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Contact</Table.Th>
              <Table.Th visibleFrom="sm">Stands on</Table.Th>
              <Table.Th>Status and reason</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((enrollment) => (
              <Table.Tr key={enrollment.id} style={{ verticalAlign: 'top' }}>
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
