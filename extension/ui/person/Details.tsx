import { List, Table, Text, Title } from '@mantine/core';
import type { PersonCard } from '#shared/contract/devicePerson.ts';
import { enrollmentStatuses, relationStatuses } from '#shared/statuses/dictionary.ts';
import { Ago } from '../Ago.tsx';
import { Status } from '../Status.tsx';

/** Relations to every colleague, the automations they are in, and what happened. */
export function Details({ card, now }: { card: PersonCard; now: number }) {
  return (
    <>
      <Relations relations={card.relations} now={now} />
      <Automations enrollments={card.enrollments} />
      <Activity activity={card.activity} now={now} />
    </>
  );
}

function Relations({ relations, now }: { relations: PersonCard['relations']; now: number }) {
  return (
    <section>
      <Title order={3} size="h6" id="relations">
        Relation to each of us
      </Title>
      <Table aria-labelledby="relations" verticalSpacing={3} horizontalSpacing={4} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Sender</Table.Th>
            <Table.Th scope="col">Relation</Table.Th>
            <Table.Th scope="col">Last contact</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {relations.map((one) => (
            <Table.Tr key={one.senderId}>
              <Table.Th scope="row" fw={one.isOwn ? 600 : 400}>
                {one.isOwn ? `${one.senderName} (you)` : one.senderName}
              </Table.Th>
              <Table.Td>
                <Status entry={relationStatuses[one.status]} />
              </Table.Td>
              <Table.Td>
                {one.lastInteractionAt === null ? 'Never' : <Ago at={one.lastInteractionAt} now={now} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Automations({ enrollments }: { enrollments: PersonCard['enrollments'] }) {
  if (enrollments.length === 0) return null;
  return (
    <section>
      <Title order={3} size="h6">
        Automations
      </Title>
      <List size="sm" spacing={6} listStyleType="none">
        {enrollments.map((one) => (
          <List.Item key={one.id}>
            <Text size="sm" fw={600}>
              {one.automationName}: <Status entry={enrollmentStatuses[one.status]} />
            </Text>
            <Text size="sm">{one.sentence}</Text>
          </List.Item>
        ))}
      </List>
    </section>
  );
}

function Activity({ activity, now }: { activity: PersonCard['activity']; now: number }) {
  return (
    <details>
      <summary>Activity</summary>
      {activity.length === 0 ? (
        <Text size="sm">Nothing has happened yet. Steps appear here when an automation runs for them.</Text>
      ) : (
        <List size="sm" spacing={6} listStyleType="none">
          {activity.map((one) => (
            <List.Item key={one.id}>
              <Text size="sm">
                {one.result === 'error' ? 'Error: ' : one.result === 'pending' ? 'Pending: ' : ''}
                {one.sentence}
                {one.proof ? ` (${one.proof})` : ''}
              </Text>
              <Text size="xs">
                <Ago at={one.at} now={now} />
                {one.senderName ? ` · ${one.senderName}` : ''}
                {one.automationName ? ` · ${one.automationName}` : ''}
              </Text>
            </List.Item>
          ))}
        </List>
      )}
    </details>
  );
}
