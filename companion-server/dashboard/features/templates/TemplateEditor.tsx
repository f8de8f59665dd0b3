import { Button, Group, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { senderRoutes } from '#shared/contract/sender.ts';
import { type TemplateView, templateRoutes } from '#shared/contract/template.ts';
import { limits } from '#shared/kernel/limits.ts';
import { queryFor } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { VariableText } from '../automations/builder/TemplateField.tsx';
import { Attachments } from './Attachments.tsx';
import { EmailPreview } from './EmailPreview.tsx';
import { PreviewContact } from './PreviewContact.tsx';

/** A test with files of the largest size takes its time. */
const TEST_DEADLINE_MS = 120_000;

/** One template: its text, what real contacts would get, and a test mail to oneself. */
export function TemplateEditor({ template, close }: { template: TemplateView | null; close: () => void }) {
  const form = useForm({
    initialValues: {
      name: template?.name ?? '',
      subject: template?.subject ?? '',
      text: template?.text ?? 'Hello {{ firstName | default: "there" }},\n\n',
      attachments: template?.attachments ?? [],
    },
    validate: {
      name: (name) => (name.trim() ? null : 'Give it a name.'),
      text: (text) => (text.trim() ? null : 'Write the text.'),
    },
  });
  const [senderId, setSenderId] = useState<string | null>(null);
  const [contactId, setContactId] = useState<string | null>(null);
  const senders = useQuery(queryFor(senderRoutes.list));
  const create = useAction(templateRoutes.create, { inline: true, done: 'Saved.', onDone: close });
  const update = useAction(templateRoutes.update, { inline: true, done: 'Saved.', onDone: close });
  const sendTest = useAction(templateRoutes.sendTest, {
    inline: true,
    timeoutMs: TEST_DEADLINE_MS,
    done: 'Sent to your own address.',
  });
  const { subject, text, attachments } = form.values;
  const onError = ({ problem }: { problem: Parameters<typeof fieldErrors>[0] }) =>
    form.setErrors(fieldErrors(problem, ['name', 'subject', 'text', 'attachments']).errors);
  const problem = create.error?.problem ?? update.error?.problem ?? sendTest.error?.problem;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((body) =>
        template
          ? update.mutate({ params: { templateId: template.id }, body }, { onError })
          : create.mutate({ body }, { onError }),
      )}
    >
      <Stack gap="md">
        <TextInput
          label="Name"
          required
          maxLength={limits.name}
          data-autofocus
          {...form.getInputProps('name')}
        />
        <TextInput label="Subject" maxLength={limits.emailSubject} {...form.getInputProps('subject')} />
        <VariableText
          label="Email text"
          description="**bold**, *italic*, - lists, [words](https://…), {one|another}. The unsubscribe link and the postal address are added below it."
          rows={8}
          value={text}
          error={typeof form.errors.text === 'string' ? form.errors.text : undefined}
          onChange={(value) => form.setFieldValue('text', value)}
        />
        <Attachments
          attachments={attachments}
          text={text}
          error={typeof form.errors.attachments === 'string' ? form.errors.attachments : undefined}
          onChange={(change) => {
            form.clearFieldError('attachments');
            form.setValues(change);
          }}
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <PreviewContact contactId={contactId} onChange={setContactId} />
          <Select
            label="Sent by"
            placeholder="An invented sender"
            clearable
            data={(senders.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={senderId}
            onChange={setSenderId}
          />
        </SimpleGrid>
        <EmailPreview
          subject={subject}
          text={text}
          attachments={attachments}
          senderId={senderId}
          contactId={contactId}
        />
        {problem && <ProblemAlert problem={problem} />}
        <Group justify="flex-end">
          <Button
            variant="default"
            disabled={senderId === null || text.trim() === ''}
            loading={sendTest.isPending}
            onClick={() =>
              senderId !== null &&
              sendTest.mutate({ body: { senderId, contactId, subject, text, attachments } })
            }
          >
            Send test to the sender's address
          </Button>
          <Button type="submit" loading={create.isPending || update.isPending}>
            Save template
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
