import { Button, Group, Stack } from '@mantine/core';
import { Notice } from './Notice.tsx';
import { order, useOrder } from './order.ts';
import type { View } from './view.ts';

/** Pause or resume this profile's LinkedIn, and stop everything of the workspace. */
export function Controls({ view }: { view: View }) {
  const pause = useOrder();
  const stop = useOrder();
  const paused = view.snapshot?.paused === true || view.pendingStop === 'pause';
  const stopped = view.snapshot?.stopped === true || view.pendingStop === 'stop';
  const refusal = stop.refusal ?? pause.refusal;
  return (
    <Stack gap={8}>
      <Group grow gap={8}>
        <Button
          variant="default"
          loading={pause.busy}
          onClick={() => pause.run(() => order(paused ? 'ui.resume' : 'ui.pause'))}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
        <Button
          color="red.9"
          loading={stop.busy}
          disabled={stopped}
          onClick={() => stop.run(() => order('ui.stopEverything'))}
        >
          Stop everything
        </Button>
      </Group>
      {stopped ? (
        <Notice
          colour="yellow"
          title="Everything is stopped"
          detail="No automation of the whole workspace moves. Start again on the dashboard’s Home page."
        />
      ) : null}
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </Stack>
  );
}
