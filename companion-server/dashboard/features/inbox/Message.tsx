import { Alert, Badge, Button, Group, Paper, Stack, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPaperclip } from '@tabler/icons-react';
import { inboxRoutes, type MessageView } from '#shared/contract/inbox.ts';
import { useAction } from '../../api/useAction.ts';
import { Time } from '../../components/Time.tsx';
import { kindWords, stateWords } from './words.ts';

interface Props {
  message: MessageView;
  /** Takes up the text of an answer that was not sent; absent: nobody can answer here. */
  onWriteAgain?: (text: string) => void;
}

/** One message: its new words, the whole of it on demand, and why it was taken for what it is. */
export function Message({ message, onWriteAgain }: Props) {
  const isTheirs = message.from === 'contact';
  const { kind, state } = message;
  return (
    <Paper
      component="li"
      withBorder
      p="sm"
      ml={isTheirs ? 0 : { base: 'md', sm: 'xl' }}
      mr={isTheirs ? { base: 'md', sm: 'xl' } : 0}
      bg={isTheirs ? undefined : 'var(--mantine-color-default-hover)'}
    >
      <Stack gap="xs">
        <Group justify="space-between" gap="xs">
          <Text size="sm" fw={600} style={{ overflowWrap: 'anywhere' }}>
            {isTheirs ? (message.writer ?? 'The contact') : message.senderName}
          </Text>
          <Group gap="xs">
            {kind !== 'reply' && (
              <Badge size="sm" variant="default">
                {kindWords[kind]}
              </Badge>
            )}
            <Text size="xs" c="dimmed">
              <Time at={message.at} />
            </Text>
          </Group>
        </Group>
        {message.subject && (
          <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {message.subject}
          </Text>
        )}
        <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {message.text || (kind === 'maybe_reply' ? '(not read yet)' : '(no text)')}
        </Text>
        <Attachments message={message} />
        {state !== null && (
          <Text size="xs" c={state === 'failed' || state === 'unknown' ? 'red' : 'dimmed'}>
            {message.expectedAt === null ? (
              stateWords[state]
            ) : (
              <>
                Tried again <Time at={message.expectedAt} />
              </>
            )}
            {message.detail && state !== 'sent' && `: ${message.detail}`}
          </Text>
        )}
        {state === 'unknown' && <Unknown message={message} />}
        {state === 'failed' && onWriteAgain && (
          <Group>
            <Button size="compact-xs" variant="default" onClick={() => onWriteAgain(message.text)}>
              Write it again
            </Button>
          </Group>
        )}
        <Suggestion message={message} />
        <More message={message} />
      </Stack>
    </Paper>
  );
}

/** The connection was lost before the server answered: only a person can look, and nothing is sent again by itself. */
function Unknown({ message }: { message: MessageView }) {
  const settle = useAction(inboxRoutes.settleAnswer, { done: 'Noted.' });
  const say = (wasSent: boolean) => settle.mutate({ params: { answerId: message.id }, body: { wasSent } });
  return (
    <Alert variant="outline" color="red" p="xs">
      <Stack gap="xs">
        <Text size="sm">
          The connection was lost before the mail server answered. Look in the Sent folder of the mailbox, or
          ask them. It is never sent again by itself.
        </Text>
        <Group gap="xs">
          <Button size="xs" loading={settle.isPending} onClick={() => say(true)}>
            It was sent
          </Button>
          <Button size="xs" variant="default" disabled={settle.isPending} onClick={() => say(false)}>
            It was not sent
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function Attachments({ message }: { message: MessageView }) {
  if (message.attachments.length === 0) return null;
  return (
    <Stack gap={2} component="ul" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Attachments">
      {message.attachments.map(({ name, type, size }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list of a stored message never changes
        <Group component="li" gap={4} key={index} wrap="nowrap">
          <IconPaperclip size={14} aria-hidden />
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {name || type} ({Math.max(1, Math.round(size / 1024))} kB
            {message.from === 'contact' ? ', stays in the mailbox' : ''})
          </Text>
        </Group>
      ))}
    </Stack>
  );
}

const questions = {
  unsubscribe: {
    text: 'These words seem to ask not to be contacted again.',
    yes: 'Unsubscribe them',
    done: 'Unsubscribed: nothing more is sent to this contact, on any channel.',
  },
  answer: {
    text: 'The subject and the writer look like an answer of this contact, from an address that is not known here. Only its headers were read. Is it theirs?',
    yes: 'It is their answer',
    done: 'The address is theirs now. The message is read within a minute.',
  },
  bounce: {
    text: 'A mail system says in words that this came back, without a report. Is the address gone?',
    yes: 'The address is gone',
    done: 'No email goes to this address any more.',
  },
} as const;

const COMPLAINT =
  'A report says that this contact complained, and names no email of ours to them: anybody may have written it.';

/** What a program may only guess, a person says. */
function Suggestion({ message }: { message: MessageView }) {
  const { suggests } = message;
  const settle = useAction(inboxRoutes.settleSuggestion, { done: 'Decided.' });
  if (suggests === null) return null;
  const question = questions[suggests];
  const say = (isSo: boolean) =>
    settle.mutate({ params: { messageId: message.id }, body: { suggests, isSo } });
  return (
    <Alert variant="outline" color="orange" p="xs">
      <Stack gap="xs">
        <Text size="sm">{message.kind === 'complaint' ? COMPLAINT : question.text}</Text>
        <Group gap="xs">
          <Button size="xs" loading={settle.isPending} onClick={() => say(true)}>
            {question.yes}
          </Button>
          <Button size="xs" variant="default" disabled={settle.isPending} onClick={() => say(false)}>
            No
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function More({ message }: { message: MessageView }) {
  const [whole, { toggle: toggleWhole }] = useDisclosure(false);
  const [why, { toggle: toggleWhy }] = useDisclosure(false);
  const evidence = Object.entries(message.evidence).filter(([, value]) => value !== '');
  const hasMore = message.whole !== null || message.html !== null;
  const asksWhy = message.kind !== 'reply' && evidence.length > 0;
  if (!hasMore && !asksWhy) return null;
  return (
    <>
      <Group gap="xs">
        {hasMore && (
          <Button size="compact-xs" variant="default" onClick={toggleWhole} aria-expanded={whole}>
            {whole ? 'Show only what is new' : 'Show the whole message'}
          </Button>
        )}
        {asksWhy && (
          <Button size="compact-xs" variant="default" onClick={toggleWhy} aria-expanded={why}>
            Evidence
          </Button>
        )}
      </Group>
      {whole && <Whole message={message} />}
      {why && (
        <Table aria-label="Evidence" fz="xs">
          <Table.Tbody>
            {evidence.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={400}>
                  {name}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}

/** Sanitised before it was stored; in a frame that may run and load nothing, should anything have been missed. */
function Whole({ message }: { message: MessageView }) {
  if (message.html === null) {
    return (
      <Text size="sm" ff="monospace" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {message.whole}
      </Text>
    );
  }
  const policy = "default-src 'none'; style-src 'unsafe-inline'";
  const page = `<!doctype html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="${policy}"><title>Message</title><style>body{font:14px/1.5 sans-serif;margin:8px;background:#fff;color:#111;overflow-wrap:anywhere}</style></head><body>${message.html}</body></html>`;
  return (
    <iframe
      title="The whole message"
      srcDoc={page}
      sandbox="allow-popups allow-popups-to-escape-sandbox"
      referrerPolicy="no-referrer"
      style={{ width: '100%', height: 320, border: '1px solid var(--mantine-color-default-border)' }}
    />
  );
}
