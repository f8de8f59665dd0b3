import { Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { attachmentRoutes } from '#shared/contract/attachment.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Time } from '../../components/Time.tsx';
import { fileSize } from './fileSize.ts';

/** Every file of the workspace that emails can carry; one that is in use cannot be deleted. */
export function Files() {
  const query = useQuery(queryFor(attachmentRoutes.list));
  const remove = useAction(attachmentRoutes.remove, { done: 'Deleted.' });
  return (
    <Loaded query={query} what="files">
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="No files yet" text="Attach one in a template or in an email step of an automation." />
        ) : (
          <Table.ScrollContainer minWidth={480}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Name</Table.Th>
                  <Table.Th ta="right">Size</Table.Th>
                  <Table.Th>Added</Table.Th>
                  <Table.Th aria-label="Actions" />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map(({ id, name, size, createdAt }) => (
                  <Table.Tr key={id}>
                    <Table.Td>
                      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                        {name}
                      </Text>
                    </Table.Td>
                    <Table.Td ta="right" className="tabular">
                      {fileSize(size)}
                    </Table.Td>
                    <Table.Td>
                      <Time at={createdAt} />
                    </Table.Td>
                    <Table.Td>
                      <Group justify="flex-end">
                        <ConfirmButton
                          size="xs"
                          label="Delete"
                          aria-label={`Delete ${name}`}
                          question={`Delete "${name}"?`}
                          consequence="Emails that were sent keep it. It cannot be brought back."
                          confirmLabel="Delete file"
                          onConfirm={() => remove.mutate({ params: { attachmentId: id } })}
                        />
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )
      }
    </Loaded>
  );
}
