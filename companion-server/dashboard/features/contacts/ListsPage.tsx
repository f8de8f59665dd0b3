import { Group, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { contactRoutes } from '#shared/contract/contact.ts';
import { tagRoutes } from '#shared/contract/tag.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { ManagersOnly } from '../../components/ManagersOnly.tsx';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';

/** What contacts are grouped and labelled by, and the place to delete what nobody needs any more. */
export function ListsPage() {
  return (
    <Page
      title="Lists and tags"
      back={
        <TextLink to="/contacts" search={{}}>
          All contacts
        </TextLink>
      }
    >
      <Lists />
      <Tags />
    </Page>
  );
}

const STAYS = 'The contacts stay, and so does what automations have begun with them.';

function Lists() {
  const lists = useQuery(queryFor(contactRoutes.lists));
  const remove = useAction(contactRoutes.deleteList, { done: 'The list is deleted.' });
  return (
    <Section title="Lists" text="Made by imports, by the side panel and by automations.">
      <Loaded query={lists} what="lists">
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">No lists yet. An import makes the first.</Text>
          ) : (
            <Rows label="Lists" heads={['List', 'Contacts']}>
              {items.map(({ id, name, memberCount }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    <TextLink to="/contacts" search={{ listId: id }}>
                      {name}
                    </TextLink>
                  </Table.Td>
                  <Table.Td ta="right" className="tabular">
                    {memberCount.toLocaleString()}
                  </Table.Td>
                  <Delete
                    what="list"
                    name={name}
                    consequence={`${STAYS} A list that an automation needs is not deleted.`}
                    onConfirm={() => remove.mutate({ params: { listId: id } })}
                  />
                </Table.Tr>
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Section>
  );
}

function Tags() {
  const tags = useQuery(queryFor(tagRoutes.list));
  const remove = useAction(tagRoutes.delete, { done: 'The tag is deleted.' });
  return (
    <Section title="Tags" text="Made in the builder, set and read by automations.">
      <Loaded query={tags} what="tags">
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">No tags yet. A Tag step of an automation makes the first.</Text>
          ) : (
            <Rows label="Tags" heads={['Tag']}>
              {items.map(({ id, name }) => (
                <Table.Tr key={id}>
                  <Table.Td>{name}</Table.Td>
                  <Delete
                    what="tag"
                    name={name}
                    consequence={`It is taken off everybody. ${STAYS} A tag that an automation needs is not deleted.`}
                    onConfirm={() => remove.mutate({ params: { tagId: id } })}
                  />
                </Table.Tr>
              ))}
            </Rows>
          )
        }
      </Loaded>
    </Section>
  );
}

function Rows({ label, heads, children }: { label: string; heads: string[]; children: ReactNode }) {
  return (
    <Table.ScrollContainer minWidth={280}>
      <Table aria-label={label} verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            {heads.map((head, index) => (
              <Table.Th key={head} ta={index > 0 ? 'right' : undefined}>
                {head}
              </Table.Th>
            ))}
            <ManagersOnly>
              <Table.Th ta="right">Action</Table.Th>
            </ManagersOnly>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface DeleteProps {
  what: 'list' | 'tag';
  name: string;
  consequence: string;
  onConfirm: () => void;
}

function Delete({ what, name, consequence, onConfirm }: DeleteProps) {
  return (
    <ManagersOnly>
      <Table.Td>
        <Group justify="flex-end">
          <ConfirmButton
            label="Delete"
            aria-label={`Delete the ${what} ${name}`}
            size="xs"
            question={`Delete the ${what} "${name}"?`}
            consequence={consequence}
            confirmLabel={`Delete the ${what}`}
            onConfirm={onConfirm}
          />
        </Group>
      </Table.Td>
    </ManagersOnly>
  );
}
