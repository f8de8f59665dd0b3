import { Table, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { otherReasons, type StatusEntry, whoMustActLabels } from '#shared/statuses/dictionary.ts';
import { admissionWaits, branchWaits, stepWaits, type Wait } from '#shared/statuses/waits.ts';
import { type StatusKind, statusFamilies } from '../../components/dictionary.ts';
import { Empty } from '../../components/Empty.tsx';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';

/** Every status, hold and reason with its meaning, what sets it and what clears it. */
export function StatusesPage() {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const tables = dictionary().flatMap(({ rows, ...table }) => {
    const found = rows.filter(({ text }) => text.toLowerCase().includes(wanted));
    return found.length > 0 ? [{ ...table, rows: found }] : [];
  });
  return (
    <Page
      title="Status dictionary"
      text="Red: you must act. Orange: a warning. Yellow: a limit, it goes on by itself. Green and blue: all is well. Grey: nothing to do."
    >
      <TextInput
        label="Find a status or reason"
        type="search"
        maw={420}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {tables.length === 0 && <Empty title="Nothing found" text="No status or reason has these words." />}
      {tables.map((table) => (
        <Entries key={table.title} {...table} />
      ))}
    </Page>
  );
}

interface Row {
  key: string;
  cells: readonly ReactNode[];
  /** What a search looks through. */
  text: string;
}

interface EntriesProps {
  title: string;
  columns: readonly string[];
  rows: readonly Row[];
}

function dictionary(): EntriesProps[] {
  return [...(Object.keys(statusFamilies) as StatusKind[]).map(family), otherReasonsTable(), waitsTable()];
}

function family(kind: StatusKind): EntriesProps {
  const { title, entries } = statusFamilies[kind];
  const rows = Object.entries<StatusEntry>(entries).map(([value, entry]) => {
    const words = [entry.meaning, entry.setBy, entry.clearedBy || 'Final: nothing clears it'];
    const badge = <StatusBadge key={value} kind={kind} value={value} />;
    return { key: value, cells: [badge, ...words], text: [entry.label, ...words].join(' ') };
  });
  return { title, columns: ['Status', 'Meaning', 'Set by', 'Cleared by'], rows };
}

function otherReasonsTable(): EntriesProps {
  const rows = [...otherReasons].map(([reason, sentence]) => inText(reason, [inWords(reason), sentence]));
  return { title: 'Other reasons beside a contact', columns: ['Reason', 'Meaning'], rows };
}

function waitsTable(): EntriesProps {
  const waits = Object.entries<Wait>({ ...admissionWaits, ...branchWaits, ...stepWaits });
  const rows = waits.map(([value, { sentence, waitsFor, who }]) =>
    inText(value, [inWords(waitsFor), sentence.replace('{step}', 'The step'), whoMustActLabels[who]]),
  );
  return { title: 'What a contact waits for', columns: ['Waits for', 'Meaning', 'Who must act'], rows };
}

function inText(key: string, cells: readonly string[]): Row {
  return { key, cells, text: cells.join(' ') };
}

function inWords(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Entries({ title, columns, rows }: EntriesProps) {
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
          <Table.Tbody>
            {rows.map(({ key, cells }) => (
              <Table.Tr key={key}>
                {cells.map((cell, index) => (
                  <Table.Td key={columns[index]}>{cell}</Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}
