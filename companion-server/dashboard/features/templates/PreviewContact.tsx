import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { contactRoutes } from '#shared/contract/contact.ts';
import { queryFor } from '../../api/client.ts';
import { contactName } from '../contacts/contactName.ts';

interface Props {
  contactId: string | null;
  onChange: (contactId: string | null) => void;
}

/** Any contact of the workspace, found by the server: the list is too long for one answer. */
export function PreviewContact({ contactId, onChange }: Props) {
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), 300);
  const contacts = useQuery({
    ...queryFor(contactRoutes.list, { query: { limit: 50, search: asked || undefined } }),
    placeholderData: keepPreviousData,
  });
  return (
    <Select
      label="Preview for"
      placeholder="An invented contact"
      clearable
      searchable
      onSearchChange={setSearch}
      filter={({ options }) => options}
      nothingFoundMessage="Nobody matches"
      data={(contacts.data?.items ?? []).map((contact) => ({
        value: contact.id,
        label: contactName(contact),
      }))}
      value={contactId}
      onChange={onChange}
    />
  );
}
