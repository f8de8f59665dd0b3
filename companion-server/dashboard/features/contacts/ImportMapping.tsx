import { Alert, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import type { z } from 'zod';
import { type importPreview, importRoutes } from '#shared/contract/contact.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';
import { choicesFor, type ImportField, mappingProblem, parseField } from './mapping.ts';

type Preview = z.infer<typeof importPreview>;
type LegalBasis = 'legitimate_interest' | 'consent' | 'contract';

interface Values {
  mapping: ImportField[];
  listName: string;
  legalBasis: LegalBasis | null;
}

const RUN_DEADLINE_MS = 180_000;

/** Which column becomes which field, the list they go to, and the legal basis. */
export function ImportMapping({ preview }: { preview: Preview }) {
  const navigate = useNavigate();
  const form = useForm<Values>({
    initialValues: {
      mapping: preview.columns.map(({ suggestion }) => suggestion),
      listName: preview.fileName.replace(/\.[^.]+$/, ''),
      legalBasis: null,
    },
    validate: {
      mapping: mappingProblem,
      listName: (value) => (value.trim() ? null : 'Name the list.'),
      legalBasis: (value) => (value ? null : 'Choose the legal basis.'),
    },
  });
  const run = useAction(importRoutes.run, {
    inline: true,
    timeoutMs: RUN_DEADLINE_MS,
    onDone: ({ id }) => void navigate({ to: '/contacts/import/$importId', params: { importId: id } }),
  });
  const names = ['mapping', 'listName', 'legalBasis'];
  const submit = form.onSubmit(({ mapping, listName, legalBasis }) => {
    if (!legalBasis) return;
    run.mutate(
      { params: { importId: preview.id }, body: { mapping, listName, legalBasis } },
      { onError: ({ problem }) => form.setErrors(fieldErrors(problem, names).errors) },
    );
  });
  return (
    <Section
      title="2. Map the columns"
      text={`${preview.fileName}: ${preview.rowCount} rows, read as ${preview.encoding} with ${delimiterName(preview.delimiter)} between the columns.`}
    >
      <form noValidate onSubmit={submit}>
        <Stack gap="md">
          <MappingTable
            preview={preview}
            mapping={form.values.mapping}
            onChange={(index, field) => form.setFieldValue(`mapping.${index}`, field)}
          />
          {form.errors.mapping && (
            <Alert color="red" variant="outline" role="alert">
              {form.errors.mapping}
            </Alert>
          )}
          <TextInput label="List name" required maw={480} {...form.getInputProps('listName')} />
          <Select
            label="Legal basis"
            description="On what ground these people may be contacted; recorded with each contact."
            required
            maw={480}
            placeholder="Choose one"
            data={[
              { value: 'legitimate_interest', label: 'Legitimate interest' },
              { value: 'consent', label: 'Consent' },
              { value: 'contract', label: 'Contract' },
            ]}
            {...form.getInputProps('legalBasis')}
          />
          {run.error && (
            <ProblemAlert problem={run.error.problem} rest={fieldErrors(run.error.problem, names).rest} />
          )}
          <Group>
            <Button type="submit" loading={run.isPending}>
              Import contacts
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

interface TableProps {
  preview: Preview;
  mapping: readonly ImportField[];
  onChange: (index: number, field: ImportField) => void;
}

function MappingTable({ preview, mapping, onChange }: TableProps) {
  // A file may name two columns alike, so a column is known by its place.
  const columns = preview.columns.map((column, index) => ({ column, index }));
  return (
    <Table.ScrollContainer minWidth={290}>
      <Table aria-label="Columns of the file" verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Column</Table.Th>
            <Table.Th visibleFrom="sm">Samples</Table.Th>
            <Table.Th w={{ base: 160, sm: 240 }}>Becomes</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {columns.map(({ column, index }) => (
            <Table.Tr key={index}>
              <Table.Th scope="row" fw={500}>
                {column.name || `Column ${index + 1}`}
                <Samples column={column} hiddenFrom="sm" />
              </Table.Th>
              <Table.Td visibleFrom="sm">
                <Samples column={column} />
              </Table.Td>
              <Table.Td>
                <Select
                  aria-label={`Field for column ${column.name || index + 1}`}
                  data={choicesFor(column)}
                  value={mapping[index] ?? 'ignore'}
                  onChange={(value) => onChange(index, parseField(value))}
                />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Samples({ column, hiddenFrom }: { column: Preview['columns'][number]; hiddenFrom?: 'sm' }) {
  return (
    <Text size="sm" c="dimmed" lineClamp={2} style={{ overflowWrap: 'anywhere' }} hiddenFrom={hiddenFrom}>
      {column.samples.filter(Boolean).slice(0, 3).join(' · ') || 'empty'}
    </Text>
  );
}

function delimiterName(delimiter: string): string {
  const names: Record<string, string> = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' };
  return names[delimiter] ?? `"${delimiter}"`;
}
