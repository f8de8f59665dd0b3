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
          <Stack gap="md">
            <Setting automation={automation} name="pauseColleagues" />
            <Setting automation={automation} name="waitForInboxes" />
            <Setting automation={automation} name="approveEach" />
            <Setting automation={automation} name="trackOpens" />
            <Setting automation={automation} name="trackClicks" />
          </Stack>
          <OwnLimits automationId={automation.id} />
        </Stack>
      </Drawer>
    </>
  );
}

/** The switches that are one yes or no of the automation. */
const switches = {
  pauseColleagues: {
    label: 'Pause colleagues at the same company when somebody replies',
    description:
      'Whoever replies is paused in any case, in every automation. With this on, everybody of the same company in this automation waits for a decision too.',
  },
  waitForInboxes: {
    label: 'Write only while the replies of both channels are known',
    description:
      "Otherwise email goes on while the browser is shut, and LinkedIn while the mailbox is broken, and a reply there is seen later. With this on, steps wait until the sender's other channel was read within the last hour.",
  },
  approveEach: {
    label: 'Approve each',
    description:
      'Invitations, messages and emails wait under Tasks until somebody approves their exact text. Those that wait already keep waiting when this is switched off.',
  },
  trackOpens: {
    label: 'See whether emails are opened',
    description:
      'Adds an invisible image to later emails. Opens by machines are marked and not counted. Tell people about it in your privacy notice; in many countries it needs their consent.',
  },
  trackClicks: {
    label: 'See whether links are followed',
    description:
      'Links of later emails lead over this server first. Emails with such links end up as spam more often.',
  },
} as const;

function Setting({ automation, name }: { automation: AutomationDetail; name: keyof typeof switches }) {
  const save = useAction(automationRoutes.settings, { done: 'Saved.' });
  const params = { automationId: automation.id };
  return (
    <Switch
      {...switches[name]}
      checked={automation[name]}
      disabled={save.isPending}
      onChange={(event) => save.mutate({ params, body: { [name]: event.currentTarget.checked } })}
    />
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
