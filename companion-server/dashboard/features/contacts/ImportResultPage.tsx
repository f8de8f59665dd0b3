import { Button, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import {
  type importResult,
  importRoutes,
  type importRow,
  type importRowOutcome,
} from '#shared/contract/contact.ts';
import { queryFor } from '../../api/client.ts';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink, TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Section } from '../../components/Section.tsx';
import { fieldLabel } from './mapping.ts';

type Result = z.infer<typeof importResult>;
type Row = z.infer<typeof importRow>;
type Outcome = z.infer<typeof importRowOutcome>;

const outcomes: { outcome: Outcome; label: string; count: (result: Result) => number }[] = [
  { outcome: 'added', label: 'Added', count: ({ added }) => added },
  { outcome: 'updated', label: 'Updated', count: ({ updated }) => updated },
  { outcome: 'duplicate', label: 'Duplicates', count: ({ duplicates }) => duplicates },
  { outcome: 'rejected', label: 'Rejected', count: ({ rejected }) => rejected },
];

/** What an import did, in counts that open the rows with their reasons. */
export function ImportResultPage() {
  const { importId } = useParams({ from: '/shell/contacts/import/$importId' });
  const query = useQuery(queryFor(importRoutes.get, { params: { importId } }));
  return (
    <Page
      title="Import result"
      back={
        <TextLink to="/contacts" search={{}}>
          All contacts
        </TextLink>
      }
      text={query.data?.fileName}
      actions={
        query.data?.listId && (
          <ButtonLink to="/contacts" search={{ listId: query.data.listId }}>
            Show the list
          </ButtonLink>
        )
      }
    >
      <Loaded query={query} what="the result">
        {(result) =>
          result.state === 'uploaded' ? (
            <Empty title="This import was not run" text="The file was read, its columns were not mapped.">
              <ButtonLink to="/contacts/import">Import a CSV file</ButtonLink>
            </Empty>
          ) : (
            <Counts result={result} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Counts({ result }: { result: Result }) {
  const asked = useSearch({ from: '/shell/contacts/import/$importId' }).outcome;
  const [chosen, setChosen] = useState<Outcome>(asked ?? (result.rejected > 0 ? 'rejected' : 'added'));
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {outcomes.map(({ outcome, label, count }) => (
          <Button
            key={outcome}
            size="md"
            px="xs"
            variant={chosen === outcome ? 'filled' : 'default'}
            aria-pressed={chosen === outcome}
            onClick={() => setChosen(outcome)}
          >
            <Group gap="xs" wrap="nowrap" className="tabular">
              {label} <strong>{count(result)}</strong>
            </Group>
          </Button>
        ))}
      </SimpleGrid>
      <Section title={`Rows: ${outcomes.find(({ outcome }) => outcome === chosen)?.label ?? ''}`}>
        <PagedList
          route={importRoutes.rows}
          input={{ params: { importId: result.id }, query: { outcome: chosen } }}
          what="rows"
          empty={<Text size="sm">No row ended like this. Choose another count above.</Text>}
        >
          {(items) => <Rows items={items} />}
        </PagedList>
      </Section>
    </Stack>
  );
}

function Rows({ items }: { items: readonly Row[] }) {
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table aria-label="Rows of the file">
        <Table.Thead>
          <Table.Tr>
            <Table.Th data-numeric w={72}>
              Row
            </Table.Th>
            <Table.Th>Reason</Table.Th>
            <Table.Th>Field</Table.Th>
            <Table.Th>Contact</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((row) => (
            <Table.Tr key={row.row}>
              <Table.Td data-numeric>{row.row}</Table.Td>
              <Table.Td>{row.reason ?? '–'}</Table.Td>
              <Table.Td>{row.field ? fieldLabel(row.field) : '–'}</Table.Td>
              <Table.Td>
                {row.contactId ? (
                  <TextLink
                    to="/contacts/$contactId"
                    params={{ contactId: row.contactId }}
                    aria-label={`Contact of row ${row.row}`}
                  >
                    Open
                  </TextLink>
                ) : (
                  '–'
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
