import { Stack, Table, Text } from '@mantine/core';
import type { CapacityForecast } from '#shared/contract/automation.ts';
import { useServerNow } from '../../components/Time.tsx';
import { forecastSentence, lastText, nounOf } from './forecastText.ts';

/** When the last step of each kind would go, in a sentence and per sender profile. */
export function Forecast({ forecast }: { forecast: CapacityForecast }) {
  const now = useServerNow();
  return (
    <Stack gap="xs" component="section" aria-label="Capacity forecast">
      <Text fw={500}>{forecastSentence(forecast, now)}</Text>
      <Table.ScrollContainer minWidth={360}>
        <Table aria-label="Forecast per sender">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Sender</Table.Th>
              <Table.Th ta="right">Contacts</Table.Th>
              {forecast.kinds.map(({ kind }) => (
                <Table.Th key={kind}>Last {nounOf(kind)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {forecast.senders.map((sender) => (
              <Table.Tr key={sender.senderId}>
                <Table.Td>{sender.name}</Table.Td>
                <Table.Td ta="right" className="tabular">
                  {sender.contacts.toLocaleString()}
                </Table.Td>
                {forecast.kinds.map(({ kind }) => {
                  const own = sender.kinds.find((each) => each.kind === kind);
                  return (
                    <Table.Td key={kind} style={{ whiteSpace: 'nowrap' }}>
                      {own ? lastText(own, now) : '–'}
                    </Table.Td>
                  );
                })}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="sm" c="dimmed">
        At today’s settings and queues, if the senders stay connected, nobody replies and every wait lasts its
        full time. Connections count as far as they were verified: whoever proves to be connected already goes
        sooner.
        {forecast.oneMore && ` One more sender: one like ${forecast.oneMore.like}, with a free week.`}
      </Text>
    </Stack>
  );
}
