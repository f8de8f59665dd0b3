import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { liveQuery } from 'dexie';
import { type FormEvent, useEffect, useId, useState } from 'react';
import type { PersonCard, PersonSeen, PersonTargets } from '#shared/contract/devicePerson.ts';
import { loadTargets } from '../../storage/people.ts';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';
import { database } from '../view.ts';

const none: PersonTargets = { lists: [], automations: [] };

/** Puts the person into a list or an automation of the own sender profile. */
export function AddTo({ person, card }: { person: PersonSeen; card: PersonCard }) {
  const [targets, setTargets] = useState(none);
  useEffect(() => {
    const kept = liveQuery(() => loadTargets(database)).subscribe({
      next: (found) => setTargets(found ?? none),
    });
    void order('ui.targets');
    return () => kept.unsubscribe();
  }, []);
  return (
    <details open={card.contact === null}>
      <summary>Add to a list or automation</summary>
      <Stack gap={8} mt={6}>
        <AddToList person={person} card={card} lists={targets.lists} />
        <AddToAutomation person={person} card={card} automations={targets.automations} />
      </Stack>
    </details>
  );
}

function AddToList({
  person,
  card,
  lists,
}: {
  person: PersonSeen;
  card: PersonCard;
  lists: PersonTargets['lists'];
}) {
  const [name, setName] = useState('');
  const options = useId();
  const { busy, refusal, run } = useOrder();
  const chosen = name.trim();
  const isIn = card.lists.some((list) => list.name === chosen);
  const isNew = chosen !== '' && !lists.some((list) => list.name === chosen);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => order('ui.addToList', { person, listName: chosen }))) setName('');
  };
  return (
    <form onSubmit={submit}>
      <Group gap={8} align="flex-end" wrap="nowrap">
        <TextInput
          label="List"
          description={isNew ? 'A new list of this name is made.' : undefined}
          list={options}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
          maxLength={120}
          flex={1}
        />
        <datalist id={options}>
          {lists.map((list) => (
            <option key={list.id} value={list.name} />
          ))}
        </datalist>
        <Button type="submit" variant="default" loading={busy} disabled={chosen === '' || isIn}>
          {isIn ? 'Is in it' : 'Add to list'}
        </Button>
      </Group>
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </form>
  );
}

function AddToAutomation({
  person,
  card,
  automations,
}: {
  person: PersonSeen;
  card: PersonCard;
  automations: PersonTargets['automations'];
}) {
  const [automationId, setAutomationId] = useState('');
  const { busy, refusal, run } = useOrder();
  const free = automations.filter(({ id }) => !card.enrollments.some((each) => each.automationId === id));
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await run(() => order('ui.addToAutomation', { person, automationId }))) setAutomationId('');
  };
  if (free.length === 0) {
    return <Text size="sm">No running automation writes as you that they are not in already.</Text>;
  }
  return (
    <form onSubmit={submit}>
      <Group gap={8} align="flex-end" wrap="nowrap">
        <NativeSelect
          label="Automation"
          value={automationId}
          onChange={(event) => setAutomationId(event.currentTarget.value)}
          data={[{ value: '', label: 'Choose' }, ...free.map(({ id, name }) => ({ value: id, label: name }))]}
          flex={1}
        />
        <Button type="submit" variant="default" loading={busy} disabled={automationId === ''}>
          Add
        </Button>
      </Group>
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </form>
  );
}
