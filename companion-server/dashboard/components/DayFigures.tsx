import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type StatisticsView, statisticsRoutes } from '#shared/contract/statistics.ts';
import { type StatMetric, type StatScope, statMetrics } from '#shared/statuses/statistics.ts';
import { queryFor } from '../api/client.ts';
import { Loaded } from './Loaded.tsx';
import { Section } from './Section.tsx';

const spans = [
  { label: 'Today', days: 1 },
  { label: '7 days', days: 7 },
  { label: '30 days', days: 30 },
] as const;

/** How often what happened lately; `scopeId` of an automation or a sender profile. */
export function DayFigures({ scope, scopeId }: { scope: StatScope; scopeId?: string }) {
  const figures = useQuery(queryFor(statisticsRoutes.daily, { query: { scope, scopeId, days: 30 } }));
  return (
    <Section title="What happened" text="Days in UTC, counted from the activity log a minute or two later.">
      <Loaded query={figures} what="the figures">
        {(data) => <Figures data={data} />}
      </Loaded>
    </Section>
  );
}

function Figures({ data }: { data: StatisticsView }) {
  const rows = rowsOf(data);
  if (rows.length === 0) {
    return (
      <Text c="dimmed">
        Nothing in the last 30 days. Once an automation runs, its steps and answers are counted here.
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={300}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>What</Table.Th>
            {spans.map(({ label }) => (
              <Table.Th key={label} ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ metric, sums }) => (
            <Table.Tr key={metric}>
              <Table.Th scope="row" fw="normal">
                {statMetrics[metric]}
              </Table.Th>
              {sums.map((n, at) => (
                <Table.Td key={spans[at]?.label} ta="right" className="tabular">
                  {n.toLocaleString()}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** In the order of the dictionary; what never happened in 30 days is left out. */
function rowsOf({ today, items }: StatisticsView): { metric: StatMetric; sums: number[] }[] {
  const metrics = Object.keys(statMetrics) as StatMetric[];
  return metrics
    .map((metric) => ({
      metric,
      sums: spans.map(({ days }) =>
        items.reduce(
          (sum, each) => sum + (each.metric === metric && each.day > today - days ? each.n : 0),
          0,
        ),
      ),
    }))
    .filter(({ sums }) => sums.some((n) => n > 0));
}
