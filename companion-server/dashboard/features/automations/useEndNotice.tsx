import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useEffect, useRef } from 'react';
import { type BulkView, bulkRoutes } from '#shared/contract/bulk.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { useAction } from '../../api/useAction.ts';
import { bulkTitle, isOpenBulk } from './bulkTitle.ts';

/** Long enough to be reached by keyboard; the box above the contacts offers it for 24 hours. */
const SHOWN_MS = 20 * SECOND;

/** Says once that a bulk action has ended, with Undo. `latest` is undefined until it is known, null: there is none. */
export function useEndNotice(latest: BulkView | null | undefined): void {
  const { mutate: undo } = useAction(bulkRoutes.undo);
  const known = useRef<string | undefined>(undefined);
  const state = latest === undefined ? undefined : `${latest?.id} ${latest?.state}`;
  useEffect(() => {
    const before = known.current;
    known.current = state;
    // What had ended before the page was opened is no news.
    if (before === undefined || before === state || !latest || isOpenBulk(latest)) return;
    const noticeId = `bulk ${state}`;
    const takeBack = () => {
      notifications.hide(noticeId);
      undo({ params: { bulkId: latest.id } });
    };
    notifications.show({
      id: noticeId,
      title: bulkTitle(latest),
      autoClose: SHOWN_MS,
      message: latest.undoUntil !== null && (
        <Button size="xs" variant="default" mt="xs" onClick={takeBack}>
          Undo
        </Button>
      ),
    });
  }, [state, latest, undo]);
}
