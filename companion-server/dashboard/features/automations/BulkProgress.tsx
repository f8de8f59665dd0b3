import { Alert, Button, Group, List, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type BulkView, bulkRoutes } from '#shared/contract/bulk.ts';
import { DAY } from '#shared/kernel/clock.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Time, useServerNow } from '../../components/Time.tsx';
import { bulkTitle, isOpenBulk } from './bulkTitle.ts';
import { useEndNotice } from './useEndNotice.tsx';

/** How far the latest bulk action is, with Stop; afterwards what it did and why not more, with Undo. */
export function BulkProgress({ automationId }: { automationId: string }) {
  const query = useQuery(queryFor(bulkRoutes.list, { params: { automationId } }));
  const now = useServerNow();
  const latest = query.data && (query.data.items[0] ?? null);
  useEndNotice(latest);
  if (!latest || !(isOpenBulk(latest) || latest.createdAt + DAY > now)) return null;
  return <Latest bulk={latest} isOpen={isOpenBulk(latest)} />;
}

function Latest({ bulk, isOpen }: { bulk: BulkView; isOpen: boolean }) {
  const { id, total, changed, skipped, notes, undoUntil } = bulk;
  const stop = useAction(bulkRoutes.stop);
  const undo = useAction(bulkRoutes.undo);
  const params = { bulkId: id };
  const handled = changed + skipped;
  return (
    <Alert variant="default" title={bulkTitle(bulk)} role="status">
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
                Undo ends <Time at={undoUntil} />. Contacts that moved since stay as they are.
              </Text>
            </>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}
