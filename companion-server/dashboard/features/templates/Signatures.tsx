import { Button, Group, Select, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { senderRoutes } from '#shared/contract/sender.ts';
import { templateRoutes } from '#shared/contract/template.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Empty } from '../../components/Empty.tsx';
import { Loaded } from '../../components/Loaded.tsx';

/** What stands below every email of a sender profile. */
export function Signatures() {
  const senders = useQuery(queryFor(senderRoutes.list));
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Loaded query={senders} what="sender profiles">
      {({ items }) =>
        items.length === 0 ? (
          <Empty
            title="No sender profiles yet"
            text="Make one under Sender profiles, then write its signature here."
          />
        ) : (
          <Stack gap="md" maw={560}>
            <Select
              label="Sender profile"
              data={items.map(({ id, name }) => ({ value: id, label: name }))}
              value={chosen}
              placeholder="Choose one"
              onChange={setChosen}
            />
            {chosen && <Signature key={chosen} senderId={chosen} />}
          </Stack>
        )
      }
    </Loaded>
  );
}

function Signature({ senderId }: { senderId: string }) {
  const query = useQuery(queryFor(templateRoutes.signature, { params: { senderId } }));
  return (
    <Loaded query={query} what="the signature">
      {({ signature }) => <SignatureForm senderId={senderId} stored={signature} />}
    </Loaded>
  );
}

function SignatureForm({ senderId, stored }: { senderId: string; stored: string }) {
  const [signature, setSignature] = useState(stored);
  const save = useAction(templateRoutes.saveSignature, {
    done: 'Saved. It stands below every email from now on.',
  });
  return (
    <Stack gap="md">
      <Textarea
        label="Signature"
        description="Plain text; addresses that begin with https:// become links."
        autosize
        minRows={3}
        maxLength={2_000}
        value={signature}
        onChange={(event) => setSignature(event.currentTarget.value)}
      />
      <Group>
        <Button
          disabled={signature === stored}
          loading={save.isPending}
          onClick={() => save.mutate({ params: { senderId }, body: { signature } })}
        >
          Save signature
        </Button>
      </Group>
    </Stack>
  );
}
