import { Anchor, Badge, Group, Loader, Stack, Text, Title } from '@mantine/core';
import type { PersonCard, PersonSeen } from '#shared/contract/devicePerson.ts';
import { Ago } from '../Ago.tsx';
import { Notice } from '../Notice.tsx';
import type { View } from '../view.ts';
import { agoWords } from '../words.ts';
import { AddTo } from './AddTo.tsx';
import { Details } from './Details.tsx';
import { Notes } from './Notes.tsx';
import { PinSender } from './PinSender.tsx';
import { useCard } from './useCard.ts';
import { Warnings } from './Warnings.tsx';

/** Who the person of the open profile is in Rapport, and what can be done about them. */
export function PersonPanel({ view, person }: { view: View; person: PersonSeen }) {
  const { card, storedAt, loading, refusal } = useCard(person);
  const { now } = view;
  if (!card) {
    return (
      <section aria-label="This person" aria-busy={loading}>
        {refusal ? (
          <Notice colour="yellow" {...refusal} />
        ) : (
          <Text size="sm" role="status">
            <Loader size={12} mr={8} aria-hidden />
            Looking whether {person.name || 'this person'} is in Rapport.
          </Text>
        )}
      </section>
    );
  }
  return (
    <section aria-label="This person" aria-busy={loading}>
      <Stack gap={10}>
        <Who card={card} person={person} serverUrl={view.pairing.serverUrl} />
        {refusal && storedAt !== null ? (
          <Notice
            colour="yellow"
            title={refusal.title}
            detail={`What you see is from ${agoWords(storedAt, now)}.`}
            action={refusal.action}
          />
        ) : null}
        <Warnings warnings={card.warnings} now={now} />
        <AddTo person={person} card={card} />
        {card.contact ? (
          <>
            <PinSender person={person} card={card} contactId={card.contact.id} />
            <Details card={card} now={now} />
            <Notes person={person} card={card} contactId={card.contact.id} now={now} />
          </>
        ) : null}
      </Stack>
    </section>
  );
}

function Who({
  card: { contact, lists, tags },
  person,
  serverUrl,
}: {
  card: PersonCard;
  person: PersonSeen;
  serverUrl: string | null;
}) {
  if (!contact) {
    return (
      <div>
        <Title order={2} size="h5">
          {person.name || person.slug || 'This person'}
        </Title>
        <Text size="sm">Not in Rapport. Add them to a list or an automation to make them a contact.</Text>
      </div>
    );
  }
  const work = [contact.title, contact.company].filter(Boolean).join(' · ');
  return (
    <div>
      <Title order={2} size="h5">
        {contact.name}
      </Title>
      {work ? <Text size="sm">{work}</Text> : null}
      {contact.location || contact.email ? (
        <Text size="sm">{[contact.location, contact.email].filter(Boolean).join(' · ')}</Text>
      ) : null}
      <Text size="xs">
        In Rapport <Ago at={contact.createdAt} />
        {serverUrl ? (
          <>
            {' · '}
            <Anchor
              size="xs"
              underline="always"
              href={`${serverUrl}/contacts/${contact.id}`}
              target="_blank"
              rel="noreferrer"
            >
              Open in the dashboard
            </Anchor>
          </>
        ) : null}
      </Text>
      {lists.length + tags.length > 0 ? (
        <Group gap={4} mt={4} aria-label="Lists and tags">
          {lists.map(({ id, name }) => (
            <Badge key={id} variant="default" tt="none">
              {name}
            </Badge>
          ))}
          {tags.map(({ id, name }) => (
            <Badge key={id} variant="default" tt="none">
              # {name}
            </Badge>
          ))}
        </Group>
      ) : null}
    </div>
  );
}
