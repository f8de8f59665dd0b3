import { Checkbox } from '@mantine/core';
import { Notice } from './Notice.tsx';
import { order, useOrder } from './order.ts';
import type { View } from './view.ts';

/** Automatic, or approve each: whether the rep sees every text before it goes. */
export function Mode({ view }: { view: View }) {
  const { busy, refusal, run } = useOrder();
  return (
    <>
      <Checkbox
        label="Ask me before each text goes"
        description="Person, step and text wait in the side panel for Do it, Skip or Edit. Those that wait already keep waiting when this is switched off."
        checked={view.snapshot?.approveEach ?? false}
        disabled={busy}
        onChange={(event) => {
          const approveEach = event.currentTarget.checked;
          void run(() => order('ui.mode', { approveEach }));
        }}
      />
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </>
  );
}
