import { Checkbox, Stack, Title } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { StateValue } from '../../storage/state.ts';
import { store } from '../view.ts';

type Notices = StateValue<'notices'>;

const all: Notices = { replies: true, mustAct: true };

/** Which notifications of the computer the rep wants; the red mark on the icon stays in any case. */
export function NoticeChoice() {
  const [wanted, setWanted] = useState(all);
  useEffect(() => {
    const load = () => void store.get('notices').then((kept) => setWanted(kept ?? all));
    load();
    return store.watch(['notices'], load);
  }, []);
  const choose = (change: Partial<Notices>) => {
    const next = { ...wanted, ...change };
    setWanted(next);
    void store.set('notices', next);
  };
  return (
    <Stack gap={8}>
      <Title order={2} size="h5">
        Notifications
      </Title>
      <Checkbox
        label="When somebody replies"
        description="The name only, never the text."
        checked={wanted.replies}
        onChange={(event) => choose({ replies: event.currentTarget.checked })}
      />
      <Checkbox
        label="When I must act"
        description="A lost LinkedIn session, a disconnected mailbox, texts that wait for your yes. The icon shows it in any case."
        checked={wanted.mustAct}
        onChange={(event) => choose({ mustAct: event.currentTarget.checked })}
      />
    </Stack>
  );
}
