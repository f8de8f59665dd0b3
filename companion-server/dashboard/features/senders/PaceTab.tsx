import {
  Alert,
  Button,
  Checkbox,
  Fieldset,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { schemaResolver, type UseFormReturnType, useForm } from '@mantine/form';
import { type SenderView, senderRoutes } from '#shared/contract/sender.ts';
import { SECOND } from '#shared/kernel/clock.ts';
import { capTable, type SenderSettings, senderSettings } from '#shared/schedule/settings.ts';
import { usageKind } from '#shared/statuses/engine.ts';
import { usageNames } from '#shared/statuses/usage.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import { Section } from '../../components/Section.tsx';

type Form = UseFormReturnType<SenderSettings>;

/** Working window, caps and gaps that the rep agreed to. */
export function PaceTab({ sender }: { sender: SenderView }) {
  const parsed = senderSettings.safeParse(sender.settings ?? {});
  const form = useForm<SenderSettings>({
    initialValues: parsed.success ? parsed.data : senderSettings.parse({}),
    validate: schemaResolver(senderSettings, { sync: true }),
  });
  const save = useAction(senderRoutes.update, { inline: true, done: 'Hours and caps are saved.' });
  return (
    <Section
      title="Hours and caps"
      text="Windows are rolling: lowering a cap counts what was already sent. The hard ceilings protect the account and cannot be passed."
    >
      <form
        noValidate
        onSubmit={form.onSubmit((settings) =>
          save.mutate(
            { params: { senderId: sender.id }, body: { settings } },
            { onError: ({ problem }) => form.setErrors(settingErrors(problem)) },
          ),
        )}
      >
        <Stack gap="md">
          {!parsed.success && (
            <Alert color="orange" variant="outline" title="The stored settings could not be read">
              The form shows the defaults. Saving replaces what is stored.
            </Alert>
          )}
          <WindowFields form={form} />
          <CapFields form={form} />
          <GapFields form={form} />
          <Switch
            label="Ramp up a new account"
            description="LinkedIn from 20 % on day 1 to 100 % on day 14; email 10 a day, and 2 more each day."
            {...form.getInputProps('rampEnabled', { type: 'checkbox' })}
          />
          <Switch
            label="Approve each"
            description="Invitations, messages and emails wait under Tasks until somebody approves their exact text. Those that wait already keep waiting when this is switched off."
            {...form.getInputProps('approveEach', { type: 'checkbox' })}
          />
          <WithdrawField form={form} />
          {save.error && <ProblemAlert problem={save.error.problem} />}
          <Group>
            <Button type="submit" loading={save.isPending}>
              Save hours and caps
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

function settingErrors(problem: Parameters<typeof fieldErrors>[0]): Record<string, string> {
  const known = problem.fields.map(({ field }) => field);
  const entries = Object.entries(fieldErrors(problem, known).errors);
  return Object.fromEntries(
    entries.map(([field, message]) => [field.replace(/^(body\.)?settings\./, ''), message]),
  );
}

const days = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function WindowFields({ form }: { form: Form }) {
  const { value, onChange, error } = form.getInputProps('window.days');
  return (
    <Fieldset legend="Working window">
      <Stack gap="md">
        <Checkbox.Group
          label="Days"
          error={error}
          value={(value as number[]).map(String)}
          onChange={(chosen: string[]) => onChange(chosen.map(Number).sort())}
        >
          <Group gap="sm" mt="xs">
            {days.map((day, index) => (
              <Checkbox key={day} value={String(index + 1)} label={day} />
            ))}
          </Group>
        </Checkbox.Group>
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          <TextInput label="From" description="Such as 09:00." {...form.getInputProps('window.from')} />
          <TextInput
            label="To"
            description="24:00 is the end of the day."
            {...form.getInputProps('window.to')}
          />
          <Select
            label="Time zone"
            description="Of the days and hours."
            searchable
            limit={50}
            data={zones(form.values.window.zone)}
            {...form.getInputProps('window.zone')}
          />
        </SimpleGrid>
        <Switch
          label="Respect the contact's working hours"
          description="Steps go where it is within these hours for the contact too, if their time zone is known and the hours meet."
          {...form.getInputProps('window.contactZone', { type: 'checkbox' })}
        />
        <TagsInput
          label="Days off"
          description="Dates without outreach, such as 2026-12-24. Press Enter after each."
          placeholder="YYYY-MM-DD"
          {...form.getInputProps('window.nonWorkingDates')}
        />
      </Stack>
    </Fieldset>
  );
}

function zones(current: string): string[] {
  return [...new Set([current, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
}

function CapFields({ form }: { form: Form }) {
  return (
    <Fieldset legend="Caps">
      <Stack gap="md">
        {usageKind.options.map((kind) => {
          const name = usageNames[kind];
          const { ceiling } = capTable[kind];
          return (
            <SimpleGrid key={kind} cols={{ base: 1, xs: 2 }}>
              <NumberInput
                label={`${name} in 24 hours`}
                description={`At most ${ceiling.daily}.`}
                min={1}
                max={ceiling.daily}
                allowDecimal={false}
                {...form.getInputProps(`caps.${kind}.daily`)}
              />
              <NumberInput
                label={`${name} in 7 days`}
                description={`At most ${ceiling.weekly}.`}
                min={1}
                max={ceiling.weekly}
                allowDecimal={false}
                {...form.getInputProps(`caps.${kind}.weekly`)}
              />
            </SimpleGrid>
          );
        })}
      </Stack>
    </Fieldset>
  );
}

/** Empty: invitations stay pending until somebody withdraws them. */
function WithdrawField({ form }: { form: Form }) {
  const { value, onChange, error } = form.getInputProps('withdrawAfterDays');
  return (
    <NumberInput
      label="Withdraw pending invitations after days"
      description="14 to 60; only invitations that Rapport sent. Empty: never by itself."
      min={14}
      max={60}
      allowDecimal={false}
      value={value ?? ''}
      error={error}
      onChange={(days) => onChange(days === '' ? null : days)}
    />
  );
}

function GapFields({ form }: { form: Form }) {
  return (
    <Fieldset legend="Gaps between actions, in seconds">
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <Seconds form={form} label="Shortest LinkedIn gap" path="gaps.linkedin.minMs" min={30} />
        <Seconds form={form} label="Longest LinkedIn gap" path="gaps.linkedin.maxMs" min={30} />
        <Seconds form={form} label="Shortest email gap" path="gaps.email.minMs" min={5} />
        <Seconds form={form} label="Longest email gap" path="gaps.email.maxMs" min={5} />
      </SimpleGrid>
      {(['linkedin', 'email'] as const).map((channel) =>
        form.errors[`gaps.${channel}`] ? (
          <Text key={channel} size="sm" c="var(--mantine-color-error)" role="alert">
            {form.errors[`gaps.${channel}`]}
          </Text>
        ) : null,
      )}
    </Fieldset>
  );
}

function Seconds({ form, label, path, min }: { form: Form; label: string; path: string; min: number }) {
  const { value, onChange, ...props } = form.getInputProps(path);
  return (
    <NumberInput
      {...props}
      label={label}
      min={min}
      max={3600}
      allowDecimal={false}
      value={Number(value) / SECOND}
      onChange={(seconds) => onChange(Number(seconds) * SECOND)}
    />
  );
}
