import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { type AnnouncedContact, type BinnedContact, personalDataRoutes } from '#shared/contract/contact.ts';
import { useAction } from '../../api/useAction.ts';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink, TextLink } from '../../components/Link.tsx';
import { Page } from '../../components/Page.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';

/** Deleted contacts, and those that retention will delete. */
export function BinPage() {
  return (
    <Page
      title="Recycle bin"
      back={
        <TextLink to="/contacts" search={{}}>
          All contacts
        </TextLink>
      }
    >
      <Section
        title="Goes here soon"
        text="Contacts nobody was in touch with for as long as the settings say. Keeping one counts as contact today."
      >
        <PagedList
          route={personalDataRoutes.announced}
          what="announced contacts"
          empty={<Text c="dimmed">Nobody. Announced contacts stand here for two weeks.</Text>}
        >
          {(items) => <Announced items={items} />}
        </PagedList>
      </Section>
      <Section
        title="Deleted"
        text="A restore brings back the contact with its history and lists, never its steps. After 30 days the personal data is erased."
      >
        <PagedList
          route={personalDataRoutes.bin}
          what="deleted contacts"
          empty={
            <Empty title="The recycle bin is empty" text="Contacts are deleted on their own page.">
              <ButtonLink to="/contacts" search={{}} variant="default">
                Show all contacts
              </ButtonLink>
            </Empty>
          }
        >
          {(items) => (
            <Stack gap="sm">
              {items.map((each) => (
                <Deleted key={each.id} contact={each} />
              ))}
            </Stack>
          )}
        </PagedList>
      </Section>
    </Page>
  );
}

function Announced({ items }: { items: readonly AnnouncedContact[] }) {
  const keep = useAction(personalDataRoutes.keep, { done: 'Kept.' });
  return (
    <Stack gap="sm">
      <Group>
        <Button variant="default" loading={keep.isPending} onClick={() => keep.mutate({ body: {} })}>
          Keep all announced
        </Button>
      </Group>
      {items.map(({ id, name, company, goesAt }) => (
        <Row key={id} name={name} company={company}>
          <Text size="sm" c="dimmed">
            Goes <Time at={goesAt} />.
          </Text>
          <Group gap="xs">
            <ButtonLink to="/contacts/$contactId" params={{ contactId: id }} variant="subtle">
              Look
            </ButtonLink>
            <Button
              variant="default"
              aria-label={`Keep ${name}`}
              onClick={() => keep.mutate({ body: { ids: [id] } })}
            >
              Keep
            </Button>
          </Group>
        </Row>
      ))}
    </Stack>
  );
}

const reasons: Record<BinnedContact['reason'], string> = {
  person: 'Deleted by a person',
  retention: 'Deleted because nobody was in touch',
};

function Deleted({ contact }: { contact: BinnedContact }) {
  const { id, name, company, reason, deletedAt, erasedAt } = contact;
  const restore = useAction(personalDataRoutes.restore, { done: `${name} is back.` });
  return (
    <Row name={name} company={company}>
      <Text size="sm" c="dimmed">
        {reasons[reason]} <Time at={deletedAt} />, erased <Time at={erasedAt} />.
      </Text>
      <Button
        variant="default"
        aria-label={`Restore ${name}`}
        loading={restore.isPending}
        onClick={() => restore.mutate({ params: { contactId: id } })}
      >
        Restore
      </Button>
    </Row>
  );
}

function Row({
  name,
  company,
  children,
}: {
  name: string;
  company: string | null;
  children: [React.ReactNode, React.ReactNode];
}) {
  const [text, action] = children;
  return (
    <Paper withBorder p="sm">
      <Group justify="space-between" gap="sm">
        <Stack gap={4} miw={0}>
          <Text fw={600}>
            {name}
            {company && ` · ${company}`}
          </Text>
          {text}
        </Stack>
        {action}
      </Group>
    </Paper>
  );
}
