import { Button, Stack } from '@mantine/core';
import { liveQuery } from 'dexie';
import { useEffect, useState } from 'react';
import { browser } from 'wxt/browser';
import { stepName } from '#shared/statuses/steps.ts';
import { createJournal } from '../storage/journal.ts';
import { Notice } from './Notice.tsx';
import { database, store, type View } from './view.ts';
import { STILL_WAITING_MS, waitsForVisibleTab } from './waitsForVisibleTab.ts';

/** A step that LinkedIn finishes only in a tab that can be seen: what it is, and the way to that tab. */
export function VisibleTab({ view }: { view: View }) {
  const [waiting, setWaiting] = useState<ReturnType<typeof waitsForVisibleTab>>(null);
  useEffect(() => {
    const journal = createJournal(database);
    const lines = liveQuery(() => journal.since(view.now - STILL_WAITING_MS));
    const kept = lines.subscribe({ next: (found) => setWaiting(waitsForVisibleTab(found)) });
    return () => kept.unsubscribe();
  }, [view.now]);
  if (!waiting) return null;
  return (
    <Stack gap={6}>
      <Notice
        colour="yellow"
        title="LinkedIn’s tab must be seen"
        detail={`${stepName(waiting.kind)} · ${waiting.contactName}: LinkedIn finishes this page only in a tab that can be seen.`}
        action="Leave Rapport’s LinkedIn tab in front until it was tried again: every 15 minutes. Do not click in it: then it is yours, and Rapport opens another."
      />
      <Button variant="default" size="compact-sm" onClick={() => void showTab()}>
        Show the tab
      </Button>
    </Stack>
  );
}

/** In front, with its window; a tab that is closed comes back with the next try. */
async function showTab(): Promise<void> {
  const known = await store.get('workingTab');
  const tab = known && (await browser.tabs.update(known.tabId, { active: true }).catch(() => null));
  if (tab?.windowId !== undefined) await browser.windows.update(tab.windowId, { focused: true });
}
