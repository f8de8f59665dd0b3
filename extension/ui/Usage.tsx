import { Table, Title } from '@mantine/core';
import type { DeviceSnapshot } from '#shared/contract/device.ts';
import { usageWords } from './words.ts';

/** What was used in the last 24 hours and 7 days, against the limits that apply now. */
export function Usage({ usage }: { usage: DeviceSnapshot['usage'] }) {
  if (usage.length === 0) return null;
  return (
    <section>
      <Title order={2} size="h6" id="usage">
        Use against limits
      </Title>
      <Table aria-labelledby="usage" verticalSpacing={3} horizontalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Kind</Table.Th>
            <Table.Th scope="col" className="rapport-number">
              24 hours
            </Table.Th>
            <Table.Th scope="col" className="rapport-number">
              7 days
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {usage.map((one) => (
            <Table.Tr key={one.kind}>
              <Table.Th scope="row" fw={400}>
                {usageWords[one.kind] ?? one.kind}
              </Table.Th>
              <Table.Td className="rapport-number">
                {one.usedDay} of {one.capDay}
              </Table.Td>
              <Table.Td className="rapport-number">
                {one.usedWeek} of {one.capWeek}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}
