import { Anchor, Button, Group, Progress, Stack, Text, Title } from '@mantine/core';
import { liveQuery } from 'dexie';
import { useEffect, useState } from 'react';
import type { ListImportView } from '#shared/contract/listImport.ts';
import { loadImports } from '../../storage/people.ts';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';
import { database, type View } from '../view.ts';
import { momentWords } from '../words.ts';

/** How far each import of a list got, what came of it, and stop or resume. */
export function Imports({ view }: { view: View }) {
  const [items, setItems] = useState<ListImportView[]>([]);
  const state = view.activity?.state;
  useEffect(() => {
    const kept = liveQuery(() => loadImports(database)).subscribe({ next: setItems });
    return () => kept.unsubscribe();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again whenever the runner turns to something else
  useEffect(() => {
    void order('ui.imports');
  }, [state]);
  if (items.length === 0) return null;
  const [newest, ...older] = items;
  return (
    <section aria-label="Imports">
      <Title order={2} size="h6">
        Imports
      </Title>
      <Stack gap={10}>
        {newest ? <OneImport item={newest} view={view} /> : null}
        {older.length > 0 ? (
          <details>
            <summary>Earlier imports</summary>
            <Stack gap={10}>
              {older.map((item) => (
                <OneImport key={item.id} item={item} view={view} />
              ))}
            </Stack>
          </details>
        ) : null}
      </Stack>
    </section>
  );
}

function OneImport({ item, view }: { item: ListImportView; view: View }) {
  const { busy, refusal, run } = useOrder();
  const importId = item.id;
  const now = view.snapshot?.serverTime ?? view.now;
  const part = item.total ? Math.min(100, Math.round((100 * item.seen) / item.total)) : 0;
  return (
    <article className="rapport-approval" aria-label={`Import into ${item.listName}`}>
      <Stack gap={6}>
        <Text size="sm" fw={600}>
          {item.listName}
        </Text>
        <Progress.Root size="md">
          <Progress.Section
            value={item.state === 'done' ? 100 : part}
            aria-label={`Progress of the import into ${item.listName}`}
          />
        </Progress.Root>
        <Text size="sm" role="status">
          {item.seen}
          {item.total === null ? '' : ` of ${item.total}`} people · {item.pagesLoaded}{' '}
          {item.pagesLoaded === 1 ? 'page load' : 'page loads'}
        </Text>
        <Text size="sm">
          {item.sentence}
          {item.nextAt !== null && item.nextAt > now ? ` Next page ${momentWords(item.nextAt, now)}.` : ''}
        </Text>
        <Results item={item} serverUrl={view.pairing.serverUrl} />
        {item.state === 'done' ? null : (
          <Group gap={8}>
            {item.state === 'stopped' ? (
              <Button
                size="compact-sm"
                loading={busy}
                onClick={() => run(() => order('ui.resumeImport', { importId }))}
              >
                Resume
              </Button>
            ) : (
              <Button
                size="compact-sm"
                variant="default"
                loading={busy}
                onClick={() => run(() => order('ui.stopImport', { importId }))}
              >
                Stop import
              </Button>
            )}
          </Group>
        )}
        {refusal ? <Notice colour="red" {...refusal} /> : null}
      </Stack>
    </article>
  );
}

/** The counts, each leading to its rows in the dashboard. */
function Results({ item, serverUrl }: { item: ListImportView; serverUrl: string | null }) {
  const counts = [
    { outcome: 'added', count: item.added, words: 'added' },
    { outcome: 'updated', count: item.updated, words: 'updated' },
    { outcome: 'duplicate', count: item.duplicates, words: 'already there' },
    { outcome: 'rejected', count: item.rejected, words: 'outside your network' },
  ].filter(({ count }) => count > 0);
  if (counts.length === 0 || serverUrl === null) return null;
  return (
    <Group gap={8}>
      {counts.map(({ outcome, count, words }) => (
        <Anchor
          key={outcome}
          size="sm"
          underline="always"
          href={`${serverUrl}/contacts/import/${item.id}?outcome=${outcome}`}
          target="_blank"
          rel="noreferrer"
        >
          {count} {words}
        </Anchor>
      ))}
      {item.stoplisted > 0 ? <Text size="sm">{item.stoplisted} on the stoplist</Text> : null}
    </Group>
  );
}
