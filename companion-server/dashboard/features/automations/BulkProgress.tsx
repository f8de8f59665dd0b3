import { Alert, Button, Group, List, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useRef } from 'react';
import type { BulkInput } from '#shared/automation/bulk.ts';
import { type BulkView, bulkRoutes } from '#shared/contract/bulk.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Time } from '../../components/Time.tsx';

const done: Record<BulkInput['action'], string> = {
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
  retry: 'Retry failed steps',
  move: 'Move to a step',
  set_sender: 'Set sender for later',
  enroll_again: 'Enroll again',
};

/** Long enough to be reached by keyboard; the box above the contacts offers it for 24 hours. */
const UNDO_SHOWN_MS = 20 * SECOND;

/** How far the latest bulk action is, with Stop; afterwards what it did, with Undo. */
export function BulkProgress({ automationId }: { automationId: string }) {
  const query = useQuery(queryFor(bulkRoutes.list, { params: { automationId } }));
  const latest = query.data?.items[0];
  if (!latest) return null;
  const isOpen = latest.state === 'running' || latest.state === 'undoing';
  if (!isOpen && latest.undoUntil === null && latest.state !== 'undone') return null;
  return <Latest bulk={latest} isOpen={isOpen} />;
}

/** The end of an action that was watched: said once, wherever on the page one is, with Undo. */
function useEndNotice({ id, state, input, ...bulk }: BulkView, isOpen: boolean, undo: () => void): void {
  const watched = useRef(false);
  const title = `${done[input.action]}: ${summary({ id, state, input, ...bulk })}`;
  const canUndo = bulk.undoUntil !== null;
  const takeBack = useEffectEvent(undo);
  useEffect(() => {
    if (isOpen) watched.current = true;
    if (isOpen || !watched.current) return;
    watched.current = false;
    const noticeId = `bulk-${id}-${state}`;
    const undoNow = () => {
      notifications.hide(noticeId);
      takeBack();
    };
    notifications.show({
      id: noticeId,
      title,
      autoClose: UNDO_SHOWN_MS,
      message: canUndo && (
        <Button size="xs" variant="default" mt="xs" onClick={undoNow}>
          Undo
        </Button>
      ),
    });
  }, [isOpen, id, state, title, canUndo]);
}

function Latest({ bulk, isOpen }: { bulk: BulkView; isOpen: boolean }) {
  const { id, input, total, changed, skipped, notes, undoUntil } = bulk;
  const stop = useAction(bulkRoutes.stop, { done: 'Stopped. What was done stays done.' });
  const undo = useAction(bulkRoutes.undo, { done: 'Undoing. Contacts that moved since stay as they are.' });
  const params = { bulkId: id };
  useEndNotice(bulk, isOpen, () => undo.mutate({ params }));
  const handled = changed + skipped;
  return (
    <Alert variant="default" title={`${done[input.action]}: ${summary(bulk)}`} role="status">
      <Stack gap="xs">
        {isOpen && total > 0 && (
          <Progress
            value={(100 * Math.min(handled, total)) / total}
            aria-label="Progress of the bulk action"
          />
        )}
        {notes.length > 0 && (
          <List size="sm">
            {notes.map(({ note, sentence, contacts }) => (
              <List.Item key={note}>
                {contacts}: {sentence}
              </List.Item>
            ))}
          </List>
        )}
        <Group gap="sm">
          {isOpen && (
            <Button
              size="xs"
              variant="default"
              loading={stop.isPending}
              onClick={() => stop.mutate({ params })}
            >
              Stop
            </Button>
          )}
          {undoUntil !== null && (
            <>
              <Button
                size="xs"
                variant="default"
                loading={undo.isPending}
                onClick={() => undo.mutate({ params })}
              >
                Undo
              </Button>
              <Text size="sm" component="span">
                Can be undone until <Time at={undoUntil} />.
              </Text>
            </>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

function summary({ state, total, changed, skipped, restored }: BulkView): string {
  if (state === 'running') return `${changed + skipped} of ${total}`;
  if (state === 'undoing') return `undoing, ${restored} of ${changed} put back`;
  if (state === 'undone') return `undone, ${restored} of ${changed} put back`;
  const end = state === 'stopped' ? 'stopped after ' : '';
  return `${end}${changed} changed${skipped > 0 ? `, ${skipped} left as they were` : ''}`;
}
