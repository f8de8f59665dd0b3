import { Table, Text, Title } from '@mantine/core';
import { usageNames } from '#shared/statuses/usage.ts';
import { Ago } from './Ago.tsx';
import type { View } from './view.ts';

/** What was used in the last 24 hours and 7 days, against the limits that apply now; old figures say how old. */
export function Usage({ view }: { view: View }) {
  const { snapshot } = view;
  if (!snapshot || snapshot.usage.length === 0) return null;
  const { usage } = snapshot;
  return (
    <section>
      <Title order={2} size="h6" id="usage">
        Use against caps
      </Title>
      <StaleNote view={view} />
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
                {usageNames[one.kind]}
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

/** Nobody vouches for figures while the server is out of reach, or the account is not Active (product §2.1). */
function StaleNote({ view: { snapshot, online, storedAt, now } }: { view: View }) {
  if (!snapshot) return null;
  if (!online) {
    return (
      <Text size="xs">
        Stale: this browser is offline.{' '}
        {storedAt ? (
          <>
            From <Ago at={storedAt} now={now} />.
          </>
        ) : null}
      </Text>
    );
  }
  if (snapshot.linkedin.status !== 'inactive') return null;
  const { lastCheckedAt } = snapshot.linkedin;
  return (
    <Text size="xs">
      Stale: the LinkedIn account is not Active.{' '}
      {lastCheckedAt ? (
        <>
          Last known <Ago at={lastCheckedAt} now={snapshot.serverTime} />.
        </>
      ) : null}
    </Text>
  );
}
