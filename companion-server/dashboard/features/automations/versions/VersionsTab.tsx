import { Button, Group, Modal, Paper, Stack, Table, Text, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { AutomationDetail } from '#shared/contract/automation.ts';
import { type VersionList, versionRoutes } from '#shared/contract/version.ts';
import { queryFor } from '../../../api/client.ts';
import { Empty } from '../../../components/Empty.tsx';
import { Loaded } from '../../../components/Loaded.tsx';
import { StatusBadge } from '../../../components/StatusBadge.tsx';
import { Time } from '../../../components/Time.tsx';
import { Builder } from '../builder/Builder.tsx';

/** Every version that ran: who published it when, who is still in it, and how it looked. */
export function VersionsTab({ automation }: { automation: AutomationDetail }) {
  const [shown, setShown] = useState<number | null>(null);
  const query = useQuery(queryFor(versionRoutes.list, { params: { automationId: automation.id } }));
  return (
    <Loaded query={query} what="the versions">
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No versions yet" text="The first version is stored when the automation is started." />
        ) : (
          <>
            <Rows items={items} show={setShown} />
            <Modal
              opened={shown !== null}
              onClose={() => setShown(null)}
              title={`Version ${shown}`}
              size="90%"
            >
              {shown !== null && <Shown automation={automation} number={shown} />}
            </Modal>
          </>
        )
      }
    </Loaded>
  );
}

function Rows({ items, show }: { items: VersionList['items']; show: (number: number) => void }) {
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={300}>
        <Table aria-label="Versions" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Version</Table.Th>
              <Table.Th>Published</Table.Th>
              <Table.Th>Contacts in it</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ number, publishedAt, publishedBy, restores, isCurrent, contacts }) => (
              <Table.Tr key={number}>
                <Table.Td>
                  <Group gap="xs">
                    <Text size="sm" fw={600}>
                      {number}
                    </Text>
                    {isCurrent && <StatusBadge kind="automation" value="running" />}
                  </Group>
                  {restores !== null && (
                    <Text size="sm" c="dimmed">
                      brought version {restores} back
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>
                  <Text size="sm">
                    <Time at={publishedAt} />
                  </Text>
                  <Text size="sm" c="dimmed">
                    by {publishedBy}
                  </Text>
                </Table.Td>
                <Table.Td className="tabular">{contacts}</Table.Td>
                <Table.Td>
                  <Button
                    variant="default"
                    size="xs"
                    aria-label={`View version ${number}`}
                    onClick={() => show(number)}
                  >
                    View
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}

/** The graph as it was, with what its steps counted while it was the running version. */
function Shown({ automation, number }: { automation: AutomationDetail; number: number }) {
  const params = { automationId: automation.id, number };
  const query = useQuery(queryFor(versionRoutes.get, { params }));
  return (
    <Loaded query={query} what="the version">
      {({ graph, nodeCounts }) => (
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            Passed and failed are what this version counted while it was running; “here” is of now.
          </Text>
          <Builder automation={{ ...automation, graph, nodeCounts }} />
        </Stack>
      )}
    </Loaded>
  );
}
