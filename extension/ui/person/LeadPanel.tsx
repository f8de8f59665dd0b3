import { Button, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import type { PersonSeen } from '#shared/contract/devicePerson.ts';
import type { FollowedTab } from '../followedTab.ts';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';
import type { View } from '../view.ts';
import { PersonPanel } from './PersonPanel.tsx';
import { nameIn } from './personOf.ts';

/** A lead of Sales Navigator: its address names nobody that Rapport knows, so the rep asks for it, once. */
export function LeadPanel({ view, tab }: { view: View; tab: FollowedTab }) {
  const [person, setPerson] = useState<PersonSeen | null>(null);
  const { busy, refusal, run } = useOrder();
  if (person) return <PersonPanel view={view} person={person} />;
  const name = nameIn(tab.title);
  const find = async () => {
    const answer = await order('ui.lead', { tabId: tab.id, url: tab.url, name });
    if (answer.ok && answer.person) setPerson(answer.person);
    return answer;
  };
  return (
    <section aria-label="This lead">
      <Stack gap={8}>
        <Title order={2} size="h5">
          {name || 'This lead'}
        </Title>
        <Text size="sm">
          Sales Navigator’s address does not say who this is. Rapport can ask this page once where their
          LinkedIn profile is.
        </Text>
        <Button variant="default" loading={busy} onClick={() => void run(find)}>
          Find in Rapport
        </Button>
        {refusal ? <Notice colour="yellow" {...refusal} /> : null}
      </Stack>
    </section>
  );
}
