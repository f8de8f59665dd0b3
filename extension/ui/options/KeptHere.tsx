import { Button, List, Stack, Text, Title } from '@mantine/core';
import { liveQuery } from 'dexie';
import { useEffect, useState } from 'react';
import { limits } from '#shared/kernel/limits.ts';
import { Ago } from '../Ago.tsx';
import { database } from '../view.ts';

interface Kept {
  lines: number;
  /** Not confirmed by the server yet. */
  open: number;
  oldestAt: number | null;
  people: number;
}

async function count(): Promise<Kept> {
  const { journal, people } = database;
  const oldest = await journal.orderBy('updatedAt').first();
  return {
    lines: await journal.count(),
    open: await journal.where('open').equals(1).count(),
    oldestAt: oldest?.updatedAt ?? null,
    people: await people.count(),
  };
}

/** What this browser keeps, and how to have it or be rid of it. */
export function KeptHere({ now }: { now: number }) {
  const [kept, setKept] = useState<Kept | null>(null);
  useEffect(() => {
    const live = liveQuery(count).subscribe({ next: setKept });
    return () => live.unsubscribe();
  }, []);
  if (!kept) return null;
  return (
    <Stack gap={8} align="flex-start">
      <Title order={2} size="h5">
        What is kept in this browser
      </Title>
      <List size="sm" spacing={4} pl={18}>
        <List.Item>The pairing with your server, and your choices on this page.</List.Item>
        <List.Item>The last state that popup and side panel showed, so that they work offline.</List.Item>
        <List.Item>
          {kept.people} {kept.people === 1 ? 'person' : 'people'} whose profiles you looked at with the side
          panel open, 200 at most. Forgotten when you unpair.
        </List.Item>
        <List.Item>
          The journal: {kept.lines} {kept.lines === 1 ? 'step' : 'steps'} of the last {limits.journalDays}{' '}
          days
          {kept.oldestAt === null ? '' : ', the oldest from '}
          {kept.oldestAt === null ? null : <Ago at={kept.oldestAt} now={now} />}
          {kept.open > 0 ? `; ${kept.open} not confirmed by the server yet` : ''}. It is what keeps a step
          from ever being done twice, so it stays when you unpair; it goes with the extension.
        </List.Item>
      </List>
      <Text size="sm">No LinkedIn password, cookie or token is kept, and none ever leaves this browser.</Text>
      <Button variant="default" disabled={kept.lines === 0} onClick={() => void download()}>
        Download the journal
      </Button>
    </Stack>
  );
}

/** As a file of this browser's own: nothing is sent anywhere. */
async function download(): Promise<void> {
  const lines = await database.journal.orderBy('updatedAt').toArray();
  const url = URL.createObjectURL(new Blob([JSON.stringify(lines, null, 2)], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'rapport-journal.json';
  link.click();
  URL.revokeObjectURL(url);
}
