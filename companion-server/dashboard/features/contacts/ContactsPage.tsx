import { Group, Paper, Select, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch, IconTags, IconTrash, IconUpload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type ContactView, contactRoutes } from '#shared/contract/contact.ts';
import { queryFor } from '../../api/client.ts';
import { clearButton } from '../../components/clearButton.ts';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink, TextLink } from '../../components/Link.tsx';
import { Page } from '../../components/Page.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Time } from '../../components/Time.tsx';
import { contactName } from './contactName.ts';

/** The workspace's contacts, searched and filtered by list. */
export function ContactsPage() {
  const { search, listId } = useSearch({ from: '/shell/contacts' });
  const filtered = Boolean(search || listId);
  return (
    <Page
      title="Contacts"
      actions={
        <>
          <ButtonLink to="/contacts/lists" variant="default" leftSection={<IconTags aria-hidden size={16} />}>
            Lists and tags
          </ButtonLink>
          <ButtonLink to="/contacts/bin" variant="default" leftSection={<IconTrash aria-hidden size={16} />}>
            Recycle bin
          </ButtonLink>
          <ButtonLink to="/contacts/import" leftSection={<IconUpload aria-hidden size={16} />}>
            Import CSV
          </ButtonLink>
        </>
      }
    >
      <Filters />
      <PagedList
        route={contactRoutes.list}
        input={{ query: { search: search || undefined, listId } }}
        what="contacts"
        empty={
          filtered ? (
            <Empty title="Nobody matches" text="Change the search or choose another list.">
              <ButtonLink to="/contacts" search={{}} variant="default">
                Show all contacts
              </ButtonLink>
            </Empty>
          ) : (
            <Empty
              title="No contacts yet"
              text="Import a CSV file: your own, LinkedIn's Connections.csv, or a CRM's export."
            >
              <ButtonLink to="/contacts/import">Import a CSV file</ButtonLink>
            </Empty>
          )
        }
      >
        {(items, { total, atLeast }) => (
          <>
            <Text size="sm" c="dimmed" className="tabular" role="status">
              {atLeast && 'More than '}
              {total.toLocaleString()} {total === 1 ? 'contact' : 'contacts'}
            </Text>
            <ContactTable items={items} />
          </>
        )}
      </PagedList>
    </Page>
  );
}

function Filters() {
  const current = useSearch({ from: '/shell/contacts' });
  const navigate = useNavigate({ from: '/contacts' });
  const [text, setText] = useState(current.search ?? '');
  const lists = useQuery(queryFor(contactRoutes.lists));
  const apply = useDebouncedCallback((search: string) => {
    void navigate({ search: (old) => ({ ...old, search: search || undefined }), replace: true });
  }, 300);
  return (
    <Group gap="sm" align="flex-end">
      <TextInput
        label="Search"
        type="search"
        placeholder="Name, email, company"
        leftSection={<IconSearch aria-hidden size={16} />}
        style={{ flex: '1 1 220px' }}
        maw={420}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          apply(event.currentTarget.value.trim());
        }}
      />
      <Select
        label="List"
        placeholder="All contacts"
        clearable
        searchable
        style={{ flex: '1 1 220px' }}
        maw={320}
        data={(lists.data?.items ?? []).map(({ id, name, memberCount }) => ({
          value: id,
          label: `${name} (${memberCount})`,
        }))}
        value={current.listId ?? null}
        onChange={(listId) =>
          void navigate({ search: (old) => ({ ...old, listId: listId ?? undefined }), replace: true })
        }
        clearButtonProps={clearButton('Show all lists')}
      />
    </Group>
  );
}

function ContactTable({ items }: { items: readonly ContactView[] }) {
  return (
    <Paper withBorder>
      <Table.ScrollContainer minWidth={720}>
        <Table highlightOnHover aria-label="Contacts" verticalSpacing="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Company</Table.Th>
              <Table.Th>Email</Table.Th>
              <Table.Th>Notes</Table.Th>
              <Table.Th>Added</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((contact) => (
              <Table.Tr key={contact.id}>
                <Table.Td>
                  <TextLink to="/contacts/$contactId" params={{ contactId: contact.id }}>
                    {contactName(contact)}
                  </TextLink>
                  {contact.title && (
                    <Text size="sm" c="dimmed">
                      {contact.title}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td>{contact.company ?? '–'}</Table.Td>
                <Table.Td>{contact.email ?? '–'}</Table.Td>
                <Table.Td>
                  {[
                    contact.stoplisted && 'Stoplisted',
                    contact.repliedAt !== null && 'Replied',
                    contact.addressGone && 'Address gone',
                  ]
                    .filter(Boolean)
                    .join(', ') || '–'}
                </Table.Td>
                <Table.Td>
                  <Time at={contact.createdAt} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
}
