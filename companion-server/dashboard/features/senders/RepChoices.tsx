import { Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SenderView, senderRoutes } from '#shared/contract/sender.ts';
import { workspaceRoutes } from '#shared/contract/workspace.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Section } from '../../components/Section.tsx';

/** What the rep decides about their own account. */
export function RepChoices({ sender }: { sender: SenderView }) {
  const me = useQuery(queryFor(workspaceRoutes.me));
  const update = useAction(senderRoutes.update, { done: 'Saved.' });
  const isOwner = me.data?.userId === sender.ownerUserId;
  const save = (body: { reconnectMail?: boolean; sharesPresence?: boolean; sharesInbox?: boolean }) =>
    update.mutate({ params: { senderId: sender.id }, body });
  return (
    <Section title="Reminders and privacy">
      <Stack gap="sm">
        <Switch
          label="Remind by email to reconnect"
          description={`The first mail goes to ${sender.ownerName} after 24 hours in any case; then after 3 and 7 days, and weekly.`}
          checked={sender.reconnectMail}
          disabled={update.isPending}
          onChange={(event) => save({ reconnectMail: event.currentTarget.checked })}
        />
        <Switch
          label="Show managers when this browser was closed"
          description={
            isOwner
              ? "Otherwise they see the team's sum only."
              : 'Only the rep can change this; otherwise managers see the sum of the team.'
          }
          checked={sender.sharesPresence}
          disabled={!isOwner || update.isPending}
          onChange={(event) => save({ sharesPresence: event.currentTarget.checked })}
        />
        <Switch
          label="Let managers read and answer this inbox"
          description={
            isOwner
              ? 'Otherwise only you see what your contacts write. Where a manager reads or answers, it is marked.'
              : 'Only the rep can change this.'
          }
          checked={sender.sharesInbox}
          disabled={!isOwner || update.isPending}
          onChange={(event) => save({ sharesInbox: event.currentTarget.checked })}
        />
      </Stack>
    </Section>
  );
}
