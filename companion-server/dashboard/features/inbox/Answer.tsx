import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { inboxRoutes } from '#shared/contract/inbox.ts';
import { systemNewId } from '#shared/kernel/ids.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Attachments } from '../templates/Attachments.tsx';

interface Props {
  threadId: string;
  /** Why nobody can answer here; null: it can be answered. */
  noAnswer: string | null;
  answersTo: string | null;
  senderName: string;
  text: string;
  setText: (text: string) => void;
}

/** Writes as the sender. One id for one text, however often Send is pressed: it goes out once. */
export function Answer({ threadId, noAnswer, answersTo, senderName, text, setText }: Props) {
  const [attachments, setAttachments] = useState<string[]>([]);
  const [requestId, setRequestId] = useState(systemNewId);
  const answer = useAction(inboxRoutes.answer, {
    done: 'Your answer goes out in a moment.',
    inline: true,
    onDone: () => {
      setText('');
      setAttachments([]);
      setRequestId(systemNewId());
    },
  });
  if (noAnswer !== null) {
    return (
      <Alert variant="outline" color="gray">
        {noAnswer}
      </Alert>
    );
  }
  const isEmpty = text.trim() === '';
  const send = () => {
    if (isEmpty || answer.isPending) return;
    answer.mutate({ params: { threadId }, body: { requestId, text, attachments } });
  };
  return (
    <Stack gap="xs">
      <Textarea
        label={`Answer as ${senderName}`}
        description={`To ${answersTo}. Goes before everything automated, also outside working hours; the hard ceiling of the mailbox holds.`}
        autosize
        minRows={3}
        maxRows={16}
        maxLength={20_000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) send();
        }}
      />
      <Attachments
        attachments={attachments}
        text=""
        onChange={(change) => setAttachments(change.attachments ?? attachments)}
      />
      {answer.error && <ProblemAlert problem={answer.error.problem} />}
      <Group gap="xs">
        <Button onClick={send} disabled={isEmpty} loading={answer.isPending}>
          Send
        </Button>
        <Text size="xs" c="dimmed">
          Ctrl + Enter sends
        </Text>
      </Group>
    </Stack>
  );
}
