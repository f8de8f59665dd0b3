import {
  Alert,
  Button,
  Fieldset,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { type UseFormReturnType, useForm } from '@mantine/form';
import type { MailboxSettings } from '#shared/contract/mailbox.ts';
import { mailboxPresets, presetFor } from '#shared/contract/mailboxPresets.ts';
import { mailboxRoutes } from '#shared/contract/mailboxRoutes.ts';
import type { SenderView } from '#shared/contract/sender.ts';
import type { Output, ProblemError } from '../../api/client.ts';
import { fieldErrors } from '../../api/problems.ts';
import { useAction } from '../../api/useAction.ts';
import { PasswordField } from '../../components/PasswordField.tsx';
import { ProblemAlert } from '../../components/ProblemAlert.tsx';
import {
  checkMailbox,
  initialMailbox,
  mailboxFields,
  type Side,
  withAddress,
  withPreset,
} from './mailboxForm.ts';

type Form = UseFormReturnType<MailboxSettings>;
type Test = Output<typeof mailboxRoutes.test>;

/** Testing waits for two servers, each with deadlines of its own. */
const TEST_DEADLINE_MS = 90_000;

/** SMTP and IMAP settings, tested before they are saved. */
export function MailboxForm({ sender }: { sender: SenderView }) {
  const stored = sender.mailbox.settings !== null;
  const form = useForm<MailboxSettings>({
    initialValues: initialMailbox(sender.mailbox.settings),
    validate: (values) => checkMailbox(values, stored),
  });
  const test = useAction(mailboxRoutes.test, { inline: true, timeoutMs: TEST_DEADLINE_MS });
  const save = useAction(mailboxRoutes.save, {
    inline: true,
    timeoutMs: TEST_DEADLINE_MS,
    done: 'The mailbox works and is saved.',
    onDone: () => {
      form.setFieldValue('smtp.password', '');
      form.setFieldValue('imap.password', '');
      form.resetDirty();
    },
  });
  const params = { senderId: sender.id };
  const showProblem = ({ problem }: ProblemError) =>
    form.setErrors(fieldErrors(problem, mailboxFields).errors);
  const showTest = ({ smtp, imap }: Test) => {
    for (const side of [smtp, imap])
      if (!side.ok && side.field) form.setFieldError(side.field, side.response);
  };
  const failed = save.error ?? test.error;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((body) => {
        test.reset();
        save.mutate({ params, body }, { onError: showProblem });
      })}
    >
      <Stack gap="md">
        <Who form={form} />
        <Server form={form} side="smtp" legend="Sending (SMTP)" stored={stored} result={test.data?.smtp} />
        <Server form={form} side="imap" legend="Receiving (IMAP)" stored={stored} result={test.data?.imap} />
        {failed && (
          <ProblemAlert problem={failed.problem} rest={fieldErrors(failed.problem, mailboxFields).rest} />
        )}
        <Group gap="xs">
          <Button
            variant="default"
            loading={test.isPending}
            onClick={() => {
              if (form.validate().hasErrors) return;
              save.reset();
              test.mutate({ params, body: form.getValues() }, { onSuccess: showTest, onError: showProblem });
            }}
          >
            Test connection
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save mailbox
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Who({ form }: { form: Form }) {
  const preset = presetFor(form.values.fromAddress);
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput label="From name" required {...form.getInputProps('fromName')} />
        <TextInput
          label="From address"
          type="email"
          required
          {...form.getInputProps('fromAddress')}
          onBlur={() => form.setValues(withAddress(form.getValues()))}
        />
      </SimpleGrid>
      <Select
        label="Provider"
        description="Fills in the servers; every value can be changed."
        placeholder="Other: enter the servers below"
        data={mailboxPresets.map(({ id, name }) => ({ value: id, label: name }))}
        value={mailboxPresets.find(({ smtp }) => smtp.host === form.values.smtp.host)?.id ?? null}
        onChange={(id) => {
          const chosen = mailboxPresets.find((one) => one.id === id);
          if (chosen) form.setValues(withPreset(form.getValues(), chosen));
        }}
      />
      {preset && <Text size="sm">{preset.passwordHint}</Text>}
    </Stack>
  );
}

interface ServerProps {
  form: Form;
  side: Side;
  legend: string;
  stored: boolean;
  result: Test['smtp'] | undefined;
}

const securities = [
  { value: 'tls', label: 'TLS (encrypted from the start)' },
  { value: 'starttls', label: 'STARTTLS (upgraded)' },
  { value: 'none', label: 'None (only inside a private network that the operator allows)' },
];

function Server({ form, side, legend, stored, result }: ServerProps) {
  const name = side.toUpperCase();
  return (
    <Fieldset legend={legend}>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <TextInput
            label={`${name} server`}
            required
            spellCheck={false}
            {...form.getInputProps(`${side}.host`)}
          />
          <NumberInput
            label={`${name} port`}
            required
            min={1}
            max={65_535}
            allowDecimal={false}
            hideControls
            {...form.getInputProps(`${side}.port`)}
          />
          <TextInput
            label={`${name} user name`}
            required
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps(`${side}.user`)}
          />
          <PasswordField
            label={`${name} password`}
            required={!stored}
            autoComplete="new-password"
            placeholder={stored ? 'Unchanged' : undefined}
            what={`${name} password`}
            {...form.getInputProps(`${side}.password`)}
          />
        </SimpleGrid>
        <Select label={`${name} security`} data={securities} {...form.getInputProps(`${side}.security`)} />
        {result && <CheckResult name={name} result={result} />}
      </Stack>
    </Fieldset>
  );
}

function CheckResult({ name, result }: { name: string; result: Test['smtp'] }) {
  return (
    <Alert
      role="status"
      variant="outline"
      color={result.ok ? 'green' : 'red'}
      title={result.ok ? `${name} works` : `${name} does not work`}
    >
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        The server said: {result.response}
      </Text>
      {result.action && (
        <Text size="sm" fw={500}>
          {result.action}
        </Text>
      )}
    </Alert>
  );
}
