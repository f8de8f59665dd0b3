import { Alert, Anchor, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { enrollmentRoutes } from '#shared/contract/automation.ts';
import type { EnrollmentView } from '#shared/contract/contact.ts';
import { inboxRoutes, type ThreadDetail, type ThreadView } from '#shared/contract/inbox.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { threadLabel } from '#shared/statuses/inbox.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Section } from '../../components/Section.tsx';
import { useServerNow } from '../../components/Time.tsx';
import { decided, decisionWords } from '../automations/decided.ts';
import { SkipOrComplete } from '../automations/SkipOrComplete.tsx';
import { Answer } from './Answer.tsx';
import { Message } from './Message.tsx';
import type { InboxSearch } from './search.ts';
import { labelWords } from './words.ts';

/** An open conversation: what was written, what waits for a decision, and the answer. */
export function Conversation({ threadId, search }: { threadId: string; search: InboxSearch }) {
  const query = useQuery(queryFor(inboxRoutes.get, { params: { threadId } }));
  return (
    <Stack gap="md">
      <Text hiddenFrom="md" size="sm">
        <TextLink to="/inbox" search={{ ...search, thread: undefined }}>
          All conversations
        </TextLink>
      </Text>
      <Loaded query={query} what="the conversation">
        {(detail) => <Open detail={detail} />}
      </Loaded>
    </Stack>
  );
}

function Open({ detail }: { detail: ThreadDetail }) {
  const { thread, messages, decisions, noAnswer, linkedinUrl } = detail;
  const [text, setText] = useState('');
  useMarkRead(thread, messages.at(-1)?.id);
  return (
    <Section
      title={thread.contactName}
      text={
        <>
          {[thread.company, `as ${thread.senderName}`].filter(Boolean).join(' · ')} ·{' '}
          <TextLink to="/contacts/$contactId" params={{ contactId: thread.contactId }}>
            Page of the contact
          </TextLink>
          {linkedinUrl && (
            <>
              {' · '}
              <Anchor href={linkedinUrl} target="_blank" rel="noreferrer" inherit underline="always">
                LinkedIn profile
              </Anchor>
            </>
          )}
        </>
      }
    >
      <Marks thread={thread} />
      <Stack component="ol" gap="sm" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Messages">
        {messages.map((message) => (
          <Message
            key={message.id}
            message={message}
            onWriteAgain={noAnswer === null ? setText : undefined}
          />
        ))}
      </Stack>
      {decisions.map((enrollment) => (
        <Decision key={enrollment.id} enrollment={enrollment} />
      ))}
      <Answer
        threadId={thread.id}
        noAnswer={noAnswer}
        answersTo={detail.answersTo}
        senderName={thread.senderName}
        text={text}
        setText={setText}
      />
    </Section>
  );
}

/** Opened is read, and so is what arrives meanwhile. What the viewer marks as unread stays so until they open it again. */
function useMarkRead({ id, unread }: ThreadView, newestId: string | undefined): void {
  const { mutate } = useAction(inboxRoutes.update);
  const seenId = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (seenId.current === newestId) return;
    seenId.current = newestId;
    if (unread) mutate({ params: { threadId: id }, body: { unread: false } });
  }, [id, unread, newestId, mutate]);
}

const snoozes = [
  { value: '', label: 'Not snoozed' },
  { value: '1', label: 'Until tomorrow' },
  { value: '7', label: 'For a week' },
  { value: '30', label: 'For 30 days' },
];

function Marks({ thread }: { thread: ThreadView }) {
  const update = useAction(inboxRoutes.update, { done: 'Saved.' });
  const now = useServerNow();
  const save = (body: Parameters<typeof update.mutate>[0]['body']) =>
    update.mutate({ params: { threadId: thread.id }, body });
  const isSnoozed = thread.snoozedUntil !== null && thread.snoozedUntil > now;
  return (
    <Group gap="xs" align="end">
      <NativeSelect
        label="Label"
        value={thread.label ?? ''}
        data={[
          { value: '', label: 'None' },
          ...threadLabel.options.map((value) => ({ value, label: labelWords[value] })),
        ]}
        onChange={(event) => save({ label: threadLabel.safeParse(event.currentTarget.value).data ?? null })}
      />
      <NativeSelect
        label="Snooze"
        value={isSnoozed ? 'set' : ''}
        data={isSnoozed ? [{ value: 'set', label: 'Snoozed' }, ...snoozes] : snoozes}
        onChange={(event) => {
          const days = Number(event.currentTarget.value);
          save({ snoozedUntil: days > 0 ? now + days * DAY : null });
        }}
      />
      <Button variant="default" loading={update.isPending} onClick={() => save({ unread: true })}>
        Mark as unread
      </Button>
    </Group>
  );
}

/** A reply stopped this automation: how it goes on. */
function Decision({ enrollment }: { enrollment: EnrollmentView }) {
  const decide = useAction(enrollmentRoutes.decide, {
    done: decided,
  });
  const say = (decision: 'resume' | 'skip' | 'complete') =>
    decide.mutate({ params: { enrollmentId: enrollment.id }, body: { decision } });
  return (
    <Alert variant="outline" color="orange" title={`Paused in ${enrollment.automationName} by the reply`}>
      <Stack gap="xs">
        <Text size="sm">{decisionWords}</Text>
        <Group gap="xs">
          <Button size="xs" variant="default" loading={decide.isPending} onClick={() => say('resume')}>
            Resume
          </Button>
          <SkipOrComplete
            size="xs"
            contactName={enrollment.contactName}
            automationName={enrollment.automationName}
            disabled={decide.isPending}
            decide={say}
          />
        </Group>
      </Stack>
    </Alert>
  );
}
