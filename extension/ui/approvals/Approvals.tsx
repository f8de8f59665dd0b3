import { Stack, Text, Title } from '@mantine/core';
import { liveQuery } from 'dexie';
import { useEffect, useState } from 'react';
import type { ApprovalItem } from '#shared/contract/task.ts';
import { loadApprovals } from '../../storage/people.ts';
import { Notice } from '../Notice.tsx';
import { order, type Refusal } from '../order.ts';
import { database, type View } from '../view.ts';
import { Approval } from './Approval.tsx';

/** The texts that wait for the rep's yes: person, step and exact words. Shown from storage, offline as well. */
export function Approvals({ view }: { view: View }) {
  const waiting = view.snapshot?.approvals ?? 0;
  const asks = view.snapshot?.approveEach ?? false;
  const [items, setItems] = useState<ApprovalItem[]>([]);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  useEffect(() => {
    const kept = liveQuery(() => loadApprovals(database)).subscribe({ next: setItems });
    return () => kept.unsubscribe();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again whenever the server counts another number
  useEffect(() => {
    void order('ui.approvals').then((answer) => setRefusal(answer.ok ? null : answer));
  }, [waiting]);
  if (items.length === 0 && waiting === 0 && !asks) return null;
  return (
    <section aria-label="Texts that wait for your yes">
      <Title order={2} size="h6">
        Waiting for your yes
      </Title>
      {refusal && items.length > 0 ? <Notice colour="yellow" {...refusal} /> : null}
      {items.length === 0 ? (
        <Text size="sm">Nothing just now. Each text is shown here before it goes.</Text>
      ) : (
        <Stack gap={10}>
          {items.map((item) => (
            <Approval key={`${item.id} ${item.textHash}`} item={item} />
          ))}
        </Stack>
      )}
      {waiting > items.length && items.length > 0 ? (
        <Text size="sm">More wait; they follow when these are decided.</Text>
      ) : null}
    </section>
  );
}
