import { Anchor, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { ApprovalItem } from '#shared/contract/task.ts';
import { stepName } from '#shared/statuses/steps.ts';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';

/** One person, one step, one text: do it, skip it, or change the text and do that. */
export function Approval({ item }: { item: ApprovalItem }) {
  const [editing, setEditing] = useState(false);
  const { busy, refusal, run } = useOrder();
  const { id: taskId, textHash } = item;
  return (
    <article className="rapport-approval" aria-label={`${stepName(item.kind)}: ${item.contactName}`}>
      <Stack gap={6}>
        <Text size="sm" fw={600}>
          {stepName(item.kind)}:{' '}
          {item.linkedinUrl ? (
            <Anchor size="sm" underline="always" href={item.linkedinUrl} target="_blank" rel="noreferrer">
              {item.contactName}
            </Anchor>
          ) : (
            item.contactName
          )}
        </Text>
        <Text size="xs">
          {item.company ? `${item.company} · ` : ''}
          {item.automationName}
        </Text>
        {item.changed ? <Text size="sm">The data behind it changed after you approved it.</Text> : null}
        {editing ? (
          <Edit item={item} busy={busy} run={run} cancel={() => setEditing(false)} />
        ) : (
          <>
            {item.subject === null ? null : (
              <Text size="sm" fw={600} className="rapport-text">
                {item.subject}
              </Text>
            )}
            <Text size="sm" className="rapport-text">
              {item.text ?? 'Without a text.'}
            </Text>
            {item.attachments.length > 0 ? (
              <Text size="xs">With attachments: {item.attachments.join(', ')}</Text>
            ) : null}
            <Group gap={8}>
              <Button
                size="compact-sm"
                loading={busy}
                onClick={() => run(() => order('ui.approve', { taskId, textHash }))}
              >
                Do it
              </Button>
              <Button
                size="compact-sm"
                variant="default"
                disabled={busy}
                onClick={() => run(() => order('ui.skip', { taskId }))}
              >
                Skip
              </Button>
              {item.text === null ? null : (
                <Button size="compact-sm" variant="default" disabled={busy} onClick={() => setEditing(true)}>
                  Edit
                </Button>
              )}
            </Group>
          </>
        )}
        {refusal ? <Notice colour="red" {...refusal} /> : null}
      </Stack>
    </article>
  );
}

function Edit(props: {
  item: ApprovalItem;
  busy: boolean;
  run: ReturnType<typeof useOrder>['run'];
  cancel(): void;
}) {
  const { item, busy, run, cancel } = props;
  const [text, setText] = useState(item.text ?? '');
  const [subject, setSubject] = useState(item.subject ?? '');
  const length = [...text.trim()].length;
  const tooLong = item.maxText !== null && length > item.maxText;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const edited = { text: text.trim(), subject: item.subject === null ? null : subject.trim() };
    void run(() => order('ui.approve', { taskId: item.id, textHash: item.textHash, edited }));
  };
  return (
    <form onSubmit={submit}>
      <Stack gap={6}>
        {item.subject === null ? null : (
          <TextInput
            label="Subject"
            value={subject}
            onChange={(event) => setSubject(event.currentTarget.value)}
            maxLength={item.maxSubject ?? 300}
          />
        )}
        <Textarea
          label="Text"
          description={item.maxText === null ? undefined : `${length} of at most ${item.maxText} characters`}
          error={tooLong ? 'It is too long. Shorten it.' : undefined}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          rows={6}
          maxLength={8000}
          data-autofocus
        />
        <Group gap={8}>
          <Button type="submit" size="compact-sm" loading={busy} disabled={length === 0 || tooLong}>
            Do it with this text
          </Button>
          <Button size="compact-sm" variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
