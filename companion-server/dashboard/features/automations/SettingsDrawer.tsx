import { Button, Drawer, Stack, Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { type AutomationDetail, automationRoutes } from '#shared/contract/automation.ts';
import { automationSenderRoutes } from '#shared/contract/automationSender.ts';
import { queryFor } from '../../api/client.ts';
import { useAction } from '../../api/useAction.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { DailyLimitsForm } from './DailyLimitsForm.tsx';

/** What holds for an automation beside its steps; it can be changed while it runs. */
export function SettingsDrawer({ automation }: { automation: AutomationDetail }) {
  const [opened, { open, close }] = useDisclosure(false);
  return (
    <>
      <Button variant="default" onClick={open}>
        Settings
      </Button>
      <Drawer opened={opened} onClose={close} position="right" size="lg" title="Settings of this automation">
        <Stack gap="xl">
          <PauseColleagues automation={automation} />
          <WaitForInboxes automation={automation} />
          <ApproveEach automation={automation} />
          <Tracking automation={automation} />
          <OwnLimits automationId={automation.id} />
        </Stack>
      </Drawer>
    </>
  );
}

function PauseColleagues({ automation: { id, pauseColleagues } }: { automation: AutomationDetail }) {
  const save = useAction(automationRoutes.settings, { done: 'Saved.' });
  return (
    <Switch
      label="Pause colleagues at the same company when somebody replies"
      description="Whoever replies is paused in any case, in every automation. With this on, everybody of the same company in this automation waits for a decision too."
      checked={pauseColleagues}
      disabled={save.isPending}
      onChange={(event) =>
        save.mutate({
          params: { automationId: id },
          body: { pauseColleagues: event.currentTarget.checked },
        })
      }
    />
  );
}

function WaitForInboxes({ automation: { id, waitForInboxes } }: { automation: AutomationDetail }) {
  const save = useAction(automationRoutes.settings, { done: 'Saved.' });
  return (
    <Switch
      label="Write only while the replies of both channels are known"
      description="Otherwise email goes on while the browser is shut, and LinkedIn while the mailbox is broken, and a reply there is seen later. With this on, steps wait until the sender's other channel was read within the last hour."
      checked={waitForInboxes}
      disabled={save.isPending}
      onChange={(event) =>
        save.mutate({ params: { automationId: id }, body: { waitForInboxes: event.currentTarget.checked } })
      }
    />
  );
}

function ApproveEach({ automation: { id, approveEach } }: { automation: AutomationDetail }) {
  const save = useAction(automationRoutes.settings, { done: 'Saved.' });
  return (
    <Switch
      label="Approve each"
      description="Invitations, messages and emails wait under Tasks until somebody approves their exact text. Those that wait already keep waiting when this is switched off."
      checked={approveEach}
      disabled={save.isPending}
      onChange={(event) =>
        save.mutate({ params: { automationId: id }, body: { approveEach: event.currentTarget.checked } })
      }
    />
  );
}

function Tracking({ automation: { id, trackOpens, trackClicks } }: { automation: AutomationDetail }) {
  const save = useAction(automationRoutes.settings, { done: 'Saved.' });
  const set = (body: { trackOpens?: boolean; trackClicks?: boolean }) =>
    save.mutate({ params: { automationId: id }, body });
  return (
    <Stack gap="md">
      <Switch
        label="See whether emails are opened"
        description="Adds an invisible image to later emails. Opens by machines are marked and not counted. Tell people about it in your privacy notice; in many countries it needs their consent."
        checked={trackOpens}
        disabled={save.isPending}
        onChange={(event) => set({ trackOpens: event.currentTarget.checked })}
      />
      <Switch
        label="See whether links are followed"
        description="Links of later emails lead over this server first. Emails with such links end up as spam more often."
        checked={trackClicks}
        disabled={save.isPending}
        onChange={(event) => set({ trackClicks: event.currentTarget.checked })}
      />
    </Stack>
  );
}

function OwnLimits({ automationId }: { automationId: string }) {
  const query = useQuery(queryFor(automationSenderRoutes.list, { params: { automationId } }));
  return (
    <Loaded query={query} what="the daily limits">
      {({ dailyLimits }) => (
        <DailyLimitsForm key={JSON.stringify(dailyLimits)} automationId={automationId} limits={dailyLimits} />
      )}
    </Loaded>
  );
}
