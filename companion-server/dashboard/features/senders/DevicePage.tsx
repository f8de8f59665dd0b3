import { Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { type SenderView, senderRoutes } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { Empty } from '../../components/Empty.tsx';
import { ButtonLink } from '../../components/Link.tsx';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { Section } from '../../components/Section.tsx';
import { PairForm } from './PairForm.tsx';

/** Where the extension sends the rep: approve its code for one sender profile. */
export function DevicePage() {
  const senders = useQuery(queryFor(senderRoutes.list));
  const me = useQuery(queryFor(workspaceRoutes.me));
  return (
    <Page
      title="Pair a browser"
      text="The extension asked to act for a sender profile. Approve only a code that you see in your own side panel now."
    >
      <Loaded query={me} what="who you are">
        {({ userId }) => (
          <Loaded query={senders} what="sender profiles">
            {({ items }) => {
              const own = items.filter((one) => one.state === 'active' && one.ownerUserId === userId);
              return own.length === 0 ? (
                <Empty
                  title="No sender profile of yours yet"
                  text="A browser acts for a profile of the member who is signed in in it. Make one, or have its owner give you one; then come back to this page."
                >
                  <ButtonLink to="/senders">Go to sender profiles</ButtonLink>
                </Empty>
              ) : (
                <Approve senders={own} />
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}

function Approve({ senders }: { senders: readonly SenderView[] }) {
  const { user_code } = useSearch({ strict: false });
  const navigate = useNavigate();
  const only = senders.length === 1 ? (senders[0]?.id ?? null) : null;
  const [senderId, setSenderId] = useState<string | null>(only);
  return (
    <Section title="Approve the code">
      <Stack gap="md" maw={480}>
        <Select
          label="Sender profile"
          required
          placeholder="Choose who this browser acts for"
          data={senders.map(({ id, name }) => ({ value: id, label: name }))}
          value={senderId}
          onChange={setSenderId}
        />
        <PairForm
          senderId={senderId}
          code={user_code}
          onPaired={() => {
            if (senderId) void navigate({ to: '/senders/$senderId', params: { senderId }, search: {} });
          }}
        />
      </Stack>
    </Section>
  );
}
