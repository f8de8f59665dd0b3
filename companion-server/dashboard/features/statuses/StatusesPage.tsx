import { Table } from '@mantine/core';
import type { StatusEntry } from '#shared/statuses/dictionary.ts';
import { type StatusKind, statusFamilies } from '../../components/dictionary.ts';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';

/** Every status with its meaning, what sets it and what clears it. */
export function StatusesPage() {
  return (
    <Page
      title="Status dictionary"
      text="Red: you must act. Orange: a warning. Yellow: a limit, it goes on by itself. Green and blue: all is well. Grey: nothing to do."
    >
      {(Object.keys(statusFamilies) as StatusKind[]).map((kind) => (
        <Family key={kind} kind={kind} />
      ))}
    </Page>
  );
}

function Family({ kind }: { kind: StatusKind }) {
  const { title, entries } = statusFamilies[kind];
  return (
    <Section title={title}>
      <Table.ScrollContainer minWidth={720}>
        <Table aria-label={title} layout="fixed" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th w={250}>Status</Table.Th>
              <Table.Th>Meaning</Table.Th>
              <Table.Th>Set by</Table.Th>
              <Table.Th>Cleared by</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {Object.entries<StatusEntry>(entries).map(([value, entry]) => (
              <Table.Tr key={value}>
                <Table.Td>
                  <StatusBadge kind={kind} value={value} />
                </Table.Td>
                <Table.Td>{entry.meaning}</Table.Td>
                <Table.Td>{entry.setBy}</Table.Td>
                <Table.Td>{entry.clearedBy || 'Final: nothing clears it'}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
