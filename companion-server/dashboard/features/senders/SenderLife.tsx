import { Alert, Button, Group } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { SenderView } from '#shared/contract/sender.ts';
import { senderLifeRoutes } from '#shared/contract/senderLife.ts';
import { useAction } from '../../api/useAction.ts';
import { ChoiceDialog } from '../../components/ChoiceDialog.tsx';

/** Deleting a profile asks what becomes of its tasks. */
export function DeleteSender({ sender }: { sender: SenderView }) {
  const navigate = useNavigate();
  const remove = useAction(senderLifeRoutes.delete, {
    done: `${sender.name} is deleted, or retires until its last task ends.`,
    onDone: () => void navigate({ to: '/senders' }),
  });
  return (
    <ChoiceDialog
      label="Delete"
      aria-label={`Delete ${sender.name}`}
      loading={remove.isPending}
      question={`Delete ${sender.name}?`}
      choices={[
        {
          value: 'finish',
          label: 'Finish its tasks first',
          text: 'It retires: its channels stay connected, nothing new is assigned, and it is deleted when its last task ends, withdrawals of old invitations included. Who still waits to enter goes to another sender profile of the automation.',
        },
        {
          value: 'cancel',
          label: 'Cancel its tasks',
          text: 'Both channels disconnect at once. Its contacts become Canceled, those in the middle of a task Failed. A restore within 30 days brings back profile and history, never tasks.',
        },
      ]}
      confirmLabel="Delete sender profile"
      onConfirm={(tasks) => remove.mutate({ params: { senderId: sender.id }, body: { tasks } })}
    />
  );
}

/** Says that the profile retires, and takes it back. */
export function Retiring({ sender }: { sender: SenderView }) {
  const restore = useAction(senderLifeRoutes.restore, { done: `${sender.name} takes new contacts again.` });
  if (sender.state !== 'retiring') return null;
  return (
    <Alert color="orange" variant="outline" title="This sender profile is retiring">
      Its channels stay connected and it finishes what it has under way. Nothing new is assigned; it is
      deleted when its last task ends.
      <Group mt="sm">
        <Button
          variant="default"
          loading={restore.isPending}
          onClick={() => restore.mutate({ params: { senderId: sender.id } })}
        >
          Keep this profile
        </Button>
      </Group>
    </Alert>
  );
}
