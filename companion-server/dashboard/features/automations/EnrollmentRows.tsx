import { Checkbox, Paper, Table, Text } from '@mantine/core';
import type { EnrollmentView } from '#shared/contract/contact.ts';
import { TextLink } from '../../components/Link.tsx';
import { EnrollmentState } from './EnrollmentState.tsx';

interface RowsProps {
  items: readonly EnrollmentView[];
  names: ReadonlyMap<string, string>;
  chosen: ReadonlySet<string> | 'all';
  onChoose: (chosen: ReadonlySet<string>) => void;
}

/** What one selection by hand can hold; "all matching" has no such limit. */
const CHOSEN_AT_MOST = 1000;

/** One row per contact; a checkbox each, and one for all that are shown. */
export function EnrollmentRows({ items, names, chosen, onChoose }: RowsProps) {
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
