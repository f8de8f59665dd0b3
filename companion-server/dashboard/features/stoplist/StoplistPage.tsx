import { Button, Group, Select, SimpleGrid, Stack, Table, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import type { z } from 'zod';
import { type stoplistEntry, stoplistRoutes } from '#shared/contract/contact.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { Empty } from '../../components/Empty.tsx';
import { useIsManager } from '../../components/ManagersOnly.tsx';
import { Page } from '../../components/Page.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';
import { MailReports } from '../inbox/MailReports.tsx';

type Entry = z.infer<typeof stoplistEntry>;

const kinds: Record<Entry['kind'], string> = {
  email: 'Email address',
  domain: 'Domain',
  linkedin_slug: 'LinkedIn profile',
  linkedin_member: 'LinkedIn member id',
  linkedin_profile: 'LinkedIn profile id',
  company: 'Company',
};

/** Who is never to be contacted. */
export function StoplistPage() {
  return (
    <Page
      title="Stoplist"
      text="Whoever matches any entry gets nothing any more: it is checked at import, on entering an automation, when a step is planned and again right before it. Nobody is deleted."
    >
      <Section title="Add to the stoplist">
        <AddForm />
      </Section>
      <Section title="Entries">
        <PagedList
          route={stoplistRoutes.list}
          what="entries"
          empty={
            <Empty
              title="The stoplist is empty"
              text="Add an email address, a domain, a LinkedIn profile or a company above. People who unsubscribe come here by themselves."
            />
          }
        >
          {(items) => <Entries items={items} />}
        </PagedList>
      </Section>
      <Section title="Bounces and opt-outs by email">
        <MailReports />
      </Section>
    </Page>
  );
}

function AddForm() {
  const form = useForm({
    initialValues: { value: '', kind: 'auto', reason: '' },
    validate: {
      value: (value) =>
        value.trim() ? null : 'Enter an email address, domain, LinkedIn profile or company.',
      reason: (value) => (value.trim() ? null : 'Say why, for those who find this entry later.'),
    },
  });
  const add = useAction(stoplistRoutes.add, {
    inline: true,
    done: 'Added to the stoplist.',
    onDone: () => form.reset(),
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ value, kind, reason }) =>
        add.mutate(
          {
            body: {
              value,
              reason,
              kind:
                kind === 'email' || kind === 'domain' || kind === 'linkedin_slug' || kind === 'company'
                  ? kind
                  : undefined,
            },
          },
          {
            onError: ({ problem }) =>
              form.setErrors(fieldErrors(problem, ['value', 'reason', 'kind']).errors),
          },
        ),
      )}
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 3 }}>
          <TextInput
            label="Person, domain or company"
            required
            spellCheck={false}
            {...form.getInputProps('value')}
          />
          <Select
            label="Kind"
            data={[
              { value: 'auto', label: 'Recognise it' },
              { value: 'email', label: kinds.email },
              { value: 'domain', label: kinds.domain },
              { value: 'linkedin_slug', label: kinds.linkedin_slug },
              { value: 'company', label: kinds.company },
            ]}
            {...form.getInputProps('kind')}
          />
          <TextInput label="Reason" required {...form.getInputProps('reason')} />
        </SimpleGrid>
        {add.error && <ProblemAlert problem={add.error.problem} />}
        <Group>
          <Button type="submit" loading={add.isPending}>
            Add to stoplist
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Entries({ items }: { items: readonly Entry[] }) {
  const add = useAction(stoplistRoutes.add, { done: 'It is on the stoplist again.' });
  const remove = useAction(stoplistRoutes.remove);
  const isManager = useIsManager();
  const removeEntry = (entry: Entry) =>
    remove.mutate(
      { params: { entryId: entry.id } },
      {
        onSuccess: () => {
          const { kind, value, reason } = entry;
          if (kind === 'linkedin_member' || kind === 'linkedin_profile') return;
          notifications.show({
            id: entry.id,
            autoClose: 15_000,
            title: `${value} is off the stoplist`,
            message: (
              <Button
                size="xs"
                variant="default"
                mt="xs"
                onClick={() => {
                  notifications.hide(entry.id);
                  add.mutate({ body: { kind, value, reason } });
                }}
              >
                Undo
              </Button>
            ),
          });
        },
      },
    );
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table aria-label="Stoplist entries">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Entry</Table.Th>
            <Table.Th>Kind</Table.Th>
            <Table.Th>Reason</Table.Th>
            <Table.Th>Added</Table.Th>
            {isManager && <Table.Th>Action</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((entry) => (
            <Table.Tr key={entry.id}>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{entry.value}</Table.Td>
              <Table.Td>{kinds[entry.kind]}</Table.Td>
              <Table.Td>{entry.reason}</Table.Td>
              <Table.Td>
                <Time at={entry.at} />
              </Table.Td>
              {isManager && (
                <Table.Td>
                  <Button
                    size="xs"
                    variant="default"
                    aria-label={`Remove ${entry.value}`}
                    onClick={() => removeEntry(entry)}
                  >
                    Remove
                  </Button>
                </Table.Td>
              )}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
