import { Progress, Table } from '@mantine/core';
import type { SenderView } from '#shared/contract/sender.ts';
import { usageNames } from '#shared/statuses/usage.ts';

/** Use of the last 24 hours and 7 days against the caps that apply now. */
export function Usage({ usage, caption }: { usage: SenderView['usage']; caption: string }) {
  return (
    <Table.ScrollContainer minWidth={250}>
      <Table captionSide="top" aria-label={caption}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Kind</Table.Th>
            <Table.Th data-numeric>24 hours</Table.Th>
            <Table.Th data-numeric>7 days</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {usage.map((one) => (
            <Table.Tr key={one.kind}>
              <Table.Th scope="row" fw={400}>
                {usageNames[one.kind]}
                <Progress
                  size="xs"
                  mt={4}
                  aria-hidden
                  value={one.capDay > 0 ? (100 * one.usedDay) / one.capDay : 0}
                  color={one.usedDay >= one.capDay ? 'yellow' : 'indigo'}
                />
              </Table.Th>
              <Table.Td data-numeric>
                {one.usedDay} of {one.capDay}
              </Table.Td>
              <Table.Td data-numeric>
                {one.usedWeek} of {one.capWeek}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
