import { Anchor, Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { z } from 'zod';
import {
  type contactDetail,
  contactRoutes,
  type EnrollmentView,
  stoplistRoutes,
} from '#shared/contract/contact.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { ConfirmButton } from '../../components/ConfirmButton.tsx';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { StatusBadge } from '../../components/StatusBadge.tsx';
import { Time } from '../../components/Time.tsx';
import { EnrollmentState } from '../automations/EnrollmentState.tsx';
import { ContactMessages } from '../inbox/ContactMessages.tsx';
import { ActivityLog } from './ActivityLog.tsx';
import { contactName } from './contactName.ts';
import { Notes } from './Notes.tsx';
import { Outreach } from './Outreach.tsx';
import { PersonalData } from './PersonalData.tsx';

type Contact = z.infer<typeof contactDetail>;

/** One person: relations, automations, and everything that happened. */
export function ContactPage() {
  const { contactId } = useParams({ from: '/shell/contacts/$contactId' });
  const query = useQuery(queryFor(contactRoutes.get, { params: { contactId } }));
  const me = useQuery(queryFor(workspaceRoutes.me));
  const contact = query.data;
  return (
    <Page
      title={contact ? contactName(contact) : 'Contact'}
      back={
        <TextLink to="/contacts" search={{}}>
          All contacts
        </TextLink>
      }
      beside={
        contact && (
          <Group gap="xs">
            {contact.stoplisted && <StatusBadge kind="mark" value="stoplisted" />}
            {contact.repliedAt !== null && <StatusBadge kind="mark" value="replied" />}
            {contact.addressGone && <StatusBadge kind="mark" value="address_gone" />}
          </Group>
        )
      }
      text={contact && [contact.title, contact.company, contact.location].filter(Boolean).join(' · ')}
      actions={
        contact && (
          <>
            {!contact.stoplisted && <StopContact contact={contact} />}
            {me.data && me.data.role !== 'rep' && <PersonalData contact={contact} />}
          </>
        )
      }
    >
      <Loaded query={query} what="the contact">
        {(data) => (
          <SimpleGrid cols={{ base: 1, lg: 2 }}>
            <Stack gap="md">
              <Enrollments contact={data} />
              <Relations contact={data} />
              <Outreach contact={data} />
              <Notes contact={data} />
              <Details contact={data} />
            </Stack>
            <Stack gap="md">
              <ContactMessages contactId={data.id} />
              <Section title="Activity log">
                <ActivityLog contactId={data.id} />
              </Section>
            </Stack>
          </SimpleGrid>
        )}
      </Loaded>
    </Page>
  );
}

/** Lists everything the contact is known by, so that the same person under another entry is meant too. */
function StopContact({ contact }: { contact: Contact }) {
  const add = useAction(stoplistRoutes.add, { done: ({ value }) => `On the stoplist: ${value}.` });
  const { email, linkedinSlug } = contact;
  const values = [email, linkedinSlug && `https://www.linkedin.com/in/${linkedinSlug}/`].filter(Boolean);
  if (values.length === 0) return null;
  return (
    <ConfirmButton
      variant="default"
      label="Add to stoplist"
      question={`Put ${contactName(contact)} on the stoplist?`}
      consequence={`All automations end at once for this contact and for everybody else whom ${values.join(' or ')} matches, colleagues' automations included, and nothing is sent to them any more. A manager can take entries off the stoplist; what ended does not come back by that.`}
      confirmLabel="Add to stoplist"
      loading={add.isPending}
      onConfirm={() => {
        for (const value of values) {
          add.mutate({ body: { value: String(value), reason: 'Added on the page of the contact' } });
        }
      }}
    />
  );
}

function Enrollments({ contact }: { contact: Contact }) {
  return (
    <Section title="Automations">
      {contact.enrollments.length === 0 ? (
        <Text size="sm">
          In no automation yet. Choose one of the contact's lists in the Segment of an automation.
        </Text>
      ) : (
        <Stack gap="md">
          {contact.enrollments.map((enrollment: EnrollmentView) => (
            <Stack gap="xs" key={enrollment.id}>
              <TextLink
                to="/automations/$automationId"
                params={{ automationId: enrollment.automationId }}
                search={{ tab: 'contacts' }}
                fw={600}
              >
                {enrollment.automationName}
              </TextLink>
              <EnrollmentState enrollment={enrollment} />
            </Stack>
          ))}
        </Stack>
      )}
    </Section>
  );
}

function Relations({ contact }: { contact: Contact }) {
  return (
    <Section title="Relations on LinkedIn">
      {contact.relations.length === 0 ? (
        <Text size="sm">No sender profile has looked at this person's profile yet.</Text>
      ) : (
        <Table.ScrollContainer minWidth={280}>
          <Table aria-label="Relations">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Sender profile</Table.Th>
                <Table.Th>Relation</Table.Th>
                <Table.Th>Since</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {contact.relations.map(({ senderId, senderName, status, since, withdrawAt, lockedUntil }) => (
                <Table.Tr key={senderId}>
                  <Table.Td>{senderName}</Table.Td>
                  <Table.Td>
                    <StatusBadge kind="relation" value={status} />
                  </Table.Td>
                  <Table.Td>
                    <Time at={since} />
                    {withdrawAt !== null && (
                      <Text size="xs" c="dimmed">
                        Withdrawn by itself <Time at={withdrawAt} />
                      </Text>
                    )}
                    {lockedUntil !== null && (
                      <Text size="xs" c="dimmed">
                        New invitation possible <Time at={lockedUntil} />
                      </Text>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Section>
  );
}

function Details({ contact }: { contact: Contact }) {
  const rows: [string, ReactNode][] = [
    ['Email', contact.email ?? '–'],
    ['LinkedIn', contact.linkedinSlug ? <Profile key="profile" slug={contact.linkedinSlug} /> : '–'],
    ['Lists', contact.lists.map(({ name }) => name).join(', ') || '–'],
    ['Source', <Source key="source" source={contact.source} />],
    ['Legal basis', sentenceCase(contact.legalBasis)],
    ...Object.entries(contact.custom),
  ];
  return (
    <Section title="Details">
      <Table aria-label="Details">
        <Table.Tbody>
          {rows.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" fw={400} w={140}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}

function sentenceCase(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** An import is named by its result page. */
function Source({ source }: { source: string }) {
  const importId = source.startsWith('csv:') ? source.slice('csv:'.length) : null;
  if (!importId) return source;
  return (
    <TextLink to="/contacts/import/$importId" params={{ importId }}>
      CSV import
    </TextLink>
  );
}

function Profile({ slug }: { slug: string }) {
  return (
    <Anchor
      href={`https://www.linkedin.com/in/${encodeURIComponent(slug)}/`}
      target="_blank"
      rel="noreferrer"
      inherit
      underline="always"
    >
      {slug}
    </Anchor>
  );
}
