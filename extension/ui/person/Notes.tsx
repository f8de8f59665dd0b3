import { Button, Group, List, Stack, Text, Textarea, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { PersonCard, PersonSeen } from '#shared/contract/devicePerson.ts';
import { Ago } from '../Ago.tsx';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';

const MOST = 4000;

/** What the team wrote down about them; one's own can be removed. */
export function Notes(props: { person: PersonSeen; card: PersonCard; contactId: string; now: number }) {
  const { person, card, contactId, now } = props;
  const [text, setText] = useState('');
  const add = useOrder();
  const remove = useOrder();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await add.run(() => order('ui.addNote', { person, contactId, text: text.trim() }))) setText('');
  };
  const refusal = add.refusal ?? remove.refusal;
  return (
    <section>
      <Title order={3} size="h6">
        Notes
      </Title>
      <Stack gap={8}>
        {card.notes.length > 0 ? (
          <List size="sm" spacing={6} listStyleType="none">
            {card.notes.map((note) => (
              <List.Item key={note.id}>
                <Text size="sm" className="rapport-text">
                  {note.text}
                </Text>
                <Group gap={8}>
                  <Text size="xs">
                    {note.mine ? 'You' : note.author} · <Ago at={note.at} now={now} />
                  </Text>
                  {note.mine ? (
                    <Button
                      variant="subtle"
                      size="compact-xs"
                      loading={remove.busy}
                      onClick={() =>
                        remove.run(async () => {
                          const answer = await order('ui.removeNote', { person, contactId, noteId: note.id });
                          // Put back where it can be saved again.
                          if (answer.ok) setText((typed) => typed || note.text);
                          return answer;
                        })
                      }
                    >
                      Remove note
                    </Button>
                  ) : null}
                </Group>
              </List.Item>
            ))}
          </List>
        ) : null}
        <form onSubmit={submit}>
          <Stack gap={6} align="flex-start">
            <Textarea
              label="New note"
              description="Everybody in the workspace can read it."
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              maxLength={MOST}
              w="100%"
              rows={2}
            />
            <Button type="submit" variant="default" loading={add.busy} disabled={text.trim() === ''}>
              Save note
            </Button>
          </Stack>
        </form>
        {refusal ? <Notice colour="red" {...refusal} /> : null}
      </Stack>
    </section>
  );
}
