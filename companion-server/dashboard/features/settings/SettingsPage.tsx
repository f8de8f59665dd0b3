import {
  Button,
  Fieldset,
  Group,
  NumberInput,
  Select,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { type MeView, workspaceRoutes } from '#shared/contract/workspace.ts';
import { HOUR } from '#shared/kernel/clock.ts';
import { personSpacing } from '#shared/schedule/settings.ts';
import { queryFor } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { Loaded } from '../../components/Loaded.tsx';
import { Page } from '../../components/Page.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';
import { Integrity } from './Integrity.tsx';
import { Invitations } from './Invitations.tsx';
import { Members } from './Members.tsx';
import { PublicUrl } from './PublicUrl.tsx';

/** Name, postal address and public address of the workspace. */
export function SettingsPage() {
  const me = useQuery(queryFor(workspaceRoutes.me));
  const home = useQuery(queryFor(workspaceRoutes.home));
  return (
    <Page title="Settings">
      <Loaded query={me} what="the settings">
        {(data) => (
          <Section title="Workspace">
            <WorkspaceForm me={data} />
          </Section>
        )}
      </Loaded>
      {me.data && <MyAlerts me={me.data} />}
      {me.data && <Members me={me.data} />}
      {me.data?.role === 'owner' && <Invitations />}
      <Loaded query={home} what="the public address">
        {({ publicUrl }) => <PublicUrl state={publicUrl} />}
      </Loaded>
      {me.data && me.data.role !== 'rep' && <Integrity />}
    </Page>
  );
}

/** The usual spans, and the one that is set. */
function retentionChoices(current: number | null) {
  const months = [...new Set([6, 12, 24, 36, 60, ...(current === null ? [] : [current])])].sort(
    (a, b) => a - b,
  );
  return [
    ...months.map((n) => ({ value: String(n), label: `${n} months` })),
    { value: 'never', label: 'No limit' },
  ];
}

/** What a member chooses for themselves. */
function MyAlerts({ me }: { me: MeView }) {
  const save = useAction(workspaceRoutes.updateMe);
  return (
    <Section title="Alerts for me">
      <Switch
        label="Mail me when one of my sender profiles is held"
        description={`A guard stopped it, or its mailbox is Inactive for more than 15 minutes. Goes to ${me.email}. Reminders to reconnect LinkedIn are switched on the sender profile.`}
        checked={me.alertMail}
        disabled={save.isPending}
        onChange={(event) => save.mutate({ body: { alertMail: event.currentTarget.checked } })}
      />
    </Section>
  );
}

function WorkspaceForm({ me }: { me: MeView }) {
  const form = useForm({
    initialValues: {
      name: me.workspace.name,
      postalAddress: me.workspace.postalAddress,
      spacingHours: me.workspace.personSpacingMs / HOUR,
      manyAutomations: me.workspace.manyAutomations,
      genericReplies: me.workspace.genericReplies.join('\n'),
      retention: String(me.workspace.retentionMonths ?? 'never'),
    },
    validate: {
      name: (value) => (value.trim() ? null : 'Enter the name of the workspace.'),
      spacingHours: (value) =>
        String(value).trim() === '' ? 'Enter the hours; 0 lets steps follow each other at once.' : null,
    },
  });
  const save = useAction(workspaceRoutes.update, { inline: true, done: 'The workspace is saved.' });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ spacingHours, retention, genericReplies, ...body }) =>
        save.mutate(
          {
            body: {
              ...body,
              genericReplies: genericReplies
                .split('\n')
                .map((line) => line.trim())
                .filter(Boolean),
              personSpacingMs: Math.round(Number(spacingHours) * HOUR),
              retentionMonths: retention === 'never' ? null : Number(retention),
            },
          },
          {
            onError: ({ problem }) => form.setErrors(fieldErrors(problem, ['name', 'postalAddress']).errors),
          },
        ),
      )}
    >
      <Fieldset variant="unstyled" disabled={me.role !== 'owner'}>
        <Stack gap="md" maw={560}>
          <TextInput label="Workspace name" required {...form.getInputProps('name')} />
          <Textarea
            label="Postal address"
            description="Stands at the end of every automated email. Without it no automation with email starts."
            autosize
            minRows={2}
            {...form.getInputProps('postalAddress')}
          />
          <NumberInput
            label="Hours between two steps to one person"
            description="At least this long lies between two automated messages or invitations to one person, over all channels and senders."
            min={0}
            max={personSpacing.maxMs / HOUR}
            {...form.getInputProps('spacingHours')}
          />
          <Switch
            label="A contact may be active in several automations"
            description="Otherwise a second automation waits until the first has ended. The time between two steps to one person holds either way, and a reply pauses the contact in all of them."
            {...form.getInputProps('manyAutomations', { type: 'checkbox' })}
          />
          <Select
            label="Keep contacts without contact for"
            description="Counted from the last message, email or reply. Then they are announced on Home, two weeks later they go to the recycle bin, and 30 days after that their data is erased."
            allowDeselect={false}
            data={retentionChoices(me.workspace.retentionMonths)}
            {...form.getInputProps('retention')}
          />
          <Textarea
            label="Phrases of automatic replies"
            description="One a line. A message that contains one is no reply: its contact waits until the date it names, else 14 days. Emails that say so in their headers are known without a phrase."
            autosize
            minRows={3}
            maxRows={10}
            {...form.getInputProps('genericReplies')}
          />
          {save.error && <ProblemAlert problem={save.error.problem} />}
          {me.role === 'owner' ? (
            <Group>
              <Button type="submit" loading={save.isPending}>
                Save workspace
              </Button>
            </Group>
          ) : (
            <Text size="sm" c="dimmed">
              Only an owner can change these.
            </Text>
          )}
        </Stack>
      </Fieldset>
    </form>
  );
}
