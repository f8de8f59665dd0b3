import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { otherReasons, type StatusEntry, whoMustActLabels } from '#shared/statuses/dictionary.ts';
import { admissionWaits, branchWaits, stepWaits, type Wait } from '#shared/statuses/waits.ts';
import { type StatusKind, statusFamilies } from '../../components/dictionary.ts';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';

/** Every status, hold and reason with its meaning, what sets it and what clears it. */
export function StatusesPage() {
  return (
    <Page
      title="Status dictionary"
      text="Red: you must act. Orange: a warning. Yellow: a limit, it goes on by itself. Green and blue: all is well. Grey: nothing to do."
    >
      {(Object.keys(statusFamilies) as StatusKind[]).map((kind) => (
        <Family key={kind} kind={kind} />
      ))}
      <OtherReasons />
      <Waits />
    </Page>
  );
}

function Family({ kind }: { kind: StatusKind }) {
  const { title, entries } = statusFamilies[kind];
  return (
    <Entries title={title} columns={['Status', 'Meaning', 'Set by', 'Cleared by']}>
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
    </Entries>
  );
}

function OtherReasons() {
  return (
    <Entries title="Other reasons beside a contact" columns={['Reason', 'Meaning']}>
      {[...otherReasons].map(([reason, sentence]) => (
        <Table.Tr key={reason}>
          <Table.Td>{inWords(reason)}</Table.Td>
          <Table.Td>{sentence}</Table.Td>
        </Table.Tr>
      ))}
    </Entries>
  );
}

function Waits() {
  const waits = Object.entries<Wait>({ ...admissionWaits, ...branchWaits, ...stepWaits });
  return (
    <Entries title="What a contact waits for" columns={['Waits for', 'Meaning', 'Who must act']}>
      {waits.map(([value, { sentence, waitsFor, who }]) => (
        <Table.Tr key={value}>
          <Table.Td>{inWords(waitsFor)}</Table.Td>
          <Table.Td>{sentence.replace('{step}', 'The step')}</Table.Td>
          <Table.Td>{whoMustActLabels[who]}</Table.Td>
        </Table.Tr>
      ))}
    </Entries>
  );
}

function inWords(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

interface EntriesProps {
  title: string;
  columns: readonly string[];
  children: ReactNode;
}

function Entries({ title, columns, children }: EntriesProps) {
  return (
    <Section title={title}>
      <Table.ScrollContainer minWidth={720}>
        <Table aria-label={title} layout="fixed" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              {columns.map((column, index) => (
                <Table.Th key={column} w={index === 0 ? 280 : undefined}>
                  {column}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>{children}</Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
