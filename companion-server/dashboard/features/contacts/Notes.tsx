import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { z } from 'zod';
import { type contactDetail, contactRoutes } from '#shared/contract/contact.ts';
import { useAction } from '../../api/useAction.ts';
import { Section } from '../../components/Section.tsx';
import { Time } from '../../components/Time.tsx';

/** What the team wrote down about a contact, in the side panel or here. */
export function Notes({ contact }: { contact: z.infer<typeof contactDetail> }) {
  const [text, setText] = useState('');
  const add = useAction(contactRoutes.addNote, { done: 'Saved.' });
  const remove = useAction(contactRoutes.removeNote, { done: 'Removed. Its text is in the field again.' });
  const contactId = contact.id;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate({ params: { contactId }, body: { text: text.trim() } }, { onSuccess: () => setText('') });
  };
  return (
    <Section title="Notes">
      <Stack gap="md">
        {contact.notes.map((note) => (
          <div key={note.id}>
            <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {note.text}
            </Text>
            <Group gap="xs">
              <Text size="xs">
                {note.mine ? 'You' : note.author}, <Time at={note.at} />
              </Text>
              {note.mine && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  loading={remove.isPending}
                  onClick={() =>
                    remove.mutate(
                      { params: { contactId, noteId: note.id } },
                      { onSuccess: () => setText((typed) => typed || note.text) },
                    )
                  }
                >
                  Remove note
                </Button>
              )}
            </Group>
          </div>
        ))}
        <form onSubmit={submit}>
          <Stack gap="xs" align="flex-start">
            <Textarea
              label="New note"
              description="Everybody in the workspace can read it."
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              maxLength={4000}
              autosize
              minRows={2}
              w="100%"
            />
            <Button type="submit" variant="default" loading={add.isPending} disabled={text.trim() === ''}>
              Save note
            </Button>
          </Stack>
        </form>
      </Stack>
    </Section>
  );
}
