import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { inboxRoutes } from '#shared/contract/inbox.ts';
import { queryFor } from '../../api/client.ts';
import { TextLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Section } from '../../components/Section.tsx';
import { Message } from './Message.tsx';

/** Everything written with a contact, on all channels, as far as one may read it. */
export function ContactMessages({ contactId }: { contactId: string }) {
  const query = useQuery(queryFor(inboxRoutes.ofContact, { params: { contactId } }));
  return (
    <Section title="Messages">
      <Loaded query={query} what="the messages">
        {({ messages, threads, hiddenSenders }) => (
          <Stack gap="sm">
            {messages.length === 0 && hiddenSenders.length === 0 && (
              <Text size="sm">
                Nothing was written yet. Messages of automations and answers will stand here.
              </Text>
            )}
            {hiddenSenders.length > 0 && (
              <Text size="sm" c="dimmed">
                Messages of {hiddenSenders.join(', ')} are the rep's own; the rep can share the inbox on the
                sender profile.
              </Text>
            )}
            <Stack component="ol" gap="sm" m={0} p={0} style={{ listStyle: 'none' }} aria-label="Messages">
              {messages.map((message) => (
                <Message key={message.id} message={message} />
              ))}
            </Stack>
            {threads.map(({ id, channel, senderName }) => (
              <Text size="sm" key={id}>
                <TextLink to="/inbox" search={{ thread: id }}>
                  Answer in the inbox: {channel === 'email' ? 'email' : 'LinkedIn'}, as {senderName}
                </TextLink>
              </Text>
            ))}
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
