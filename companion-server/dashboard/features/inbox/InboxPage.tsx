import { Box, Grid, Group, NativeSelect, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { inboxRoutes, threadFilter } from '#shared/contract/inbox.ts';
import { senderRoutes } from '#shared/contract/sender.ts';
import { channelKind } from '#shared/statuses/engine.ts';
import { threadLabel } from '#shared/statuses/inbox.ts';
import { queryFor } from '../../api/client.ts';
import { Empty } from '../../components/Empty.tsx';
import { Page } from '../../components/Page.tsx';
import { PagedList } from '../../components/PagedList.tsx';
import { Conversation } from './Conversation.tsx';
import type { InboxSearch } from './search.ts';
import { ThreadList } from './ThreadList.tsx';
import { filterWords, labelWords } from './words.ts';

/** What contacts wrote and what was answered, over all sender profiles and both channels. */
export function InboxPage() {
  const search = useSearch({ from: '/shell/inbox' });
  const { thread, filter = 'all', senderId, channel, label } = search;
  const words = filterWords[filter];
  return (
    <Page
      title="Inbox"
      text="Conversations of your sender profiles. A reply stops the contact in every automation until you decide."
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 5 }}>
          {/* On a phone an open conversation takes the whole width. */}
          <Box visibleFrom={thread ? 'md' : undefined}>
            <Stack gap="md">
              <Filters search={search} />
              <PagedList
                route={inboxRoutes.list}
                input={{ query: { filter, senderId, channel, label } }}
                what="conversations"
                empty={<Empty title={words.empty} text={words.text} />}
              >
                {(items) => <ThreadList items={items} search={search} />}
              </PagedList>
            </Stack>
          </Box>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 7 }}>
          {thread ? (
            <Conversation key={thread} threadId={thread} search={search} />
          ) : (
            <Box visibleFrom="md">
              <Empty title="No conversation is open" text="Choose one on the left to read and answer it." />
            </Box>
          )}
        </Grid.Col>
      </Grid>
    </Page>
  );
}

function Filters({ search }: { search: InboxSearch }) {
  const navigate = useNavigate();
  const senders = useQuery(queryFor(senderRoutes.list));
  const set = (change: Partial<InboxSearch>) =>
    void navigate({ to: '/inbox', search: { ...search, ...change, thread: undefined }, replace: true });
  const any = { value: '', label: 'All' };
  return (
    <Group gap="xs" grow>
      <NativeSelect
        label="Show"
        value={search.filter ?? 'all'}
        data={threadFilter.options.map((value) => ({ value, label: filterWords[value].label }))}
        onChange={(event) => set({ filter: threadFilter.parse(event.currentTarget.value) })}
      />
      <NativeSelect
        label="Sender profile"
        value={search.senderId ?? ''}
        data={[any, ...(senders.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
        onChange={(event) => set({ senderId: event.currentTarget.value || undefined })}
      />
      <NativeSelect
        label="Channel"
        value={search.channel ?? ''}
        data={[any, { value: 'email', label: 'Email' }, { value: 'linkedin', label: 'LinkedIn' }]}
        onChange={(event) => set({ channel: channelKind.safeParse(event.currentTarget.value).data })}
      />
      <NativeSelect
        label="Label"
        value={search.label ?? ''}
        data={[any, ...threadLabel.options.map((value) => ({ value, label: labelWords[value] }))]}
        onChange={(event) => set({ label: threadLabel.safeParse(event.currentTarget.value).data })}
      />
    </Group>
  );
}
