import { Alert, Button, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type IntegrityView, upkeepRoutes } from '#shared/contract/upkeep.ts';
import { counters } from '#shared/statuses/counters.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';

/** What the daily recount of counters found, and its repair. */
export function Integrity() {
  const integrity = useQuery(queryFor(upkeepRoutes.integrity));
  const repair = useAction(upkeepRoutes.repair, { done: 'The counters are repaired.' });
  const last = integrity.data?.last ?? null;
  const canRepair = last !== null && last.found > 0 && last.repairedAt === null;
  return (
    <Section
      title="Integrity"
      text="Once a day every counter is counted anew. A counter that drifted is a fault of Rapport: repair it, and tell whoever runs the server."
      actions={
        canRepair && (
          <Button size="xs" loading={repair.isPending} onClick={() => repair.mutate({})}>
            Repair
          </Button>
        )
      }
    >
      <Loaded query={integrity} what="the last recount">
        {({ last: report }) =>
          report ? <Report report={report} /> : <Text size="sm">The first recount has not run yet.</Text>
        }
      </Loaded>
    </Section>
  );
}

function Report({ report }: { report: NonNullable<IntegrityView['last']> }) {
  const { finishedAt, found, drifts, repairedAt } = report;
  if (found === 0) {
    return (
      <Alert color="green" variant="outline" title="All counters are right">
        Counted <Time at={finishedAt} />.
      </Alert>
    );
  }
  const title = found === 1 ? '1 counter drifted' : `${found} counters drifted`;
  return (
    <Stack gap="sm">
      <Alert color={repairedAt === null ? 'orange' : 'green'} variant="outline" title={title}>
        Counted <Time at={finishedAt} />
        {repairedAt !== null && (
          <>
            , repaired <Time at={repairedAt} />
          </>
        )}
        .
      </Alert>
      <Table.ScrollContainer minWidth={480}>
        <Table aria-label="Counters that drifted">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Counter</Table.Th>
              <Table.Th>Of</Table.Th>
              <Table.Th ta="right">Was</Table.Th>
              <Table.Th ta="right">Should be</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {drifts.map(({ counter, key, stored, counted }) => (
              <Table.Tr key={`${counter}:${key.join(':')}`}>
                <Table.Td>{counters[counter]}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{key.join(' ')}</Table.Td>
                <Table.Td ta="right" className="tabular">
                  {stored.toLocaleString()}
                </Table.Td>
                <Table.Td ta="right" className="tabular">
                  {counted.toLocaleString()}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
