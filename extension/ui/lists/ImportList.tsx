import { Button, NumberInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { IMPORT_PEOPLE } from '#shared/contract/listImport.ts';
import type { LinkedinList } from '#shared/identity/linkedinList.ts';
import { Notice } from '../Notice.tsx';
import { order, useOrder } from '../order.ts';
import { listWords } from './listWords.ts';

/** Offers to import the list whose page the rep has open. Nothing of it is read before the rep says so. */
export function ImportList({ list }: { list: LinkedinList }) {
  const words = listWords[list.kind];
  const [listName, setListName] = useState(words.name);
  const [atMost, setAtMost] = useState<number | string>(IMPORT_PEOPLE);
  const { busy, refusal, run } = useOrder();
  const most = typeof atMost === 'number' && Number.isInteger(atMost) ? atMost : null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (most === null) return;
    void run(() => order('ui.importList', { url: list.url, listName: listName.trim(), atMost: most }));
  };
  return (
    <section aria-label="Import this list">
      <form onSubmit={submit}>
        <Stack gap={8}>
          <Title order={2} size="h5">
            Import {words.label}
          </Title>
          <Text size="sm">
            Rapport reads the list page by page in its own tab, at the pace of your sender profile, and puts
            the people into a list of your workspace. You can stop at any time.
          </Text>
          <TextInput
            label="Into the list"
            value={listName}
            onChange={(event) => setListName(event.currentTarget.value)}
            required
            maxLength={120}
          />
          <NumberInput
            label="At most"
            description={`People, ${IMPORT_PEOPLE} at the most.`}
            value={atMost}
            onChange={setAtMost}
            min={1}
            max={IMPORT_PEOPLE}
            allowDecimal={false}
            hideControls
          />
          <Button type="submit" loading={busy} disabled={listName.trim() === '' || most === null}>
            Import
          </Button>
          {refusal ? <Notice colour="red" {...refusal} /> : null}
        </Stack>
      </form>
    </section>
  );
}
