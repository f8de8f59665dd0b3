import { Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { type contactDetail, contactRoutes } from '#shared/contract/contact.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { clearButton } from '../../components/clearButton.ts';
import { Section } from '../../components/Section.tsx';

/** Who writes to this contact from now on, and in which hours. */
export function Outreach({ contact }: { contact: z.infer<typeof contactDetail> }) {
  const senders = useQuery(queryFor(senderRoutes.list));
  const save = useAction(contactRoutes.setOutreach, { done: 'Saved.' });
  const { pinnedSender, zone, id: contactId } = contact;
  const known = (senders.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const pinned = pinnedSender && !known.some(({ value }) => value === pinnedSender.id) ? [pinnedSender] : [];
  return (
    <Section title="Outreach">
      <Stack gap="md">
        <Select
          label="Fixed sender profile"
          description="Wins over distribution in automations this contact enters later. Those under way keep their sender."
          placeholder="Distribution chooses"
          clearable
          clearButtonProps={clearButton('Let distribution choose the sender profile')}
          searchable
          data={[...pinned.map(({ id, name }) => ({ value: id, label: name })), ...known]}
          value={pinnedSender?.id ?? null}
          onChange={(pinnedSenderId) => save.mutate({ params: { contactId }, body: { pinnedSenderId } })}
        />
        <Select
          label="Time zone"
          description="Used by sender profiles that respect the contact's working hours."
          placeholder="Not known"
          clearable
          clearButtonProps={clearButton('Forget the time zone')}
          searchable
          limit={50}
          data={[...new Set([...(zone ? [zone] : []), 'UTC', ...Intl.supportedValuesOf('timeZone')])]}
          value={zone}
          onChange={(chosen) => save.mutate({ params: { contactId }, body: { zone: chosen } })}
        />
      </Stack>
    </Section>
  );
}
