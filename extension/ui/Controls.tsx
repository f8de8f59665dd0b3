import { Button, Group, Stack } from '@mantine/core';
import { AskFirst } from './AskFirst.tsx';
import { Notice } from './Notice.tsx';
import { order, useOrder } from './order.ts';
import type { View } from './view.ts';

/** Pause or resume this profile's LinkedIn, and stop everything of the workspace. */
export function Controls({ view }: { view: View }) {
  const pause = useOrder();
  const stop = useOrder();
  const paused = view.snapshot?.paused === true || view.pendingStops.includes('pause');
  const stopped = view.snapshot?.stopped === true || view.pendingStops.includes('stop');
  const refusal = stop.refusal ?? pause.refusal;
  return (
    <Stack gap={8}>
      <Group gap={8} className="rapport-controls">
        <Button
          variant="default"
          loading={pause.busy}
          onClick={() => pause.run(() => order(paused ? 'ui.resume' : 'ui.pause'))}
        >
          {paused ? 'Resume' : 'Pause'}
        </Button>
        <AskFirst
          label="Stop everything"
          question="Stop everything for the whole workspace?"
          consequence="Nothing is done on LinkedIn and no email is sent, for all sender profiles of the team, until an owner or a manager resumes. Every contact stays where it stands."
          yes="Stop the workspace"
          no="Keep running"
          red
          busy={stop.busy}
          disabled={stopped}
          onYes={() => void stop.run(() => order('ui.stopEverything'))}
        />
      </Group>
      {stopped ? (
        <Notice
          colour="yellow"
          title="Everything is stopped"
          detail="No automation of the whole workspace moves. An owner or a manager can resume on the dashboard’s Home page."
        />
      ) : null}
      {refusal ? <Notice colour="red" {...refusal} /> : null}
    </Stack>
  );
}
